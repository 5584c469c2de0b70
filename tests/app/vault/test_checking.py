"""A look over a vault reads every head, record and index, and says where something does not open."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.vault import checking, opening
from app.vault.checking import Report
from tests.app.vault.makings import KEYRING_KEY, edited, opened


@pytest.fixture
def filled(folder: Path) -> tuple[Path, bytes]:
    with opened(folder) as (vault, _):
        first = vault.add(None, [b"a0", b"a1", b"a2"], b"first")
        vault.add(None, [b"b0"], b"second")
        return folder, first


def looked_over(folder: Path) -> Report:
    """From outside, so that nothing is written about what was found."""
    vault, incidents = opening.open_copy(folder / "vault.db", secret=lambda _vault: KEYRING_KEY)
    try:
        return checking.check(vault, incidents)
    finally:
        vault.close()


def test_a_whole_vault_is_whole(filled: tuple[Path, bytes]) -> None:
    report = looked_over(filled[0])

    assert report.whole
    assert (report.conversations, report.records) == (2, 4)


def test_a_damaged_record_is_named_by_its_conversation_and_number(filled: tuple[Path, bytes]) -> None:
    folder, first = filled
    with edited(folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 2")

    [wound] = looked_over(folder).wounds

    assert (wound.id, wound.damaged, wound.sound, wound.summary_opens) == (first, (1,), True, True)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("DELETE FROM message WHERE rowid = 4", id="a message is gone"),
        pytest.param("DELETE FROM conversation WHERE rowid = 2", id="a conversation is gone"),
        pytest.param("UPDATE conversation SET meta = zeroblob(9) WHERE rowid = 1", id="a title is damaged"),
        pytest.param("UPDATE conversation SET ident = zeroblob(9) WHERE rowid = 1", id="an id is damaged"),
        pytest.param("UPDATE conversation SET head = zeroblob(32) WHERE rowid = 1", id="a head is forged"),
        pytest.param("UPDATE vault SET generation = generation + 1", id="the generation is forged"),
        pytest.param("UPDATE setting SET box = zeroblob(200)", id="a setting is forged"),
        pytest.param("INSERT INTO message VALUES (zeroblob(16), zeroblob(32), zeroblob(300))", id="one more"),
    ],
)
def test_no_damage_is_whole(filled: tuple[Path, bytes], damage: str) -> None:
    folder, _ = filled
    with opened(folder) as (vault, _):
        vault.put_setting("draft", b"typed")
    with edited(folder) as file:
        assert file.execute(damage).rowcount

    assert not looked_over(folder).whole


def test_a_name_that_differs_between_a_row_and_its_index_is_noticed(filled: tuple[Path, bytes]) -> None:
    """Reading goes by the index and never looks at the name in the row."""
    folder, _ = filled
    with edited(folder) as file:
        name, box = file.execute("SELECT name, box FROM message WHERE rowid = 3").fetchone()
    data = (folder / "vault.db").read_bytes()
    at = data.index(box[:64]) - 32 - 16
    assert data[at : at + 16] == name
    (folder / "vault.db").write_bytes(data[:at] + bytes([name[0] ^ 1]) + data[at + 1 :])

    report = looked_over(folder)

    assert report.broken_file
    assert not report.whole


def test_a_copy_is_looked_over_without_a_byte_changed(filled: tuple[Path, bytes]) -> None:
    folder, _ = filled
    with edited(folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 2")
    before = {one.name: one.read_bytes() for one in folder.iterdir()}

    looked_over(folder)

    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
