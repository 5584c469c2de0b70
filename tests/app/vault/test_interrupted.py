"""What is on disk and what is in memory stay the same, whatever cuts a change off after its commit."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.vault.errors import VaultNotSavedError
from app.vault.store import Vault
from tests.app.vault.makings import opened, read_all

SUMMARY = b"a title"


class CtrlC:
    """A connection on which Ctrl-C arrives while a commit waits for the disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: tuple[int | bytes, ...]) -> sqlite3.Cursor:
        done = self._connection.execute(statement, *values)
        if statement == "COMMIT":
            raise KeyboardInterrupt
        return done


@contextmanager
def interrupted(vault: Vault) -> Iterator[None]:
    real = vault._connection
    vault._connection = CtrlC(real)  # type: ignore[assignment]  # stands in for a moment
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        vault._connection = real


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda vault, one: vault.add(one, [b"second"], SUMMARY), id="a record"),
        pytest.param(lambda vault, one: vault.add(None, [b"of another"], SUMMARY), id="a conversation"),
        pytest.param(lambda vault, _: vault.put_setting("draft", b"typed"), id="a setting"),
        pytest.param(lambda vault, one: vault.erase([one]), id="an erasure"),
        pytest.param(lambda vault, _: vault.put_recovery_slot(b"r" * 32), id="a way in"),
    ],
)
def test_a_change_that_was_committed_before_ctrl_c_counts(
    folder: Path, change: Callable[[Vault, bytes], object]
) -> None:
    with opened(folder) as (vault, _):
        one = vault.add(None, [b"first"], SUMMARY)
        with interrupted(vault):
            change(vault, one)
        vault.add(vault.add(None, [b"third"], SUMMARY), [b"fourth"])
        for entry in vault.entries():
            vault.add(entry.id, [b"fifth"])

    contents, told, sound = read_all(folder)
    assert (told, sound) == ([], True)
    assert all(None not in records for records in contents.values())


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """The disk takes nothing beyond this place of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_was_committed_is_not_called_unsaved_because_the_log_stays(folder: Path) -> None:
    """The log is emptied into the file; where the disk refuses that, the commit has happened."""
    with opened(folder) as (vault, _):
        for _number in range(40):
            kept = vault.add(None, [bytes(4000)], SUMMARY)
        last = vault.add(None, [bytes(100)], SUMMARY)
        vault.put_recovery_slot(b"r" * 32)  # empties the log
        with files_end_at(120 * 1024):
            assert vault.erase([last]) == 1
            with pytest.raises(VaultNotSavedError):
                vault.add(kept, [bytes(4000)] * 60)

    contents, told, sound = read_all(folder)
    assert (last in contents, told, sound) == (False, [], True)
    assert len(contents) == 40
