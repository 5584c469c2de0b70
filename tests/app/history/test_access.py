"""The ways in are changed by whoever knows one of them, and at every moment one of them opens the history."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import HistoryLockedError
from app.history.access import Access
from app.history.attempts import WrongAttempts
from app.history.history import History
from app.vault.keys import FLOOR
from tests.app.history.rings import HOLDS_THE_KEY, opened
from tests.app.vault.makings import PASSPHRASE

NEW = "four wholly different words"


def prompts(folder: Path, passphrase: str) -> list[str]:
    with History.open(folder, passphrase, attempts=WrongAttempts(lambda seconds: None)) as history:
        return [one.title for one in history.conversations()]


def test_a_new_passphrase_takes_the_place_of_the_old_one(folder: Path) -> None:
    with opened(folder) as history:
        history.begin_turn(None, "mine")
        history.change_passphrase(PASSPHRASE, NEW, kdf=FLOOR)

    assert prompts(folder, NEW) == ["mine"]
    with pytest.raises(HistoryLockedError):
        prompts(folder, PASSPHRASE)


def test_it_takes_the_old_one_to_change_it(folder: Path) -> None:
    with opened(folder) as history, pytest.raises(HistoryLockedError):
        history.change_passphrase("not the passphrase", NEW, kdf=FLOOR)

    assert prompts(folder, PASSPHRASE) == []


def test_nobody_waits_for_the_history_while_a_passphrase_is_held_back(folder: Path) -> None:
    """Least of all the lock, which must come at once."""
    with opened(folder) as history, ThreadPoolExecutor(1) as elsewhere:

        def sleep(seconds: float) -> None:
            del seconds
            elsewhere.submit(history.conversations).result(5)
            elsewhere.submit(history.close).result(5)

        attempts = WrongAttempts(sleep)
        attempts.failed(folder)
        with pytest.raises(HistoryLockedError):
            Access(history.core, attempts).change_passphrase(PASSPHRASE, NEW, FLOOR)


def test_a_weak_one_changes_nothing(folder: Path) -> None:
    with opened(folder) as history, pytest.raises(HistoryLockedError, match="easy to guess"):
        history.change_passphrase(PASSPHRASE, "password1", kdf=FLOOR)

    assert prompts(folder, PASSPHRASE) == []


def test_a_recovery_code_opens_it_and_replaces_a_forgotten_passphrase_once(folder: Path) -> None:
    with opened(folder) as history:
        history.begin_turn(None, "mine")
        code = history.new_recovery_code()
    with History.open_with_recovery(folder, code.lower().replace("-", " ")) as history:
        history.reset_passphrase(NEW, kdf=FLOOR)
        with pytest.raises(HistoryLockedError):
            history.reset_passphrase(PASSPHRASE, kdf=FLOOR)

    assert prompts(folder, NEW) == ["mine"]


def test_without_the_code_no_passphrase_is_replaced(folder: Path) -> None:
    with opened(folder) as history, pytest.raises(HistoryLockedError, match="recovery code"):
        history.reset_passphrase(NEW, kdf=FLOOR)


def test_a_code_that_was_replaced_or_dropped_opens_nothing(folder: Path) -> None:
    with opened(folder) as history:
        first = history.new_recovery_code()
        second = history.new_recovery_code()
    with pytest.raises(HistoryLockedError):
        History.open_with_recovery(folder, first)
    with History.open_with_recovery(folder, second) as history:
        history.drop_recovery_code()
    with pytest.raises(HistoryLockedError):
        History.open_with_recovery(folder, second)


def test_a_mistyped_code_is_said_to_be_mistyped_and_never_repeated(folder: Path) -> None:
    with opened(folder) as history:
        code = history.new_recovery_code()
    wrong = ("B" if code[0] == "A" else "A") + code[1:]

    with pytest.raises(HistoryLockedError, match="group 1") as refusal:
        History.open_with_recovery(folder, wrong)

    assert code[5:] not in str(refusal.value)


def test_after_sealing_anew_only_the_passphrase_opens_it_and_all_is_there(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "mine")
        history.finish(handle.turn, "{}", state="complete")
        code = history.new_recovery_code()
        done = history.rekey(PASSPHRASE, kdf=FLOOR)
        history.begin_turn(handle.conversation, "and on it goes")

    assert (done.conversations, done.lost_records) == (1, 0)
    with pytest.raises(HistoryLockedError):
        History.open_with_recovery(folder, code)
    with pytest.raises(HistoryLockedError):
        History.open_with_keyring(folder, HOLDS_THE_KEY)
    with History.open(folder, PASSPHRASE) as history:
        assert [turn.prompt for turn in history.turns(handle.conversation)] == ["mine", "and on it goes"]
        assert [way.kind for way in history.ways_in()] == ["passphrase"]


def test_sealing_anew_takes_the_present_passphrase(folder: Path) -> None:
    with opened(folder) as history:
        before = history.ways_in()
        with pytest.raises(HistoryLockedError):
            history.rekey(NEW, kdf=FLOOR)
        assert history.ways_in() == before
