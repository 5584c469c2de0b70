"""Copies are taken when due, removed when their time is over, and never too early."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.history.backups import Backups, Rules
from app.history.history import History
from app.history.steady import SteadyClock
from tests.app.history.rings import opened
from tests.app.vault.makings import edited, make_vault

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR, DAY = timedelta(days=365), timedelta(days=1)


@dataclass
class Days:
    """A clock that is set by hand, and the history at that time."""

    folder: Path
    now: datetime = BEGIN
    rules: Rules = field(default_factory=Rules)

    @contextmanager
    def opened(self) -> Iterator[tuple[History, Backups]]:
        with opened(self.folder) as history:
            core = history._core
            core.steady = SteadyClock(lambda: self.now.timestamp())  # noqa: PLW0108 - `now` is set anew
            yield history, Backups(core, self.folder / "backups", self.rules, lambda: self.now)

    def pass_by(self, days: int, *, a_turn_each: bool = True) -> None:
        """Open it once a day, as a person does who uses it daily."""
        for _ in range(days):
            self.now += DAY
            with self.opened() as (history, backups):
                if a_turn_each:
                    history.begin_turn(None, f"asked on {self.now}")
                backups.keep()

    def names(self) -> list[str]:
        return sorted(one.name for one in (self.folder / "backups").glob("*.vault"))


@pytest.fixture
def days(folder: Path) -> Days:
    days = Days(folder)
    with days.opened() as (history, _):
        history.begin_turn(None, "the first question")
    return days


def test_an_empty_history_needs_no_copy(folder: Path) -> None:
    with Days(folder).opened() as (_, backups):
        assert not backups.due()


def test_a_copy_is_due_at_once_and_then_once_a_day(days: Days) -> None:
    with days.opened() as (_, backups):
        assert backups.due()
        assert backups.keep().taken
        assert not backups.due()
        assert backups.keep().taken is None
        days.now += timedelta(hours=23)
        assert not backups.due()
        days.now += timedelta(hours=1)
        assert backups.due()


def test_none_is_taken_when_the_settings_say_so(days: Days) -> None:
    days.rules = Rules(days=0)
    with days.opened() as (_, backups):
        assert backups.keep().taken is None


def test_seven_copies_stay(days: Days) -> None:
    days.pass_by(20)

    assert len(days.names()) == 7
    assert days.names()[-1].startswith("history-20260321")


def test_after_the_horizon_a_copy_is_removed_even_if_there_are_few(days: Days) -> None:
    days.rules = Rules(days=10, copies=50, horizon_days=25)
    days.pass_by(60)

    assert [one[8:16] for one in days.names()] == ["20260411", "20260421"]


def test_the_newest_good_copy_is_never_removed(days: Days) -> None:
    days.pass_by(1)
    days.rules = Rules(days=0, copies=1, horizon_days=1)
    days.pass_by(60)

    assert len(days.names()) == 1


def test_copies_of_a_damaged_history_push_out_no_good_one(days: Days) -> None:
    days.pass_by(2)
    good = days.names()
    with edited(days.folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 1")
    days.pass_by(12)

    assert set(good) <= set(days.names())
    assert len(days.names()) == 2 + 7


def test_a_copy_made_by_hand_stays(days: Days, tmp_path: Path) -> None:
    with days.opened() as (_, backups):
        beside, elsewhere = backups.take(), backups.take(tmp_path / "stick")
    days.pass_by(33)

    assert Path(beside.path).exists()
    assert Path(elsewhere.path).exists()
    assert (beside.until, elsewhere.until) == (None, None)
    with days.opened() as (_, backups):
        assert {beside.path, elsewhere.path} <= {one.path for one in backups.listed()}


@pytest.mark.parametrize("jump", [pytest.param(YEAR, id="forward"), pytest.param(-YEAR, id="back")])
def test_a_clock_that_jumps_a_year_removes_nothing_early(days: Days, jump: timedelta) -> None:
    """Only the number of copies may remove some; the jump may add one."""
    days.rules = Rules(copies=50)
    days.pass_by(5)
    before = days.names()

    days.now += jump
    days.pass_by(3)
    days.now -= jump
    days.pass_by(3)

    assert set(before) <= set(days.names())
    assert len(days.names()) <= 5 + 3 + 3 + 2


def test_histories_that_share_a_folder_leave_each_others_copies_alone(days: Days, tmp_path: Path) -> None:
    make_vault(tmp_path / "other")
    other = Days(tmp_path / "other", rules=Rules(copies=1))
    with other.opened() as (history, _):
        history.begin_turn(None, "of another person")
    days.pass_by(3)

    with opened(other.folder) as history:
        backups = Backups(history._core, days.folder / "backups", other.rules, lambda: other.now)
        assert backups.due()
        assert backups.keep().removed == ()
        assert len(backups.listed()) == 1

    assert len(days.names()) == 4


def test_a_copy_is_listed_with_what_is_seen_without_a_key(days: Days) -> None:
    days.pass_by(1)
    with days.opened() as (_, backups):
        [one] = backups.listed()

    assert one.conversations == 2
    assert one.bytes == Path(one.path).stat().st_size
    assert one.until == (datetime.fromisoformat(one.taken) + 30 * DAY).isoformat()


def test_the_copies_that_still_hold_an_erased_conversation_are_named(days: Days, tmp_path: Path) -> None:
    days.pass_by(1)
    with days.opened() as (history, _):
        doomed = history.begin_turn(None, "to be erased").conversation
    with days.opened() as (history, backups):
        holding = backups.take(tmp_path / "stick")

        assert [one.path for one in backups.holding([doomed])] == [holding.path]
        history.erasing.erase([doomed])
        later = backups.take()
        assert later.path not in {one.path for one in backups.holding([doomed])}


def test_a_folder_that_is_not_there_is_named(days: Days, tmp_path: Path) -> None:
    with days.opened() as (_, backups):
        backups.take(tmp_path / "stick")
        (tmp_path / "stick").rename(tmp_path / "pulled out")

        assert backups.out_of_reach() == [str(tmp_path / "stick")]
        assert backups.listed() == []


def test_what_a_restore_put_aside_counts_as_a_copy(days: Days) -> None:
    with days.opened() as (history, backups):
        doomed = history.begin_turn(None, "to be erased").conversation
        aside = days.folder / "vault.db.before-restore-20260301T120000Z"
        history._core.vault.snapshot(aside)

        assert [one.path for one in backups.holding([doomed])] == [str(aside)]
