"""Looking over, restoring and repairing, as the commands do it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import HistoryDamagedError, HistoryError, HistoryInUseError, HistoryLockedError
from app.history.backups import backups_of
from app.history.history import History
from app.history.repair import (
    newest_good,
    refuse_damage,
    repair,
    restoring_from,
    verify,
    verify_copy,
)
from app.vault.keys import FLOOR
from tests.app.history.rings import opened
from tests.app.vault.makings import KEYRING_KEY, PASSPHRASE, edited

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def key(_vault: bytes) -> bytes:
    return KEYRING_KEY


def now() -> datetime:
    return AT


@pytest.fixture
def copied(folder: Path) -> tuple[Path, Path]:
    """A history with two questions, and a copy from between them."""
    with opened(folder) as history:
        first = history.begin_turn(None, "first")
        copy = backups_of(history, folder / "backups").take()
        history.begin_turn(first.conversation, "second")
    return folder, Path(copy.path)


def prompts(folder: Path) -> list[str]:
    with opened(folder) as history:
        return [turn.prompt for one in history.conversations() for turn in history.turns(one.id)]


def test_a_damaged_message_is_told_by_its_number(copied: tuple[Path, Path]) -> None:
    folder, copy = copied
    with edited(folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 2")
    with opened(folder) as history:
        found = verify(history)

    [one] = found.damaged
    assert (found.whole, one.records, one.head_fits) == (False, [1], True)
    with pytest.raises(HistoryDamagedError, match="messages 1, conversations 1"):
        refuse_damage(found, "The history")
    assert verify_copy(copy, key).whole


def test_an_older_copy_is_announced_before_it_is_put_back(copied: tuple[Path, Path]) -> None:
    folder, copy = copied
    with restoring_from(copy, folder, key) as ready:
        [warning] = ready.warnings
        done = ready.put(now)

    assert "This is an older copy from " in warning
    assert f"generation {done.verified.generation} of {done.last_seen}." in warning
    assert prompts(folder) == ["first"]
    assert done.kept == str(folder / "vault.db.before-restore-20260301T120000Z")


def test_nothing_is_changed_by_only_looking(copied: tuple[Path, Path]) -> None:
    folder, copy = copied
    with restoring_from(copy, folder, key):
        pass

    assert prompts(folder) == ["first", "second"]


def test_a_copy_that_was_altered_is_refused_with_the_reason(copied: tuple[Path, Path]) -> None:
    folder, copy = copied
    with closing(sqlite3.connect(copy)) as file:
        [box] = file.execute("SELECT box FROM message").fetchone()
    copy.write_bytes(copy.read_bytes().replace(box, bytes(len(box))))

    with restoring_from(copy, folder, key) as ready, pytest.raises(HistoryDamagedError, match="is damaged: "):
        ready.refuse_damaged()


def test_errors_are_those_of_the_program(copied: tuple[Path, Path], tmp_path: Path) -> None:
    folder, copy = copied
    with pytest.raises(HistoryLockedError), restoring_from(copy, folder, lambda _vault: bytes(32)):
        pass
    with pytest.raises(HistoryError), restoring_from(tmp_path / "none", folder, key):
        pass
    with opened(folder), pytest.raises(HistoryInUseError):
        repair(folder, key, [], now)
    copy.write_bytes(b"no vault")
    with pytest.raises(HistoryDamagedError):
        verify_copy(copy, key)


def test_a_broken_history_is_made_anew_and_filled_from_the_newest_good_copy(
    copied: tuple[Path, Path],
) -> None:
    folder, copy = copied
    with edited(folder) as file:
        file.execute("DELETE FROM message WHERE rowid = 1")
    broken = bytes(4096) + (folder / "vault.db").read_bytes()[4096:]
    (folder / "vault.db").write_bytes(broken)

    assert newest_good(folder / "backups", folder) == copy
    done = repair(folder, key, [copy], now)

    assert (done.records, done.from_copies, done.missing, done.verified.whole) == (2, 1, 0, True)
    assert done.kept is not None
    assert Path(done.kept).read_bytes() == broken
    assert prompts(folder) == ["first", "second"]


def test_a_conversation_without_a_title_that_opens_is_listed_after_the_repair(
    copied: tuple[Path, Path],
) -> None:
    folder, _ = copied
    with edited(folder) as file:
        file.execute("UPDATE conversation SET meta = zeroblob(200)")
    repair(folder, key, [], now)

    with opened(folder) as history:
        [one] = history.conversations()
        history.shelf.rename(one.id, "")
        assert [turn.prompt for turn in history.turns(one.id)] == ["first", "second"]
        assert [listed.title for listed in history.conversations()] == ["first"]


def test_the_copy_to_repair_from_is_one_of_this_history(copied: tuple[Path, Path], tmp_path: Path) -> None:
    """Several histories may keep their copies in one folder, and anybody may put files there."""
    folder, copy = copied
    with History.create(tmp_path / "other", PASSPHRASE, kdf=FLOOR) as other:
        for number in range(9):
            other.begin_turn(None, f"of somebody else {number}")
        backups_of(other, copy.parent).take()
    (copy.parent / "history-20990101T000000Z-g999999.vault").write_bytes(b"x" * 5000)
    os.mkfifo(copy.parent / "history-20990101T000000Z-g999998.vault")

    assert newest_good(copy.parent, folder) == copy


def test_what_nobody_has_stays_noticed(copied: tuple[Path, Path]) -> None:
    folder, _ = copied
    with edited(folder) as file:
        file.execute("DELETE FROM message WHERE rowid = 1")

    done = repair(folder, key, [], now)

    assert (done.missing, done.verified.whole) == (1, False)
    assert prompts(folder) == ["1 message is damaged or was altered", "second"]
