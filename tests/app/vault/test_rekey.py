"""After a re-key everything is there, under keys that nothing from before opens."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.vault import database, opening
from app.vault import rekey as rekeying
from app.vault.errors import VaultInUseError, VaultLossError, VaultNotSavedError, WrongPassphraseError
from app.vault.keys import FLOOR
from app.vault.rekey import Rekeyed, rekey
from app.vault.ways_in import WayIn
from tests.app.vault import stranger
from tests.app.vault.makings import PASSPHRASE, edited, opened, read_all

NEW = "seven other words that nobody guesses"
TEXTS = [b'{"text":"%d"}' % number for number in range(5)]


@pytest.fixture
def filled(folder: Path) -> Path:
    with opened(folder) as (vault, _):
        for count in (1, 2, 5):
            vault.add(None, TEXTS[:count], b"summary %d" % count)
        vault.put_setting("colour", b"green")
    return folder


def contents(folder: Path) -> list[tuple[bytes | None, list[bytes | None]]]:
    vault, incidents = opening.open_vault(folder, NEW)
    try:
        assert incidents == ()
        assert vault.setting("colour") == b"green"
        return sorted((one.summary or b"", vault.read(one.id or b"")) for one in vault.entries())
    finally:
        vault.close()


def test_everything_is_there_and_the_old_ways_are_not(filled: Path) -> None:
    shutil.copy(filled / "vault.db", filled.parent / "old.db")
    with opened(filled) as (vault, _):
        generation = vault.generation
        report = rekey(vault, NEW, FLOOR)
        assert report == Rekeyed(3, 8, 0, 0, 0, (WayIn("passphrase", FLOOR), WayIn("keyring")))
        assert (vault.generation, vault.ways_in()) == (generation + 1, (WayIn("passphrase", FLOOR),))
        vault.add(vault.entries()[0].id, [])

    assert contents(filled) == [(b"summary %d" % count, TEXTS[:count]) for count in (1, 2, 5)]
    with pytest.raises(WrongPassphraseError):
        opening.open_vault(filled, PASSPHRASE)
    assert {file.name for file in filled.iterdir()} == {"vault.db", "vault.lock"}
    old, new = (boxes(filled.parent / "old.db"), boxes(filled / "vault.db"))
    assert old.isdisjoint(new), "every box is sealed anew"


def boxes(file: Path) -> set[bytes]:
    with closing(sqlite3.connect(file)) as connection:
        columns = (
            "box FROM message",
            "wrapped FROM conversation",
            "meta FROM conversation",
            "box FROM setting",
        )
        return {box for column in columns for (box,) in connection.execute(f"SELECT {column}")}


def test_a_stranger_reads_the_new_file(filled: Path) -> None:
    with opened(filled) as (vault, _):
        rekey(vault, NEW, FLOOR)

    assert len(list(stranger.records_of(filled / "vault.db", NEW))) == 8


def test_a_conversation_goes_on_afterwards(filled: Path) -> None:
    with opened(filled) as (vault, _):
        rekey(vault, NEW, FLOOR)
        rekey(vault, NEW, FLOOR)
        assert {one.key_version for one in vault.entries()} == {3}
        for one in vault.entries():
            vault.add(one.id, [b"more"])
    assert all(read[-1] == b"more" for _, read in contents(filled))


def test_damage_ends_it_and_the_old_vault_stays(filled: Path) -> None:
    with edited(filled) as file:
        file.execute("DELETE FROM message WHERE rowid = 2")
    with opened(filled) as (vault, _):
        with pytest.raises(VaultLossError):
            rekey(vault, NEW, FLOOR)
        vault.add(None, [b"still usable"])
    assert not (filled / "vault.db.new").exists()
    read_all(filled)


def test_an_accepted_loss_stays_visible(filled: Path) -> None:
    with edited(filled) as file:
        file.execute("DELETE FROM message WHERE rowid = 2")
        file.execute("UPDATE conversation SET ident = x'00' WHERE count = 1")
        file.execute("UPDATE conversation SET count = 4 WHERE count = 5")
        file.execute("INSERT INTO setting VALUES (x'00', x'00')")
    with opened(filled) as (vault, _):
        report = rekey(vault, NEW, FLOOR, accept_loss=True)
    vault, incidents = opening.open_vault(filled, NEW)
    read = sorted((vault.read(one.id) for one in vault.entries() if one.id), key=len)
    vault.close()

    assert (report.lost_records, report.lost_conversations, report.lost_settings) == (2, 1, 1)
    assert [len(one) for one in read] == [2, 5]
    assert all(None in one for one in read)
    assert [one.what for one in incidents] == ["heads"]


def test_what_a_cut_off_re_key_left_is_removed_at_the_next_opening(filled: Path) -> None:
    for name in ("vault.db.new", "vault.db.new-journal"):
        (filled / name).write_bytes(b"half")
        (filled / name).chmod(0o600)
    with opened(filled):
        assert {file.name for file in filled.iterdir()}.isdisjoint({"vault.db.new", "vault.db.new-journal"})


@pytest.mark.parametrize("moment", ["before the old one is closed", "before the exchange"])
def test_a_disk_that_fails_leaves_the_old_vault_open(
    filled: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(filled) as (vault, _):
        with monkeypatch.context() as patched:
            if moment == "before the exchange":
                patched.setattr(database, "put_in_place", fail)
            else:
                patched.setattr(rekeying, "_insert", fail)
            with pytest.raises(VaultNotSavedError):
                rekey(vault, NEW, FLOOR)
        vault.add(None, [b"still usable"])
        assert len(vault.entries()) == 4
    assert not (filled / "vault.db.new").exists()
    opening.open_vault(filled, PASSPHRASE)[0].close()


def test_what_reads_back_otherwise_is_not_taken(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(1_000))
    with opened(filled) as (vault, _):
        with monkeypatch.context() as patched:
            patched.setattr(rekeying, "_digest", lambda *_: bytes(next(numbers)))
            with pytest.raises(VaultNotSavedError):
                rekey(vault, NEW, FLOOR)
        vault.add(None, [b"still usable"])
    opening.open_vault(filled, PASSPHRASE)[0].close()


def test_while_a_copy_is_being_taken_the_exchange_waits_for_another_time(filled: Path) -> None:
    with opened(filled) as (vault, _):
        with closing(sqlite3.connect(filled / "vault.db", isolation_level=None)) as copying:
            copying.execute("BEGIN")
            copying.execute("SELECT count(*) FROM message").fetchone()
            with pytest.raises(VaultInUseError):
                rekey(vault, NEW, FLOOR)
        vault.add(None, [b"still usable"])
    opening.open_vault(filled, PASSPHRASE)[0].close()
