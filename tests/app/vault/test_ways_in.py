"""A way into the vault is proven before the one that it replaces goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.vault import opening, ways_in
from app.vault.errors import VaultDamagedError, VaultError, WrongPassphraseError, WrongRecoveryCodeError
from app.vault.keys import FLOOR, KdfCost
from app.vault.opening import RecoveryKey
from app.vault.recovery_code import code_of, key_of
from app.vault.slots import Slot, make, open_slot
from app.vault.ways_in import WayIn
from tests.app.vault.makings import KEYRING_KEY, PASSPHRASE, edited, opened

NEW = "seven other words that nobody guesses"
RECOVERY = bytes(range(50, 82))


def test_the_ways_in_are_listed(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.put_recovery_slot(RECOVERY)
        assert vault.ways_in() == (WayIn("passphrase", FLOOR), WayIn("keyring"), WayIn("recovery"))
    with edited(folder) as file:
        file.execute("UPDATE slot SET body = x'0101' WHERE substr(body, 3, 1) = x'03'")
    with opened(folder) as (vault, incidents):
        assert vault.ways_in()[-1] == WayIn("damaged")
        assert [one.what for one in incidents] == ["heads"]


def test_the_new_passphrase_opens_it_and_the_old_one_does_not(folder: Path) -> None:
    with opened(folder) as (vault, _):
        conversation = vault.add(None, [b"here"])
        vault.change_passphrase(NEW, FLOOR)
        assert (folder / "vault.db-wal").stat().st_size == 0

    with pytest.raises(WrongPassphraseError):
        opening.open_vault(folder, PASSPHRASE)
    vault, incidents = opening.open_vault(folder, NEW)
    assert (vault.read(conversation), incidents) == ([b"here"], ())
    vault.close()


def test_nothing_of_the_old_slot_is_left_in_the_files(folder: Path) -> None:
    with edited(folder) as file:
        [(old,)] = file.execute("SELECT body FROM slot WHERE substr(body, 3, 1) = x'01'").fetchall()
    with opened(folder) as (vault, _):
        vault.change_passphrase(NEW, FLOOR)
        on_disk = b"".join(file.read_bytes() for file in folder.iterdir())

    assert old[32:64] not in on_disk
    assert old[80:] not in on_disk


def test_a_cost_that_is_refused_leaves_the_old_passphrase(folder: Path) -> None:
    with opened(folder) as (vault, _):
        with pytest.raises(VaultError):
            vault.change_passphrase(NEW, KdfCost(8, 1, 1))
        assert vault.ways_in()[0] == WayIn("passphrase", FLOOR)
    opening.open_vault(folder, PASSPHRASE)[0].close()


def test_a_new_way_that_does_not_open_is_not_taken(folder: Path) -> None:
    """Its proof fails inside the transaction, so the old ways stay."""
    with opened(folder) as (vault, _):
        rows = vault._ledger
        wrong = make(vault.id, bytearray(32), RecoveryKey(RECOVERY), None)
        change = ways_in.replacing(rows, 3, wrong)
        with pytest.raises(VaultError):
            vault._commit(change, lambda file: ways_in.write(file, rows, change, RecoveryKey(RECOVERY)))
        assert [one.kind for one in vault.ways_in()] == ["passphrase", "keyring"]
        vault.add(None, [b"still usable"])
    with opened(folder) as (vault, incidents):
        assert incidents == ()


def test_the_printed_code_opens_it(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.put_recovery_slot(RECOVERY)

    vault, _ = opening.open_vault(folder, key_of(code_of(RECOVERY)))
    vault.put_recovery_slot(None)
    vault.close()

    with pytest.raises(WrongRecoveryCodeError):
        opening.open_vault(folder, RecoveryKey(RECOVERY))


def test_a_new_code_ends_the_one_before(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.put_recovery_slot(bytes(32))
        vault.put_recovery_slot(RECOVERY)
        assert [one.kind for one in vault.ways_in()].count("recovery") == 1

    with pytest.raises(WrongRecoveryCodeError):
        opening.open_vault(folder, RecoveryKey(bytes(32)))


def test_the_bytes_of_one_kind_do_not_open_a_slot_of_another(folder: Path) -> None:
    with pytest.raises(WrongRecoveryCodeError):
        opening.open_vault(folder, RecoveryKey(KEYRING_KEY))

    vault, root, key = b"v" * 16, bytearray(b"r" * 32), b"k" * 32
    slot = make(vault, root, key, None)
    assert open_slot(vault, slot, RecoveryKey(key)) is None
    retyped = slot.to_bytes()[:2] + b"\x03" + slot.to_bytes()[3:]
    with pytest.raises(VaultDamagedError):
        open_slot(vault, Slot.from_bytes(slot.id, retyped), RecoveryKey(key))


def test_an_old_slot_put_back_is_noticed(folder: Path) -> None:
    with edited(folder) as file:
        old = file.execute("SELECT id, body FROM slot WHERE substr(body, 3, 1) = x'01'").fetchall()
    with opened(folder) as (vault, _):
        vault.change_passphrase(NEW, FLOOR)
    with edited(folder) as file:
        file.executemany("INSERT INTO slot VALUES (?, ?)", old)

    with opened(folder) as (_, incidents):
        assert [one.what for one in incidents] == ["heads"]


def test_a_slot_taken_away_is_noticed(folder: Path) -> None:
    with edited(folder) as file:
        file.execute("DELETE FROM slot WHERE substr(body, 3, 1) = x'01'")

    with opened(folder) as (_, incidents):
        assert [one.what for one in incidents] == ["heads"]
