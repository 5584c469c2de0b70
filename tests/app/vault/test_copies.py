"""A copy is taken while the vault is written, opens with the same keys, and is never changed."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from app.vault import opening
from app.vault.errors import (
    VaultAbsentError,
    VaultDamagedError,
    VaultExistsError,
    VaultForeignError,
    VaultReadOnlyError,
    VaultUnsafeError,
    WrongPassphraseError,
)
from app.vault.keys import FLOOR
from app.vault.rekey import rekey
from tests.app.vault.makings import KEYRING_KEY, PASSPHRASE, edited, make_vault, opened


@pytest.fixture
def copy(folder: Path) -> Path:
    with opened(folder) as (vault, _):
        vault.add(None, [b"one", b"two"], b"summary")
        vault.snapshot(folder.parent / "copy.db")
    return folder.parent / "copy.db"


def test_a_copy_opens_with_the_keys_of_its_vault(folder: Path, copy: Path) -> None:
    before = copy.read_bytes()
    with opened(folder) as (vault, _):
        vault.add(None, [b"later"])
        read, incidents = opening.open_copy(copy, vault)
        [entry] = read.entries()
        assert (read.read(entry.id or b""), entry.summary) == ([b"one", b"two"], b"summary")
        assert (incidents, read.missing_records()) == ((), 0)
        read.close()
        assert vault.ways_in(), "the keys of the open vault are its own"

    assert copy.read_bytes() == before
    assert {file.name for file in copy.parent.iterdir()} == {"copy.db", "history"}
    assert copy.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "secret", [PASSPHRASE, lambda _vault: KEYRING_KEY], ids=["the passphrase", "the keyring's key"]
)
def test_a_copy_opens_with_a_secret(copy: Path, secret: opening.Secret) -> None:
    read, _ = opening.open_copy(copy, secret=secret)

    assert len(read.entries()) == 1
    read.close()


def test_a_copy_needs_the_right_secret(copy: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        opening.open_copy(copy, secret="another passphrase")


def test_no_change_of_a_copy_is_possible(folder: Path, copy: Path) -> None:
    with opened(folder) as (vault, _):
        read, _ = opening.open_copy(copy, vault)
        [entry] = read.entries()
        identity = entry.id or b""
        for change in (
            lambda: read.add(None, [b"x"]),
            lambda: read.add(identity, [b"x"]),
            lambda: read.put_setting("x", b"x"),
            lambda: read.put_keyring_slot(None),
            lambda: read.put_recovery_slot(bytes(32)),
            lambda: read.change_passphrase("x", FLOOR),
            lambda: read.erase([identity]),
            lambda: rekey(read, "x", FLOOR),
        ):
            with pytest.raises(VaultReadOnlyError):
                change()
        read.close()


def test_the_vault_is_written_while_it_is_copied(folder: Path) -> None:
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [bytes(4_000)] * 500)
        copying = [Thread(target=vault.snapshot, args=(folder.parent / f"{at}.db",)) for at in range(4)]
        for thread in copying:
            thread.start()
        for number in range(30):
            vault.add(conversation, [b"%d" % number])
        for thread in copying:
            thread.join()
        for at in range(4):
            read, incidents = opening.open_copy(folder.parent / f"{at}.db", vault)
            assert (incidents, read.missing_records(), None in read.read(conversation)) == ((), 0, False)
            read.close()


def test_a_copy_never_takes_the_place_of_a_file(folder: Path, copy: Path) -> None:
    before = copy.read_bytes()
    with opened(folder) as (vault, _), pytest.raises(VaultExistsError):
        vault.snapshot(copy)
    assert copy.read_bytes() == before


def test_a_copy_of_another_vault_is_told_apart(tmp_path: Path, copy: Path) -> None:
    make_vault(tmp_path / "other")
    with opened(tmp_path / "other") as (other, _), pytest.raises(VaultForeignError):
        opening.open_copy(copy, other)


def test_an_altered_copy_says_so(folder: Path, copy: Path) -> None:
    (folder.parent / "altered").mkdir()
    copy.rename(folder.parent / "altered" / "vault.db")
    with edited(folder.parent / "altered") as file:
        file.execute("DELETE FROM message WHERE rowid = 1")
    with opened(folder) as (vault, _):
        read, incidents = opening.open_copy(folder.parent / "altered" / "vault.db", vault)
        assert [one.what for one in incidents] == ["rows +1"]
        read.close()


def test_a_copy_with_a_log_beside_it_is_not_whole(folder: Path, copy: Path) -> None:
    Path(f"{copy}-wal").write_bytes(b"log")
    with opened(folder) as (vault, _), pytest.raises(VaultDamagedError):
        opening.open_copy(copy, vault)


def test_a_copy_is_a_regular_file(folder: Path, copy: Path) -> None:
    (copy.parent / "link.db").symlink_to(copy)
    with opened(folder) as (vault, _):
        with pytest.raises(VaultUnsafeError):
            opening.open_copy(copy.parent / "link.db", vault)
        with pytest.raises(VaultAbsentError):
            opening.open_copy(copy.parent / "none.db", vault)
