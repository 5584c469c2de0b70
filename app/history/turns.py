"""What the history gives out. Text stays out of `repr`, so these can be logged without leaking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["complete", "stopped", "failed", "refused"]
TurnState = Literal["complete", "stopped", "failed", "refused", "interrupted", "writing"]
"""An ending; or "writing" by this process at this moment; or "interrupted": nobody ended it."""

DAMAGED_CONVERSATION = "This conversation is damaged or was altered"


def damaged_messages(number: int) -> str:
    """The placeholder for messages that do not open."""
    if number == 1:
        return "1 message is damaged or was altered"
    return f"{number} messages are damaged or were altered"


@dataclass(frozen=True, slots=True)
class TurnHandle:
    """A turn that is being written; both ids are 32 hex digits."""

    conversation: str
    turn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A conversation in the list."""

    id: str
    title: str = field(repr=False)
    created: str
    """ISO 8601, UTC; empty if it cannot be read."""

    updated: str
    turns: int
    damaged: bool = False
    """It can be read as far as it opens, but not continued."""

    tags: tuple[str, ...] = field(default=(), repr=False)
    pinned: bool = False
    archived: bool = False
    binned: str | None = None
    """Since when it lies in the bin, ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """What a person thought of an answer."""

    rating: Literal["good", "bad"]
    reason: str = field(repr=False)
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """A turn as far as it got."""

    id: str
    prompt: str = field(repr=False)
    """A placeholder where the message is damaged."""

    answer: str = field(repr=False)
    """The streamed pieces joined; what was shown in the end may differ and stands in `result`."""

    state: TurnState
    started: str
    """ISO 8601, UTC; empty if it cannot be read."""

    result: str | None = field(repr=False)
    """The JSON text given to `finish`; None for a turn that was never ended."""

    damaged: int = 0
    """How many of its messages do not open."""

    parent: str | None = None
    """The turn it follows; None for the first."""

    siblings: tuple[str, ...] = ()
    """Turns that follow the same one, in the order they were written, this one included; empty if alone."""

    rating: RatingRecord | None = None
    imported: bool = field(default=False, compare=False)
    """It came from a file, or nobody knows because its prompt does not open: no check has seen it."""

    lost: bool = False
    """Nothing of it opens: it stands for messages of which only their place is known."""
