"""Wrong passphrases make the next try wait longer, up to half a minute."""

from __future__ import annotations

from pathlib import Path

from app.history.attempts import WrongAttempts

HERE, THERE = Path("/here"), Path("/there")


class Clock:
    def __init__(self) -> None:
        self.now = 50.0
        self.waited: list[float] = []

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


def test_the_wait_doubles_up_to_thirty_seconds() -> None:
    clock = Clock()
    attempts = WrongAttempts(clock.sleep, clock.read)
    for _ in range(8):
        attempts.wait(HERE)
        attempts.failed(HERE)

    assert clock.waited == [1, 2, 4, 8, 16, 30, 30]


def test_a_thousand_wrong_tries_still_wait_thirty_seconds() -> None:
    clock = Clock()
    attempts = WrongAttempts(clock.sleep, clock.read)
    for _ in range(1_000):
        attempts.failed(HERE)
    attempts.wait(HERE)

    assert clock.waited == [30]


def test_time_spent_typing_counts() -> None:
    clock = Clock()
    attempts = WrongAttempts(clock.sleep, clock.read)
    attempts.failed(HERE)
    clock.now += 0.75
    attempts.wait(HERE)
    attempts.wait(HERE)

    assert clock.waited == [0.25]


def test_success_and_other_folders_do_not_wait() -> None:
    clock = Clock()
    attempts = WrongAttempts(clock.sleep, clock.read)
    attempts.failed(HERE)
    attempts.wait(THERE)
    attempts.succeeded(HERE)
    attempts.wait(HERE)

    assert clock.waited == []
