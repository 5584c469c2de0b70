"""A clock for deletions: it goes forward with the system's clock, but follows no jump of it.

A system clock that jumps a year ahead must not make everything look a year old, and one that jumps
back must not make what is written meanwhile look old later. So ages are counted in seconds of this
clock, which is kept sealed. It believes a step forward of up to two weeks. A longer one, and every
step back, counts nothing: what is due is then deleted later, never earlier.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_STEP = 14 * 24 * 3600
"""Seconds between two looks at the clock that are still believed."""

SAVED_EVERY = 24 * 3600
"""Seconds; how far what is sealed may lie behind."""

Read = Callable[[], bytes | None]
Write = Callable[[bytes], None]


@dataclass(slots=True)
class SteadyClock:
    """Seconds that have passed since the history began, as far as the system's clock is believed."""

    wall: Callable[[], float]
    """The system's clock, seconds since 1970."""

    last: float | None = None
    passed: float = 0.0
    saved: float | None = None

    def seconds(self, read: Read, write: Write) -> int:
        """Now. `read` and `write` reach what is sealed; it is written at most once a day."""
        now = self.wall()
        if self.last is None:
            self._begin(read(), now)
        step = now - (now if self.last is None else self.last)
        if 0 < step <= LONGEST_STEP:
            self.passed += step
        self.last = now
        if self.saved is None or self.passed - self.saved >= SAVED_EVERY or not 0 <= step <= LONGEST_STEP:
            write(json.dumps([now, self.passed]).encode())
            self.saved = self.passed
        return int(self.passed)

    def _begin(self, stored: bytes | None, now: float) -> None:
        if stored is None:
            self.last = now
            return
        self.last, self.passed = (float(number) for number in json.loads(stored))
        self.saved = self.passed
