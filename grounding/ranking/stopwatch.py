"""Durations of the steps of one piece of work, by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Adds up what each step took."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside; a name that comes again is added to."""
        started = perf_counter()
        try:
            yield
        finally:
            took = (perf_counter() - started) * 1_000
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + took
