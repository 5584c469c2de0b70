"""Seals what is typed and not sent every couple of seconds, so that a crash takes at most those.

One write at a time, the newest text last. The draft of a new conversation moves to it when it has begun.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock

from app.tui.room import Room
from app.tui.wording import trouble_of

EVERY = 2.0
"""Seconds between two looks at what is typed."""

LONGEST = 50_000
"""Characters kept of a draft; as many as a prompt may have."""

Draft = tuple[str | None, str]
"""Conversation, None for a new one; and the text."""


class Drafting:
    """Keeps the question box and the sealed draft the same."""

    def __init__(self, room: Room, conversation: Callable[[], str | None]) -> None:
        self._room = room
        self._conversation = conversation
        self._kept: Draft = (None, "")
        self._visit = 0
        """Counts the conversations that were gone to: what a thread brings for an earlier one is late."""

        self._busy = False
        self._complained = False
        self._one_write = Lock()

    def tick(self) -> None:
        """Seal what is typed if it has changed."""
        work = None if self._busy else self.pending()
        if work is not None:
            self._busy = True
            self._room.apart(work, partial(self._sealed, self._visit), self._refused)

    def pending(self) -> Callable[[], Draft] | None:
        """What has to be written, for a thread; None if nothing has changed."""
        wanted: Draft = (self._conversation(), self._room.prompt.text[:LONGEST])
        return None if wanted == self._kept else partial(self._write, self._kept, wanted)

    def go_to(self, conversation: str | None) -> None:
        """Leave the draft of the conversation on screen in it, and bring back that of another one.

        To be called before the other conversation is on screen.
        """
        first = self.pending()
        self._visit += 1
        self._kept = (conversation, "")
        self._room.prompt.clear()

        def fetch() -> str:
            if first is not None:
                first()
            return self._room.desk.keeping().draft(conversation)

        self._room.apart(fetch, partial(self._loaded, self._visit), self._refused)

    def _loaded(self, visit: int, text: str) -> None:
        if visit == self._visit:
            self._kept = (self._kept[0], text)
            self._room.prompt.give_back(text)

    def _sealed(self, visit: int, written: Draft) -> None:
        self._busy = self._complained = False
        if visit == self._visit:
            self._kept = written

    def _refused(self, error: Exception) -> None:
        self._busy = False
        if not self._complained:
            self._complained = True
            self._room.say(f"What you are typing cannot be kept for now. {trouble_of(error).text}")

    def _write(self, kept: Draft, wanted: Draft) -> Draft:
        with self._one_write:
            keeping = self._room.desk.keeping()
            if kept[0] != wanted[0] and kept[1]:
                # A new conversation has begun, and has a name of its own from now on.
                keeping.keep_draft(kept[0], "")
            keeping.keep_draft(*wanted)
        return wanted
