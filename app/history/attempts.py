"""Slows down guessing at the unlock screen: 1, 2, 4 … 30 seconds between wrong passphrases.

Only this process counts, and nothing is wiped: someone with a copy of the file is slowed by the key
derivation alone, and a person who mistypes must never lose anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

_LONGEST = 30.0


class WrongAttempts:
    """How often each folder's passphrase was wrong, and until when the next try waits."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._lock = Lock()
        self._wrong: dict[Path, tuple[int, float]] = {}

    def wait(self, folder: Path) -> None:
        """Return when the next try is allowed."""
        if (left := self.seconds_left(folder)) > 0:
            self._sleep(left)

    def seconds_left(self, folder: Path) -> float:
        """Until the next try is allowed; 0 if it is now."""
        with self._lock:
            _, allowed_at = self._wrong.get(folder, (0, 0.0))
        return max(0.0, allowed_at - self._clock())

    def failed(self, folder: Path) -> None:
        """Count a wrong passphrase."""
        with self._lock:
            number, _ = self._wrong.get(folder, (0, 0.0))
            delay = min(2.0**number, _LONGEST)
            self._wrong[folder] = (number + 1, self._clock() + delay)

    def succeeded(self, folder: Path) -> None:
        """Forget the wrong ones."""
        with self._lock:
            self._wrong.pop(folder, None)


IN_THIS_PROCESS = WrongAttempts()
