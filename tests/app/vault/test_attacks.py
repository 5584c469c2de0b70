"""Someone who can write the file, but has no key, is noticed; what he left alone still opens."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.vault.errors import VaultError
from tests.app.vault.makings import edited, make_vault, opened, read_all

A, B = [b"a%d" % number for number in range(6)], [b"b%d" % number for number in range(4)]


@pytest.fixture
def vault_folder(folder: Path) -> Path:
    """Two conversations; an older state of the file is kept beside it."""
    with opened(folder) as (vault, _):
        first = vault.add(None, A[:3], b"first")
        vault.add(None, B, b"second")
    shutil.copy(folder / "vault.db", folder.parent / "older.db")
    with opened(folder) as (vault, _):
        vault.add(first, A[3:])
    return folder


def rows(file: sqlite3.Connection) -> list[tuple[int, bytes, bytes, bytes]]:
    """Messages in the order of writing: a0 a1 a2 b0 b1 b2 b3 a3 a4 a5."""
    return file.execute("SELECT rowid, name, previous, box FROM message ORDER BY rowid").fetchall()


def swap(one: int, other: int) -> Callable[[sqlite3.Connection, Path], None]:
    def attack(file: sqlite3.Connection, _older: Path) -> None:
        found = rows(file)
        for target, source in ((one, other), (other, one)):
            file.execute(
                "UPDATE message SET previous = ?, box = ? WHERE rowid = ?",
                (found[source][2], found[source][3], found[target][0]),
            )

    return attack


def swap_names(file: sqlite3.Connection, _older: Path) -> None:
    found = rows(file)
    file.execute("UPDATE message SET name = x'00' WHERE rowid = ?", (found[0][0],))
    file.execute("UPDATE message SET name = ? WHERE rowid = ?", (found[0][1], found[1][0]))
    file.execute("UPDATE message SET name = ? WHERE rowid = ?", (found[1][1], found[0][0]))


def duplicate(file: sqlite3.Connection, _older: Path) -> None:
    found = rows(file)
    file.execute("INSERT INTO message VALUES (?, ?, ?)", (b"n" * 16, found[0][2], found[0][3]))


def drop(number: int) -> Callable[[sqlite3.Connection, Path], None]:
    def attack(file: sqlite3.Connection, _older: Path) -> None:
        file.execute("DELETE FROM message WHERE rowid = ?", (rows(file)[number][0],))

    return attack


def drop_newest_and_count(file: sqlite3.Connection, older: Path) -> None:
    drop(9)(file, older)
    file.execute("UPDATE conversation SET count = 5 WHERE count = 6")


def drop_conversation(file: sqlite3.Connection, _older: Path) -> None:
    file.execute("DELETE FROM conversation WHERE count = 4")


def drop_conversation_and_messages(file: sqlite3.Connection, older: Path) -> None:
    drop_conversation(file, older)
    for number in (6, 5, 4, 3):
        drop(number)(file, older)


def old_key_version(file: sqlite3.Connection, _older: Path) -> None:
    file.execute("UPDATE conversation SET key_version = 0 WHERE count = 6")


def put_back(table: str, query: str) -> Callable[[sqlite3.Connection, Path], None]:
    def attack(file: sqlite3.Connection, older: Path) -> None:
        with closing(sqlite3.connect(older)) as before:
            old = before.execute(query).fetchall()
        for row in old:
            file.execute(f"REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    return attack


def old_generation(file: sqlite3.Connection, _older: Path) -> None:
    file.execute("UPDATE vault SET generation = generation - 1")


def exchange_summaries(file: sqlite3.Connection, _older: Path) -> None:
    (one,), (other,) = file.execute("SELECT meta FROM conversation ORDER BY count").fetchall()
    file.execute("UPDATE conversation SET meta = ? WHERE count = 4", (other,))
    file.execute("UPDATE conversation SET meta = ? WHERE count = 6", (one,))


def forge_setting(file: sqlite3.Connection, _older: Path) -> None:
    file.execute("INSERT INTO setting VALUES (?, ?)", (b"n" * 16, b"b" * 286))


ATTACKS = [
    pytest.param(swap(0, 1), id="two messages exchanged"),
    pytest.param(swap_names, id="two messages reordered by their names"),
    pytest.param(swap(0, 3), id="a message moved between conversations"),
    pytest.param(duplicate, id="a message doubled"),
    pytest.param(drop(1), id="a middle message dropped"),
    pytest.param(drop(9), id="the newest dropped"),
    pytest.param(drop_newest_and_count, id="the newest dropped and the count lowered"),
    pytest.param(drop_conversation, id="a conversation dropped"),
    pytest.param(drop_conversation_and_messages, id="a conversation dropped with its messages"),
    pytest.param(old_key_version, id="an old key version"),
    pytest.param(put_back("conversation", "SELECT * FROM conversation"), id="old conversation rows put back"),
    pytest.param(put_back("vault", "SELECT * FROM vault"), id="the old vault head put back"),
    pytest.param(old_generation, id="the generation lowered"),
    pytest.param(exchange_summaries, id="two titles exchanged"),
    pytest.param(forge_setting, id="a forged setting"),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_structure_is_noticed_and_the_rest_opens(
    vault_folder: Path, attack: Callable[[sqlite3.Connection, Path], None]
) -> None:
    with edited(vault_folder) as file:
        attack(file, vault_folder.parent / "older.db")

    contents, told, sound = read_all(vault_folder)

    read = [record for records in contents.values() for record in records]
    assert told or not sound or None in read, "not noticed"
    assert {record for record in read if record is not None} <= {*A, *B}, "a wrong text"
    assert len([record for record in read if record is not None]) >= 4, "too much was lost"


def test_what_was_noticed_once_is_told_ever_after(vault_folder: Path) -> None:
    with edited(vault_folder) as file:
        drop_conversation_and_messages(file, vault_folder)
    read_all(vault_folder)

    contents, told, _ = read_all(vault_folder)

    assert told == ["heads"]
    with opened(vault_folder) as (vault, _):
        vault.add(next(iter(contents)), [b"still usable"])


def test_a_page_of_an_older_state_put_back_is_noticed(vault_folder: Path) -> None:
    """Each page that changed between the two states, one at a time."""
    newer, older = (vault_folder / "vault.db").read_bytes(), (vault_folder.parent / "older.db").read_bytes()
    size = int.from_bytes(newer[16:18], "big")
    changed = [at for at in range(0, len(older), size) if newer[at : at + size] != older[at : at + size]]
    unnoticed = []
    for at in changed:
        if at == 0:
            continue  # SQLite's own header page: no data of ours lies there
        for leftover in vault_folder.glob("vault.db*"):
            leftover.unlink()
        (vault_folder / "vault.db").write_bytes(newer[:at] + older[at : at + size] + newer[at + size :])
        (vault_folder / "vault.db").chmod(0o600)
        try:
            contents, told, sound = read_all(vault_folder)
        except VaultError:
            continue
        read = [record for records in contents.values() for record in records]
        if not told and sound and sorted(filter(None, read)) == sorted([*A, *B]):
            continue  # an index page that says the same
        if not (told or not sound or None in read):
            unnoticed.append(at)

    assert changed
    assert unnoticed == []


def test_a_message_from_another_branch_of_time_is_noticed(folder: Path) -> None:
    """An old copy is continued elsewhere; its record, at the same place, is put into the true file."""
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"common"])
    fork = Path(shutil.copytree(folder, folder.parent / "fork"))
    for place, text in ((folder, b"true"), (fork, b"fork")):
        with opened(place) as (vault, _):
            vault.add(conversation, [text])
            vault.add(conversation, [text + b" later"])
    with edited(fork) as file:
        forged = rows(file)
    with edited(folder) as file:
        file.execute("UPDATE message SET box = ? WHERE rowid = ?", (forged[1][3], forged[1][0]))

    with opened(folder) as (vault, _):
        assert vault.read(conversation) == [b"common", None, b"true later"]


def test_a_conversation_of_another_vault_does_not_open(folder: Path, tmp_path: Path) -> None:
    make_vault(tmp_path / "other")
    with opened(tmp_path / "other") as (vault, _):
        vault.add(None, [b"foreign"], b"foreign")
    with edited(tmp_path / "other") as other, edited(folder) as file:
        for table in ("conversation", "message"):
            for row in other.execute(f"SELECT * FROM {table}").fetchall():
                file.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    contents, told, sound = read_all(folder)

    assert contents == {}
    assert told
    assert not sound


def test_any_flipped_byte_is_noticed_or_harmless_and_never_a_wrong_text(vault_folder: Path) -> None:
    """A seeded sample of the file's bytes; cells, names, heads, headers, free space alike."""
    whole = (vault_folder / "vault.db").read_bytes()
    chance = random.Random(8452)
    places = chance.sample(range(len(whole)), 400)
    refused, noticed, harmless = 0, 0, 0
    for at in places:
        for leftover in vault_folder.glob("vault.db*"):
            leftover.unlink()
        altered = bytearray(whole)
        altered[at] ^= 1 << chance.randrange(8)
        (vault_folder / "vault.db").write_bytes(altered)
        (vault_folder / "vault.db").chmod(0o600)
        try:
            contents, told, sound = read_all(vault_folder)
        except VaultError:
            refused += 1
            continue
        read = [record for records in contents.values() for record in records]
        assert {record for record in read if record is not None} <= {*A, *B}, f"a wrong text at {at}"
        if told or not sound or None in read:
            noticed += 1
        else:
            assert sorted(filter(None, read)) == sorted([*A, *B]), f"not noticed at {at}"
            harmless += 1

    assert noticed
    assert refused + noticed + harmless == 400


@pytest.mark.parametrize("number", range(10))
def test_one_damaged_message_leaves_the_others_readable(vault_folder: Path, number: int) -> None:
    with edited(vault_folder) as file:
        rowid, _, _, box = rows(file)[number]
        altered = box[:40] + bytes([box[40] ^ 1]) + box[41:]
        file.execute("UPDATE message SET box = ? WHERE rowid = ?", (altered, rowid))

    contents, _, sound = read_all(vault_folder)
    read = [record for records in contents.values() for record in records]

    assert sound
    assert len(read) == 10
    assert read.count(None) == 1


def test_extra_tables_triggers_and_views_are_refused(vault_folder: Path) -> None:
    for statement in (
        "CREATE TABLE extra (a)",
        "CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM slot; END",
        "CREATE VIEW v AS SELECT * FROM message",
    ):
        with edited(vault_folder) as file:
            file.execute(statement)
        with pytest.raises(VaultError, match="tables"):
            read_all(vault_folder)
        with edited(vault_folder) as file:
            kind, name = statement.split()[1:3]
            file.execute(f"DROP {kind} {name}")
    read_all(vault_folder)
