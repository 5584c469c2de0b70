"""What is erased is gone from every file of the vault, its key first of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.vault.errors import ConversationUnknownError
from tests.app.vault.makings import edited, opened


def sealed_rows(folder: Path, count: int) -> list[bytes]:
    """Wrapped key, summary and boxes of the conversations with so many records."""
    with edited(folder) as file:
        found = file.execute("SELECT wrapped, meta FROM conversation WHERE count = ?", (count,)).fetchall()
        boxes = file.execute("SELECT box FROM message").fetchall()
    return [part for row in (*found, *boxes) for part in row]


def test_nothing_of_an_erased_conversation_is_left_in_the_files(folder: Path) -> None:
    with opened(folder) as (vault, _):
        gone = [vault.add(None, [b"%d" % number * 700] * 7, b"title") for number in range(40)]
    parts = sealed_rows(folder, 7)
    with opened(folder) as (vault, _):
        kept = [vault.add(None, [b"kept"] * 3) for _ in range(40)]
        assert vault.erase(gone) == 40 * 7
        on_disk = b"".join(file.read_bytes() for file in folder.iterdir())
        assert [part for part in parts if part[14:46] in on_disk] == []
        assert {one.id for one in vault.entries()} == set(kept)
    with opened(folder) as (vault, incidents):
        assert incidents == ()
        assert all(vault.read(one) == [b"kept"] * 3 for one in kept)


def test_keys_moved_by_growing_pages_leave_no_trace_either(folder: Path) -> None:
    """Rows are erased one by one between additions, so that pages split and merge."""
    with opened(folder) as (vault, _):
        there = [vault.add(None, [b"x"]) for _ in range(60)]
        vault.snapshot(folder.parent / "before.db")
    parts = sealed_rows(folder, 1)
    with opened(folder) as (vault, _):
        for one in there:
            vault.erase([one])
            vault.add(None, [b"y", b"y"])
        on_disk = b"".join(file.read_bytes() for file in folder.iterdir())

    assert len(parts) == 60 * 2 + 60
    assert [part for part in parts if part[14:46] in on_disk] == []


def test_an_unknown_conversation_changes_nothing(folder: Path) -> None:
    with opened(folder) as (vault, _):
        there = vault.add(None, [b"here"])
        with pytest.raises(ConversationUnknownError):
            vault.erase([there, bytes(16)])
        assert vault.read(there) == [b"here"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE conversation SET ident = x'00' WHERE count = 3", id="not even its id opens"),
        pytest.param("UPDATE conversation SET count = 1 WHERE count = 3", id="its count was lowered"),
        pytest.param("UPDATE conversation SET count = 9 WHERE count = 3", id="its count was raised"),
    ],
)
def test_a_damaged_conversation_is_erased_with_all_its_records(folder: Path, damage: str) -> None:
    with opened(folder) as (vault, _):
        vault.add(None, [b"1", b"2", b"3"])
        kept = vault.add(None, [b"a", b"b"])
    with edited(folder) as file:
        file.execute(damage)
    with opened(folder) as (vault, _):
        [damaged] = [one for one in vault.entries() if not one.sound]
        assert vault.erase([damaged.name]) == 3
        assert (vault.missing_records(), vault.records_in_file()) == (0, 2)
        assert vault.read(kept) == [b"a", b"b"]


def test_a_conversation_is_erased_once_however_often_it_is_named(folder: Path) -> None:
    with opened(folder) as (vault, _):
        there = vault.add(None, [b"1", b"2"])
        [entry] = vault.entries()
        assert vault.erase([there, there, entry.name]) == 2
