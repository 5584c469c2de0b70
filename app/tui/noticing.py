"""Asks every minute what the person must know, and says each thing once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.tui.apart import PatientApp
from app.tui.desk import Desk
from safety.terminal import safe_text

LOOK_EVERY = 60.0
"""Seconds between two looks."""


class Noticing:
    """Remembers what was said, also across a lock."""

    def __init__(self, app: PatientApp, desk: Desk, is_open: Callable[[], bool]) -> None:
        self._app = app
        self._desk = desk
        self._is_open = is_open
        self._said: set[str] = set()

    def look(self) -> None:
        """Show what is new; nothing while the history is locked."""
        if self._is_open():
            # Locked in between: the notices come with the next look.
            self._app.apart(self._desk.notices, self._show, lambda _: None)

    def _show(self, notices: Sequence[str]) -> None:
        for notice in notices:
            if notice not in self._said and self._is_open():
                self._said.add(notice)
                words = safe_text(notice)
                self._app.notify(words, title="Please note", severity="warning", timeout=60, markup=False)
