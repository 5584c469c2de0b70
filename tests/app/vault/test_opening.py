"""A vault is made whole or not at all, and opened only where nobody else can reach it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.vault import opening
from app.vault.errors import (
    RecordTooLargeError,
    VaultAbsentError,
    VaultClosedError,
    VaultDamagedError,
    VaultError,
    VaultExistsError,
    VaultInUseError,
    VaultNewerError,
    VaultNotSavedError,
    VaultUnsafeError,
    WrongPassphraseError,
)
from app.vault.keys import FLOOR
from tests.app.vault import stranger
from tests.app.vault.makings import PASSPHRASE, edited, opened


def test_a_vault_opens_with_its_passphrase_only(folder: Path) -> None:
    with pytest.raises(WrongPassphraseError) as wrong:
        opening.open_vault(folder, "another passphrase")
    vault, incidents = opening.open_vault(folder, PASSPHRASE)
    vault.close()

    assert incidents == ()
    assert str(wrong.value) == str(WrongPassphraseError())


def test_folder_and_files_are_the_owners_alone(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.add(None, [b"hello"])
        modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}

    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes == dict.fromkeys(("vault.db", "vault.db-wal", "vault.db-shm", "vault.lock"), 0o600)


def loosen_folder(folder: Path) -> None:
    folder.chmod(0o750)


def loosen_file(folder: Path) -> None:
    (folder / "vault.db").chmod(0o640)


def link_file(folder: Path) -> None:
    (folder / "vault.db").rename(folder.parent / "elsewhere.db")
    (folder / "vault.db").symlink_to(folder.parent / "elsewhere.db")


def second_name(folder: Path) -> None:
    (folder.parent / "second.db").hardlink_to(folder / "vault.db")


def link_lock(folder: Path) -> None:
    (folder / "vault.lock").unlink()
    (folder / "vault.lock").symlink_to(folder.parent / "lock")


def link_log(folder: Path) -> None:
    (folder / "vault.db-wal").symlink_to(folder.parent / "log")


def pipe_for_file(folder: Path) -> None:
    (folder / "vault.db").unlink()
    os.mkfifo(folder / "vault.db", 0o600)


def another_owner(folder: Path) -> None:
    os.chown(folder / "vault.db", 12345, -1)


@pytest.mark.parametrize(
    "spoil",
    [
        loosen_folder,
        loosen_file,
        link_file,
        second_name,
        link_lock,
        link_log,
        pipe_for_file,
        pytest.param(
            another_owner, marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
        ),
    ],
)
def test_what_others_can_reach_is_not_opened(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder)

    with pytest.raises(VaultUnsafeError):
        opening.open_vault(folder, PASSPHRASE)


def test_a_link_on_the_way_is_refused(folder: Path) -> None:
    (folder.parent / "shortcut").symlink_to(folder.parent, target_is_directory=True)

    with pytest.raises(VaultUnsafeError):
        opening.open_vault(folder.parent / "shortcut" / "history", PASSPHRASE)
    with pytest.raises(VaultUnsafeError):
        opening.create(folder.parent / "shortcut" / "new", PASSPHRASE, FLOOR)


def test_a_second_holder_is_told_that_it_is_in_use(folder: Path) -> None:
    with opened(folder), pytest.raises(VaultInUseError):
        opening.open_vault(folder, PASSPHRASE)
    with opened(folder):
        pass


def test_a_wrong_passphrase_does_not_keep_the_lock(folder: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        opening.open_vault(folder, "another passphrase")
    with opened(folder):
        pass


def test_where_there_is_none_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(VaultAbsentError):
        opening.open_vault(tmp_path / "none", PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_vault_is_never_replaced(folder: Path) -> None:
    before = (folder / "vault.db").read_bytes()

    with pytest.raises(VaultExistsError):
        opening.create(folder, PASSPHRASE, FLOOR)
    assert (folder / "vault.db").read_bytes() == before


def test_what_a_cut_off_set_up_left_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    folder.mkdir(mode=0o700)
    for name in ("vault.db.new", "vault.db.new-wal", "vault.db.new-journal"):
        (folder / name).write_bytes(b"half")

    opening.create(folder, PASSPHRASE, FLOOR).close()

    assert {file.name for file in folder.iterdir()} == {"vault.db", "vault.lock"}


def test_a_newer_format_is_refused_and_left_untouched(folder: Path) -> None:
    with edited(folder) as file:
        file.execute("PRAGMA user_version = 2")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    with pytest.raises(VaultNewerError):
        opening.open_vault(folder, PASSPHRASE)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize(
    "content",
    [b"", b"SQLite format 3\0", b"\0" * 200, b"not a database" * 100],
    ids=["empty", "cut", "zeros", "something else"],
)
def test_a_file_that_is_no_vault_is_called_damaged(folder: Path, content: bytes) -> None:
    (folder / "vault.db").write_bytes(content)

    with pytest.raises(VaultDamagedError):
        opening.open_vault(folder, PASSPHRASE)
    assert (folder / "vault.db").read_bytes() == content


@pytest.mark.parametrize(
    "statement", ["DELETE FROM vault", "UPDATE vault SET id = x'00'", "DELETE FROM slot"]
)
def test_without_its_first_row_or_its_slots_it_is_called_damaged(folder: Path, statement: str) -> None:
    with edited(folder) as file:
        file.execute(statement)

    with pytest.raises(VaultDamagedError):
        opening.open_vault(folder, PASSPHRASE)


@pytest.mark.parametrize(
    "pragma", ["journal_mode", "synchronous", "secure_delete", "trusted_schema", "cell_size_check"]
)
def test_the_settings_of_the_file_are_those_of_the_format(folder: Path, pragma: str) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    expected |= {"trusted_schema": 0, "cell_size_check": 1}
    with opened(folder) as (vault, _):
        assert vault._connection.execute(f"PRAGMA {pragma}").fetchone()[0] == expected[pragma]


def test_a_stranger_reads_it_with_the_specification_alone(tmp_path: Path) -> None:
    vault = opening.create(tmp_path / "history", PASSPHRASE, FLOOR)
    conversation = vault.add(None, [b'{"text":"one"}', b'{"text":"two"}'])
    vault.add(conversation, [b'{"text":"' + b"long" * 2_000 + b'"}'])
    vault.close()

    texts = [one["text"] for one in stranger.records_of(tmp_path / "history" / "vault.db", PASSPHRASE)]

    assert texts == ["one", "two", "long" * 2_000]


def test_a_full_disk_loses_nothing_and_leaves_the_vault_usable(folder: Path) -> None:
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"before"])
        generation = vault.generation
        pages = vault._connection.execute("PRAGMA page_count").fetchone()[0]
        vault._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(VaultNotSavedError):
            vault.add(conversation, [bytes(200_000)])
        assert (vault.read(conversation), vault.generation) == ([b"before"], generation)
        vault._connection.execute("PRAGMA max_page_count = 1000000")
        vault.add(conversation, [b"after"])
    with opened(folder) as (vault, incidents):
        assert (vault.read(conversation), incidents) == ([b"before", b"after"], ())


def test_a_record_above_the_ceiling_changes_nothing(folder: Path) -> None:
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"before"])
        with pytest.raises(RecordTooLargeError):
            vault.add(conversation, [b"one", bytes(16 * 2**20 + 1)])
        assert vault.read(conversation) == [b"before"]


def test_closing_overwrites_the_keys_and_ends_all_use(folder: Path) -> None:
    vault, _ = opening.open_vault(folder, PASSPHRASE)
    keys = vault._ledger.keys
    vault.close()
    vault.close()

    assert keys.root == bytes(32)
    for use in (vault.entries, lambda: vault.add(None, [b"x"]), lambda: vault.setting("x")):
        with pytest.raises(VaultClosedError):
            use()


def test_a_setting_is_kept_replaced_and_forgotten(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.put_setting("colour", b"blue")
        vault.put_setting("colour", b"green")
    with opened(folder) as (vault, _):
        assert vault.setting("colour") == b"green"
        vault.put_setting("colour", None)
        assert vault.setting("colour") is None


def test_a_keyring_slot_is_replaced_and_removed(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.put_keyring_slot(b"n" * 32)
    with pytest.raises(WrongPassphraseError), opened(folder):
        pass
    vault, _ = opening.open_vault(folder, lambda _vault: b"n" * 32)
    vault.put_keyring_slot(None)
    vault.close()

    with pytest.raises(WrongPassphraseError):
        opening.open_vault(folder, lambda _vault: b"n" * 32)
    with sqlite3.connect(folder / "vault.db") as file:
        assert file.execute("SELECT count(*) FROM slot").fetchone() == (1,)
    file.close()


def test_every_error_has_a_remedy_and_belongs_to_the_family() -> None:
    from app.vault import errors

    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]

    assert len(found) > 10
    assert all(issubclass(one, VaultError) and one.remedy.endswith(".") for one in found)
