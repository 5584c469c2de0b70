"""Writes a conversation in clear, for the person who asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from app.contract import ExportedConversation
from app.history.exporting.gathering import gathered, summary_of
from app.history.exporting.html_page import html_of
from app.history.exporting.json_export import json_of
from app.history.exporting.markdown import markdown_of
from app.history.exporting.target import write_new
from app.history.history import History

Form = Literal["markdown", "html", "json"]
ENDINGS: dict[Form, str] = {"markdown": ".md", "html": ".html", "json": ".json"}


def export_one(history: History, conversation: str, form: Form, target: Path) -> None:
    """Write all its branches into a new file of mode 0600.

    Raises ExportTargetError if there is something already, UnknownConversationError, HistoryError, and
    UsageError where the policy of the site allows no exports.
    """
    history.core.rules.refuse_export()
    write_new(target, _written(gathered(history, summary_of(history, conversation)), form))


def _written(conversation: ExportedConversation, form: Form) -> Iterable[str]:
    if form == "json":
        return json_of([conversation])
    return [markdown_of(conversation) if form == "markdown" else html_of(conversation)]
