"""Writes all that is kept of a person, for the person: the right of access and to a copy to take along.

What comes out: `conversations.json` (more of them where it would grow beyond 100 MiB) with every turn of
every branch, its sources, verdicts, times and rating, which can be imported again; the same to read, as
Markdown; and `settings.json` with what was chosen, drafts and remembered searches.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.contract import ExportedConversation
from app.errors import UnknownConversationError
from app.history.exporting.gathering import gathered
from app.history.exporting.json_export import json_of
from app.history.exporting.markdown import markdown_of
from app.history.exporting.target import new_folder, write_new
from app.history.history import History
from app.history.turns import ConversationSummary

PART_BYTES = 100 << 20
"""After which another JSON file begins."""

_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    conversations: int
    unreadable: tuple[str, ...]
    """Names of conversations of which nothing opens; `inhouse history verify` says more."""


def export_everything(history: History, folder: Path) -> Exported:
    """Write it all into a new folder of mode 0700. Raises ExportTargetError, HistoryError, UsageError."""
    history.core.rules.refuse_export()
    summaries = history.conversations()
    unreadable: list[str] = []
    with new_folder(folder):
        (folder / "markdown").mkdir(mode=0o700)
        readable: list[ConversationSummary] = []
        for number, summary in enumerate(summaries, 1):
            try:
                conversation = gathered(history, summary)
            except UnknownConversationError:
                unreadable.append(summary.id)
                continue
            readable.append(summary)
            write_new(folder / "markdown" / _name(number, conversation), [markdown_of(conversation)])
        _write_parts(history, readable, folder)
        write_new(folder / "settings.json", [json.dumps(_settings(history, readable), indent=1), "\n"])
    return Exported(len(readable), tuple(unreadable))


def _write_parts(history: History, summaries: Iterable[ConversationSummary], folder: Path) -> None:
    waiting = deque(summaries)
    part = 0
    while waiting or not part:
        part += 1
        name = "conversations.json" if part == 1 else f"conversations-{part}.json"
        write_new(folder / name, json_of(_until_full(history, waiting)))


def _until_full(history: History, waiting: deque[ConversationSummary]) -> Iterator[ExportedConversation]:
    size = 0
    while waiting and size < PART_BYTES:
        conversation = gathered(history, waiting.popleft())
        size += len(conversation.model_dump_json())
        yield conversation


def _settings(history: History, summaries: Iterable[ConversationSummary]) -> dict[str, object]:
    drafts = {one.id: history.drafts.draft(one.id) for one in summaries}
    choices = history.choices
    return {
        "consent_to_use_as_training_or_evaluation_data": choices.consent,
        "hold": choices.hold,
        "retention_days": choices.retention_days,
        "remembers_searches": choices.remembers_searches,
        "remembered_searches": choices.searches(),
        "draft_of_a_new_conversation": history.drafts.draft(None),
        "drafts": {conversation: draft for conversation, draft in drafts.items() if draft},
    }


def _name(number: int, conversation: ExportedConversation) -> str:
    """Numbers tell them apart; of the title only letters, digits and hyphens get into a file name."""
    words = re.sub(r"[^0-9A-Za-z]+", "-", conversation.title).strip("-")[:_NAME_LENGTH].strip("-")
    return f"{number:05d}-{words or 'conversation'}.md"
