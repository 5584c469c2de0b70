"""Conversations as this program exports them: every id, time, state, verdict and rating is kept. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from app.contract import ExportedConversation, ExportedTurn
from app.contract.history_transfer import FORMAT
from app.errors import ImportUnusableError
from app.history.exporting.gathering import sources_of
from app.history.exporting.json_export import VERSION
from app.history.importing.past import PastConversation, PastTurn
from app.history.turns import RatingRecord


def is_own(document: dict[str, Any]) -> bool:
    """Whether a file says that this program wrote it."""
    return document.get("format") == FORMAT


def is_known(document: dict[str, Any]) -> bool:
    """Whether it is of the version that this program reads."""
    return document.get("version") == VERSION


def past_of(item: dict[str, Any]) -> PastConversation:
    """The conversation as it can be sealed. Raises ImportUnusableError."""
    try:
        one = ExportedConversation.model_validate(item)
    except (ValidationError, RecursionError) as error:
        raise ImportUnusableError(f"It is not as this program writes it{_where(error)}.") from None
    _refuse_wrong_times(one)
    _refuse_half_characters(item)
    return PastConversation(
        origin=one.id,
        title=one.title,
        created=one.created,
        updated=one.updated,
        turns=tuple(_turn(turn) for turn in one.turns),
        shown=one.shown,
        tags=tuple(one.tags),
        pinned=one.pinned,
        archived=one.archived,
        binned=one.binned,
    )


def _turn(turn: ExportedTurn) -> PastTurn:
    if turn.sources != sources_of(turn.result):
        raise ImportUnusableError("A passage is not the one whose hash stands beside it.")
    rating = turn.rating
    return PastTurn(
        id=turn.id,
        parent=turn.parent,
        state=turn.state,
        started=turn.started,
        prompt=turn.prompt,
        streamed=turn.answer if turn.streamed is None else turn.streamed,
        result=_text(turn.result),
        rating=None if rating is None else RatingRecord(rating.rating, rating.reason, rating.time),
    )


def _text(result: object) -> str | None:
    if result is None or isinstance(result, str):
        return result
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


def _refuse_wrong_times(one: ExportedConversation) -> None:
    times = [one.created, one.updated, one.binned or "", *(turn.started for turn in one.turns)]
    times += [turn.rating.time for turn in one.turns if turn.rating]
    if not all(map(_is_ours, filter(None, times))):
        raise ImportUnusableError("A time in it is not written as this program writes times.")


def _is_ours(time: str) -> bool:
    """Others would stand in the wrong place of a list, or on two lines."""
    try:
        read = datetime.fromisoformat(time)
        return read.tzinfo is not None and read.astimezone(UTC).isoformat(timespec="microseconds") == time
    except (ValueError, OverflowError):
        return False


def _refuse_half_characters(item: dict[str, Any]) -> None:
    """Lone surrogates, which this program does not export and no UTF-8 can hold."""
    try:
        json.dumps(item, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise ImportUnusableError("A text in it is none, or it is nested too deeply.") from None


def _where(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors(include_input=False, include_url=False)[0]
    return f", at {'.'.join(str(step) for step in first['loc'])}"[:200]
