"""The clock of deletions goes forward with the system's clock and follows no jump of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.history.steady import LONGEST_STEP, SteadyClock

DAY = 24 * 3600
YEAR = 365 * DAY


class Sealed:
    """Where the clock is kept between two openings."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.writes = 0

    def seconds_at(self, *walls: float) -> int:
        """One opening with a look at each of these times; the last answer."""
        left = iter(walls)
        clock = SteadyClock(lambda: next(left))
        for _ in walls:
            seconds = clock.seconds(lambda: self.value, self._write)
        return seconds

    def _write(self, value: bytes) -> None:
        self.value, self.writes = value, self.writes + 1


def test_it_begins_at_nothing_and_goes_on_with_the_clock() -> None:
    assert Sealed().seconds_at(1_000_000.0, 1_000_060.0, 1_003_600.0) == 3_600


def test_it_goes_on_over_openings() -> None:
    sealed = Sealed()
    sealed.seconds_at(0.0, 2 * DAY)

    assert sealed.seconds_at(3 * DAY) == 3 * DAY


def test_a_year_ahead_and_back_again_counts_nothing() -> None:
    sealed = Sealed()
    sealed.seconds_at(YEAR, YEAR + DAY)

    assert sealed.seconds_at(2 * YEAR) == DAY
    assert sealed.seconds_at(2 * YEAR + DAY) == 2 * DAY
    assert sealed.seconds_at(YEAR + 2 * DAY) == 2 * DAY
    assert sealed.seconds_at(10.0, 20.0) == 2 * DAY + 10


def test_it_is_sealed_at_most_once_a_day() -> None:
    sealed = Sealed()
    sealed.seconds_at(*(hour * 3600.0 for hour in range(72)))

    assert sealed.writes <= 4


@given(st.lists(st.floats(0, 3 * YEAR), min_size=1, max_size=20))
def test_it_never_goes_back_and_never_faster_than_the_clock(walls: list[float]) -> None:
    seen = [Sealed().seconds_at(*walls[:number]) for number in range(1, len(walls) + 1)]

    assert seen == sorted(seen)
    believed = sum(after - before for before, after in pairwise(walls) if 0 < after - before <= LONGEST_STEP)
    assert seen[-1] <= believed + 1
