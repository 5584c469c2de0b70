"""What is searched of a conversation: picked from its turns and their sealed results. Pure.

A result is read leniently, key by key: that of another version of the program is searched as far as it
is understood, and reading it through its shape would cost more than indexing it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.history.search_index import IndexedConversation, IndexedTurn
from app.history.turns import ConversationSummary, TurnRecord


def indexed(summary: ConversationSummary, turns: Sequence[TurnRecord]) -> IndexedConversation | None:
    """As the index takes it; None for a conversation in the bin, which is not found."""
    if summary.binned is not None:
        return None
    return IndexedConversation(
        id=summary.id,
        title=summary.title,
        updated=summary.updated,
        tags=summary.tags,
        archived=summary.archived,
        turns=tuple(_turn(turn) for turn in turns),
    )


def _turn(turn: TurnRecord) -> IndexedTurn:
    result = _object(turn.result)
    passages = [one for one in _list(result.get("passages")) if isinstance(one, dict)]
    model = result.get("model")
    return IndexedTurn(
        id=turn.id,
        time=turn.started,
        prompt=turn.prompt,
        answer=_text(result.get("answer")) or turn.answer,
        sources="\n\n".join(_source(passage) for passage in passages),
        model=_text(model.get("name")) if isinstance(model, dict) else "",
        rating=turn.rating.rating if turn.rating else "",
        collections=tuple({name for one in passages if (name := _text(one.get("collection")))}),
        has_sources=bool(passages),
    )


def _source(passage: dict[str, Any]) -> str:
    title, document = _text(passage.get("title")), _text(passage.get("document"))
    heading = [_text(one) for one in _list(passage.get("heading"))]
    name = " · ".join(dict.fromkeys(one for one in (title, document, *heading) if one))
    return f"{name}\n{_text(passage.get('text'))}"


def _object(text: str | None) -> dict[str, Any]:
    try:
        read = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        read = {}
    return read if isinstance(read, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
