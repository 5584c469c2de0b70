"""The shapes of a stage and of the channel it speaks through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar, Protocol

from app.turn import Turn, TurnEvent


@dataclass(frozen=True, slots=True)
class Channel:
    """Carries announcements out of the line and the stop signal in."""

    announce: Callable[[TurnEvent], None]
    """Called on the thread that runs the turn; a window posts a message from it."""

    stop: Event = field(default_factory=Event)


class Stage(Protocol):
    """One step of the line. Needs and fills are names of `Turn` fields."""

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]]
    fills: ClassVar[frozenset[str]]

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """A copy of `turn` that knows one thing more."""
        ...
