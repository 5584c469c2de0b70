"""The way into the history, as the window uses it: with real keys, on a real disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.assembly import Parts
from app.contract import SearchFilters
from app.desk import AssembledDesk
from app.errors import HistoryLockedError
from app.locations import locate
from app.settings import HistorySettings, Settings, WindowSettings

PASSPHRASE = "seven quiet lanterns walk home"
OTHER = "a violin under the wet bridge"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AssembledDesk]:
    settings = Settings(window=WindowSettings(lock_minutes=3), history=HistorySettings(backup_days=0))
    made = AssembledDesk(Parts(locate({"INHOUSE_HOME": str(tmp_path / "home")}), settings), {})
    yield made
    made.close()


def test_a_locked_desk_gives_nothing_away_and_the_passphrase_brings_it_back(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    desk.keeping().keep_draft(None, "half a question")
    desk.lock()

    assert desk.history_state() == "locked"
    for ask in (desk.keeping, desk.conversations, desk.notices, desk.new_recovery_code):
        with pytest.raises(HistoryLockedError):
            ask()
    desk.lock()
    desk.unlock(PASSPHRASE)
    assert desk.keeping().draft(None) == "half a question"
    assert desk.notices() == ()


def test_a_wrong_passphrase_makes_the_next_one_wait(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    desk.lock()
    assert desk.seconds_to_wait() == 0

    with pytest.raises(HistoryLockedError):
        desk.unlock(OTHER)

    assert 0 < desk.seconds_to_wait() <= 1


def test_the_recovery_code_replaces_a_forgotten_passphrase(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.lock()

    desk.recover(code, OTHER)
    desk.lock()

    desk.unlock(OTHER)
    assert desk.history_state() == "open"


def test_a_code_that_was_dropped_opens_nothing_and_leaves_no_lock(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.drop_recovery_code()
    desk.lock()

    with pytest.raises(HistoryLockedError):
        desk.recover(code, OTHER)
    desk.unlock(PASSPHRASE)


def test_a_weak_new_passphrase_leaves_the_history_locked(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.lock()

    with pytest.raises(HistoryLockedError):
        desk.recover(code, "password")

    assert desk.history_state() == "locked"
    desk.unlock(PASSPHRASE)


def test_the_search_is_there_as_soon_as_the_history_is_open(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)

    found = desk.keeping().search("anything", SearchFilters())

    assert (found.hits, found.searched, found.of) == ([], 0, 0)


def test_the_window_locks_when_the_settings_say(desk: AssembledDesk) -> None:
    assert desk.lock_minutes == 3


@pytest.mark.parametrize(("passphrase", "least"), [("qwertyuiop", 0), (PASSPHRASE, 3)], ids=["bad", "good"])
def test_the_strength_of_a_passphrase(desk: AssembledDesk, passphrase: str, least: int) -> None:
    found = desk.strength(passphrase)

    assert found.score >= least
    assert (found.score == 0) == (least == 0)
    assert passphrase not in found.words
