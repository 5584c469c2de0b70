"""What outlives the conversation screen, which is thrown away at every lock and made anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.tui.adding import Adding
from app.tui.desk import Desk, Loading
from app.turn import Mode


@dataclass(frozen=True, slots=True)
class Left:
    """Where the person was when the window locked: nothing that could be read."""

    conversation: str | None = None
    mode: Mode | None = None


@dataclass(slots=True)
class Lasting:
    """Held by the app; no text of a conversation is in it."""

    desk: Desk
    now: Callable[[], datetime]
    adding: Adding
    loading: dict[str, Loading] = field(default_factory=dict)
    left: Left = field(default_factory=Left)
