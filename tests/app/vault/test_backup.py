"""A copy has its name only when all of it was read; putting it back keeps what was there."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.vault import backup, checking, exchange, opening, restoring
from app.vault.backup import Copy
from app.vault.errors import (
    VaultAbsentError,
    VaultDamagedError,
    VaultInUseError,
    VaultNotSavedError,
    VaultUnsafeError,
    WrongPassphraseError,
)
from app.vault.opening import Secret
from tests.app.vault.makings import KEYRING_KEY, edited, make_vault, opened, read_all

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def key(_vault: bytes) -> bytes:
    return KEYRING_KEY


@pytest.fixture
def copied(folder: Path) -> tuple[Path, Copy, bytes]:
    """A vault that went on by one record after it was copied."""
    with opened(folder) as (vault, _):
        one = vault.add(None, [b"a0", b"a1"], b"first")
        copy = backup.take(vault, folder / "backups", AT)
        vault.add(one, [b"a2"])
    return folder, copy, one


def restored(copy: Path, folder: Path, secret: Secret = key) -> Path | None:
    with restoring.restoring(copy, folder, secret) as candidate:
        restoring.refuse_damaged(candidate.report)
        return candidate.put(AT)


def test_a_name_tells_time_and_generation_and_is_read_back(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied

    assert copy.file.name == f"history-20260102T030405Z-g{copy.generation:06d}.vault"
    assert backup.copies(folder / "backups") == [copy]
    assert copy.file.stat().st_mode & 0o777 == 0o600
    assert copy.file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "history-20260102T030405Z-g1.vault.part",
        "history-20261399T030405Z-g1.vault",
        "history-20260102T030405Z-g12345678901234567890.vault",
        "notes.txt",
        "unfinished-00000000.part",
    ],
)
def test_other_files_in_the_folder_are_no_copies(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")

    assert backup.copies(tmp_path) == []


def test_a_copy_opens_as_it_was_and_refuses_every_change(copied: tuple[Path, Copy, bytes]) -> None:
    _, copy, one = copied
    vault, incidents = opening.open_copy(copy.file, secret=key)
    try:
        assert vault.read(one) == [b"a0", b"a1"]
        assert incidents == ()
        with pytest.raises(VaultNotSavedError):
            vault.add(one, [b"no"])
        assert checking.check(vault).whole
    finally:
        vault.close()


def test_a_copy_of_a_damaged_vault_says_so_in_its_name(copied: tuple[Path, Copy, bytes]) -> None:
    folder, _, _ = copied
    with edited(folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 2")
    with opened(folder) as (vault, _):
        copy = backup.take(vault, folder / "backups", AT)

    assert copy.damaged
    assert copy.file.name.endswith("-damaged.vault")


def test_a_copy_that_cannot_be_written_leaves_nothing(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    (folder / "open").mkdir(mode=0o777)
    (folder / "open").chmod(0o777)
    with opened(folder) as (vault, _), pytest.raises(VaultUnsafeError):
        backup.take(vault, folder / "open", AT)

    assert list((folder / "open").iterdir()) == []
    assert backup.copies(folder / "backups") == [copy]


def test_what_a_killed_copy_left_is_cleared_away_by_the_next(copied: tuple[Path, Copy, bytes]) -> None:
    folder, _, _ = copied
    with opened(folder) as (vault, _):
        left = folder / "backups" / f"unfinished-{vault.id.hex()[:8]}.part"
        left.write_bytes(b"half a copy")
        backup.take(vault, folder / "backups", AT + timedelta(days=1))

    assert not left.exists()
    assert len(backup.copies(folder / "backups")) == 2


def test_putting_a_copy_back_keeps_the_vault_that_was_there(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, one = copied

    kept = restored(copy.file, folder)

    assert read_all(folder) == ({one: [b"a0", b"a1"]}, [], True)
    assert kept is not None
    assert kept.name == "vault.db.before-restore-20260102T030405Z"
    (folder / "vault.db").write_bytes(kept.read_bytes())
    assert read_all(folder) == ({one: [b"a0", b"a1", b"a2"]}, [], True)


def test_what_a_killed_program_left_in_the_log_is_kept_too(
    copied: tuple[Path, Copy, bytes], tmp_path: Path
) -> None:
    folder, copy, one = copied
    with opened(folder) as (vault, _):
        vault.add(one, [b"a3"])
        killed = tmp_path / "killed"
        killed.mkdir(mode=0o700)
        for file in folder.glob("vault.db*"):
            exchange.copy_file(file, killed / file.name)

    kept = restored(copy.file, killed)

    assert kept is not None
    (killed / "vault.db").write_bytes(kept.read_bytes())
    assert read_all(killed)[0] == {one: [b"a0", b"a1", b"a2", b"a3"]}


def test_an_older_copy_is_known_for_one(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    with restoring.restoring(copy.file, folder, key) as candidate:
        assert candidate.older
        assert (candidate.report.generation, candidate.last_seen) == (copy.generation, copy.generation + 1)
        assert not candidate.other_vault


def test_other_copies_tell_how_old_one_is_when_the_vault_cannot(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    with opened(folder) as (vault, _):
        newer = backup.take(vault, folder / "backups", AT + timedelta(days=1))
    (folder / "vault.db").write_bytes(b"rubbish")

    with restoring.restoring(copy.file, folder, key, [copy, newer]) as candidate:
        assert (candidate.older, candidate.last_seen) == (True, newer.generation)


def test_a_copy_of_another_vault_is_known_for_one(copied: tuple[Path, Copy, bytes], tmp_path: Path) -> None:
    _, copy, _ = copied
    make_vault(tmp_path / "other")

    with restoring.restoring(copy.file, tmp_path / "other", key) as candidate:
        assert candidate.other_vault
        assert not candidate.older


def test_looking_at_a_copy_changes_nothing(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}

    with restoring.restoring(copy.file, folder, key):
        pass

    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_copy_is_refused(copied: tuple[Path, Copy, bytes], seed: int) -> None:
    folder, copy, one = copied
    chance, data = Random(seed), bytearray(copy.file.read_bytes())
    at = 4096 * chance.randrange(len(data) // 4096)
    data[at : at + 4096] = chance.randbytes(4096)
    copy.file.write_bytes(data)

    with pytest.raises(VaultDamagedError):
        restored(copy.file, folder)

    assert read_all(folder)[0] == {one: [b"a0", b"a1", b"a2"]}


def test_only_its_own_secret_puts_a_copy_back(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    with pytest.raises(WrongPassphraseError):
        restored(copy.file, folder, lambda _vault: bytes(32))
    with pytest.raises(VaultAbsentError):
        restored(copy.file.with_name("none.vault"), folder)
    with opened(folder), pytest.raises(VaultInUseError):
        restored(copy.file, folder)


def test_a_vault_that_sqlite_cannot_open_is_repaired_from_its_pages(
    copied: tuple[Path, Copy, bytes],
) -> None:
    folder, _, one = copied
    broken = bytes(4096) + (folder / "vault.db").read_bytes()[4096:]
    (folder / "vault.db").write_bytes(broken)

    salvaged, report, kept = restoring.repair(folder, key, (), AT)

    assert (salvaged.records, salvaged.missing, report.whole) == (3, 0, True)
    assert kept.read_bytes() == broken
    assert read_all(folder) == ({one: [b"a0", b"a1", b"a2"]}, [], True)


def test_a_repair_cut_off_before_the_log_was_put_away_is_completed_by_the_next(
    copied: tuple[Path, Copy, bytes], tmp_path: Path
) -> None:
    """`vault.db.next` is whole; the broken vault and its log lie aside already."""
    folder, copy, one = copied
    exchange.copy_file(copy.file, folder / "vault.db.next")
    (folder / "vault.db").write_bytes(b"broken")
    (folder / "vault.db-wal").write_bytes(b"its log")

    assert exchange.finish(folder, AT)

    assert read_all(folder)[0] == {one: [b"a0", b"a1"]}
    assert (folder / "vault.db.before-finishing-20260102T030405Z").read_bytes() == b"broken"
    assert not exchange.finish(folder, AT)


def test_an_older_name_is_never_written_over(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied

    first, second = restored(copy.file, folder), restored(copy.file, folder)

    assert first != second
    assert {first, second} <= set(folder.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_kept_files_are_the_owners_alone(copied: tuple[Path, Copy, bytes]) -> None:
    folder, copy, _ = copied
    restored(copy.file, folder)

    assert {one.stat().st_mode & 0o077 for one in folder.rglob("*")} == {0}
