"""Puts together what leaves the history of a conversation: everything that is kept of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import JsonValue

from app.contract import ExportedConversation, ExportedTurn, RatingShape, SourceShape
from app.history.core import id_of
from app.history.history import History
from app.history.origin import origin_of
from app.history.tree import tree_of
from app.history.turns import ConversationSummary, TurnRecord


def gathered(history: History, summary: ConversationSummary) -> ExportedConversation:
    """A conversation with all its branches. Raises HistoryError.

    One that came from an export of this program keeps the id it had there. What does not open is
    counted, and otherwise left out: a placeholder is no message.
    """
    with history.core.at_work() as vault:
        records = vault.read(id_of(summary.id))
        turns = tree_of(records, history.core.writing.keys())
        branch = history.turns(summary.id)
    return ExportedConversation(
        id=origin_of(records) or summary.id,
        title=_clean(summary.title),
        created=summary.created,
        updated=summary.updated,
        tags=[_clean(tag) for tag in summary.tags],
        pinned=summary.pinned,
        archived=summary.archived,
        binned=summary.binned,
        shown=next((turn.id for turn in reversed(branch) if not turn.lost), None),
        damaged=sum(record is None for record in records),
        turns=[_exported(turn) for turn in turns if not turn.lost],
    )


def summary_of(history: History, conversation: str) -> ConversationSummary:
    """What is listed of a conversation. Raises UnknownConversationError."""
    found = next((one for one in history.conversations() if one.id == conversation), None)
    if found is None:
        history.tree(conversation)  # says that there is none
        raise AssertionError("a conversation that can be read is listed")
    return found


def sources_of(result: JsonValue) -> list[SourceShape]:
    """Where the passages of a result came from; read leniently, as results of other versions are kept."""
    passages = result.get("passages") if isinstance(result, dict) else None
    if not isinstance(passages, list):
        return []
    return [_source(passage) for passage in passages if isinstance(passage, dict)]


def _exported(turn: TurnRecord) -> ExportedTurn:
    result = _result(turn.result)
    streamed = _clean(turn.answer)
    final = result.get("answer") if isinstance(result, dict) else None
    answer = final if isinstance(final, str) and final else streamed
    return ExportedTurn(
        id=turn.id,
        parent=turn.parent,
        state="interrupted" if turn.state == "writing" else turn.state,
        started=turn.started,
        prompt=_clean(turn.prompt),
        answer=answer,
        streamed=None if streamed == answer else streamed,
        result=result,
        sources=sources_of(result),
        rating=RatingShape(
            rating=turn.rating.rating, reason=_clean(turn.rating.reason), time=turn.rating.time
        )
        if turn.rating
        else None,
    )


def _source(passage: dict[str, Any]) -> SourceShape:
    def text(key: str) -> str:
        value = passage.get(key)
        return value if isinstance(value, str) else ""

    return SourceShape(
        id=text("id"),
        document=text("document"),
        place=place_in(passage),
        sha256=hashlib.sha256(text("text").encode()).hexdigest(),
        used=passage.get("used") is True,
    )


def place_in(passage: dict[str, Any]) -> str:
    """Where in its document a passage stands, in words."""
    page, first, last = (passage.get(key) for key in ("page", "line_start", "line_end"))
    if isinstance(place := passage.get("place"), str) and place:
        return place
    if page:
        return f"page {page}"
    if first and last and first != last:
        return f"lines {first} to {last}"
    return f"line {first}" if first else ""


def _result(text: str | None) -> JsonValue:
    """What is no JSON is kept as the text that it is."""
    if text is None:
        return None
    try:
        # Written out first: an escape can stand for half a character as well.
        read: JsonValue = json.loads(_clean(json.dumps(json.loads(text), ensure_ascii=False)))
    except (ValueError, RecursionError):
        return _clean(text)
    return read


def _clean(text: str) -> str:
    """Lone surrogates, which no UTF-8 file can hold, become question marks."""
    return text.encode("utf-8", "replace").decode()
