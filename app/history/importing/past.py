"""Conversations that took place elsewhere or earlier, and how one is sealed: whole, in one commit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from app.errors import ImportUnusableError
from app.history.history import History
from app.history.origin import with_origin
from app.history.records import Summary, final_record, piece_record, prompt_record, rating_record
from app.history.shelf import TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT, tags_of
from app.history.turns import Ending, RatingRecord
from app.vault.envelope import MAX_RECORD_BYTES

MOST_TURNS = 20_000
MOST_BYTES = 256 << 20
"""Of all records of one conversation together; they are sealed in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """One turn, with its own id and time."""

    id: str
    parent: str | None
    """An earlier turn of the same conversation."""

    state: Literal["complete", "interrupted", "stopped", "failed", "refused"]
    started: str
    prompt: str = field(repr=False)
    streamed: str = field(repr=False)
    result: str | None = field(default=None, repr=False)
    """None if, and only if, the turn was interrupted."""

    rating: RatingRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastConversation:
    """One conversation."""

    origin: str
    """32 hex digits that are the same whenever the same conversation is imported."""

    title: str = field(repr=False)
    created: str
    updated: str
    turns: tuple[PastTurn, ...] = field(repr=False)
    shown: str | None = None
    tags: tuple[str, ...] = field(default=(), repr=False)
    pinned: bool = False
    archived: bool = False
    binned: str | None = None


def restore(history: History, past: PastConversation) -> str:
    """Seal it as a new conversation, and return its id. Raises ImportUnusableError or HistoryError.

    Either all of it is on disk when this returns, or nothing. Its turns are marked as imported.
    """
    _refuse_beyond_limits(past)
    past = replace(past, title=" ".join(past.title.split()), tags=tags_of(past.tags))
    records = [record for turn in past.turns for record in _records(turn)]
    records[0] = with_origin(records[0], past.origin)
    if any(len(record) > MAX_RECORD_BYTES for record in records) or sum(map(len, records)) > MOST_BYTES:
        raise ImportUnusableError("It is too large.")
    with history.core.at_work() as vault:
        # What is deleted by age counts from the import on: the time there may have been set to anything.
        now = history.core.seconds()
        summary = Summary(
            title=past.title,
            created=past.created,
            updated=past.updated,
            turns=len(past.turns),
            shown=past.shown,
            tags=past.tags,
            pinned=past.pinned,
            archived=past.archived,
            binned=past.binned,
            binned_at=now if past.binned else None,
            touched=now,
        )
        return vault.add(None, records, summary.to_bytes()).hex()


def _records(turn: PastTurn) -> list[bytes]:
    records = [prompt_record(turn.id, turn.started, turn.prompt, turn.parent, imported=True)]
    if turn.streamed:
        records.append(piece_record(turn.id, turn.streamed))
    if turn.state in get_args(Ending) and turn.result is not None:
        ending: Ending = turn.state  # type: ignore[assignment]  # membership is checked one line above
        records.append(final_record(turn.id, turn.started, ending, turn.result))
    if turn.rating is not None:
        rating = turn.rating
        records.append(rating_record(turn.id, rating.time, rating.rating, rating.reason))
    return records


def _refuse_beyond_limits(past: PastConversation) -> None:
    if not past.turns:
        raise ImportUnusableError("It holds no message.")
    if len(past.turns) > MOST_TURNS:
        raise ImportUnusableError(f"It has {len(past.turns)} turns; the limit is {MOST_TURNS}.")
    long_tags = any(len(tag) > TAG_LIMIT for tag in past.tags)
    if len(past.title) > TITLE_LIMIT or len(past.tags) > TAGS_LIMIT or long_tags:
        raise ImportUnusableError("Its title or tags are too long.")
    _refuse_impossible(past)


def _refuse_impossible(past: PastConversation) -> None:
    seen: set[str | None] = {None}
    for turn in past.turns:
        if turn.parent not in seen:
            raise ImportUnusableError("A turn follows one that does not stand before it.")
        if turn.id in seen:
            raise ImportUnusableError("Two turns have the same id.")
        if (turn.state == "interrupted") != (turn.result is None):
            raise ImportUnusableError("The state of a turn and its result contradict each other.")
        seen.add(turn.id)
    if past.shown not in seen:
        raise ImportUnusableError("The turn that is to be shown is missing.")
