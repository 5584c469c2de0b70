"""Locks the window when nobody has touched it for a while.

An answer that is being written is finished and sealed first, and an answer that the disk refused keeps
the window open, because locking would lose it; the status line says so. Documents go on being added.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.tui.wording import trouble_of

if TYPE_CHECKING:
    from app.tui.app import ChatApp
    from app.tui.screens.chat import ChatScreen

LOOK_EVERY = 1.0
"""Seconds between two looks at the clock."""

WAITS = "locks when this answer is complete"
UNSAVED = "not locked: an answer is not saved"


class Idleness:
    """How long nobody has touched the window."""

    def __init__(self, minutes: int, clock: Callable[[], float]) -> None:
        self._seconds = minutes * 60
        self._clock = clock
        self._touched = clock()

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._clock()

    @property
    def is_over(self) -> bool:
        """Whether the window has been left alone for too long; never with 0 minutes."""
        return bool(self._seconds) and self._clock() - self._touched >= self._seconds


class Locking:
    """Clears the screen first, then seals what was being typed, then drops the keys."""

    def __init__(self, app: ChatApp, idleness: Idleness) -> None:
        self._app = app
        self._idleness = idleness
        self._at_the_end = False
        """Lock as soon as the running answer has ended."""

    def touch(self) -> None:
        """Somebody is there."""
        self._idleness.touch()

    def look(self) -> None:
        """Lock if nobody is there any more and nothing stands against it."""
        chat = self._app.chat
        if chat is None:
            return
        wanted = self._at_the_end or self._idleness.is_over
        against = _against(chat) if wanted else ""
        if chat.is_mounted:
            chat.room.status.change(lock=against)
        if wanted and not against:
            self._lock(chat)

    def now(self) -> None:
        """Lock at once; a running answer is stopped, and the window locks when it is sealed."""
        chat = self._app.chat
        if chat is None:
            return
        if chat.asking.unsaved is not None:
            chat.room.say("An answer is not saved: locking would lose it. Ctrl+S saves it.")
            return
        chat.stop()
        self._at_the_end = True
        self.look()

    def _lock(self, chat: ChatScreen) -> None:
        self._at_the_end = False
        seal = chat.conversing.drafting.pending()
        desk = self._app.desk
        failures: list[Exception] = []

        def lock() -> None:
            try:
                if seal is not None:
                    seal()
            except Exception as error:  # noqa: BLE001 - the keys go whatever becomes of a draft
                failures.append(error)
            finally:
                desk.lock()

        def locked(_: None) -> None:
            self._app.ask_to_unlock()
            for error in failures:
                words = f"What you were typing could not be kept. {trouble_of(error).text}"
                self._app.notify(words, severity="error", timeout=60, markup=False)

        self._app.leave_chat()
        self._app.apart(lock, locked, self._app.refused)


def _against(chat: ChatScreen) -> str:
    if chat.is_answering:
        return WAITS
    return UNSAVED if chat.asking.unsaved is not None else ""
