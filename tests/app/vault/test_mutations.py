"""Single checks of the vault, each by itself; many of them no other test would miss."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from app.vault import admin_key, audit_chain, database, envelope, guard, opening, records, slots
from app.vault.audit_chain import Event
from app.vault.chain import GENESIS, TableDigest, link
from app.vault.envelope import HEADER, MAX_BOX_BYTES, MAX_RECORD_BYTES, pad, seal, unpad, unseal
from app.vault.errors import (
    AuditDamagedError,
    CipherMissingError,
    CostRefusedError,
    RecordTooLargeError,
    RecordUnreadableError,
    VaultDamagedError,
    VaultError,
    VaultInUseError,
    VaultNotSavedError,
    VaultUnsafeError,
)
from app.vault.files import replace_file
from app.vault.guard import Lock
from app.vault.keys import FLOOR, KdfCost, VaultKeys, derive, expand
from app.vault.ledger import MAX_RECORDS, MAX_SLOTS, blob, load, number, stored_slots
from app.vault.records import Binding
from app.vault.rows import Rows
from tests.app.vault.makings import KEYRING_KEY, PASSPHRASE, edited, opened
from tests.app.vault.stranger import fields

V, C = b"v" * 16, b"c" * 16
FOLDERS = Path("/proc/self/fd")
TOO_CHEAP = KdfCost(memory=1024, passes=1, lanes=1)

on_linux = pytest.mark.skipif(not FOLDERS.exists(), reason="looks at open files through /proc")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is flushed to the disk, in order; it is flushed all the same."""
    seen: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(str((FOLDERS / str(descriptor)).readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


@pytest.fixture
def any_mode() -> Iterator[None]:
    """Nothing but our own word keeps others out."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("any_mode")
def test_what_is_made_is_the_owners_alone_from_the_first_moment(tmp_path: Path) -> None:
    guard.make_folder(tmp_path / "folder")
    guard.make_file(tmp_path / "file")
    lock = Lock(tmp_path / "lock")
    lock.release()

    assert mode(tmp_path / "folder") == 0o700
    assert (mode(tmp_path / "file"), mode(tmp_path / "lock")) == (0o600, 0o600)


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_each_way_in_for_others_is_refused(tmp_path: Path, bit: int) -> None:
    (tmp_path / "file").touch(0o600)
    (tmp_path / "file").chmod(0o600 | bit)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(0o700 | bit)

    with pytest.raises(VaultUnsafeError):
        guard.check_file(tmp_path / "file")
    with pytest.raises(VaultUnsafeError):
        guard.check_folder(tmp_path / "folder")


def test_a_link_that_is_put_there_between_look_and_lock_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    monkeypatch.setattr(guard, "check_file", lambda file: file.symlink_to(target))

    with pytest.raises(OSError, match="symbolic"):
        Lock(tmp_path / "lock")
    assert not target.exists()


def test_a_file_that_stands_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"before")

    with pytest.raises(FileExistsError):
        guard.make_file(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"before"


def test_a_lock_that_was_not_got_leaves_no_descriptor(tmp_path: Path) -> None:
    holder = Lock(tmp_path / "lock")
    before = len([*FOLDERS.iterdir()])
    with pytest.raises(VaultInUseError):
        Lock(tmp_path / "lock")

    assert len([*FOLDERS.iterdir()]) == before
    holder.release()
    holder.release()
    Lock(tmp_path / "lock").release()


@on_linux
def test_a_replaced_file_is_flushed_before_its_rename_and_its_folder_after_it(
    tmp_path: Path, synced: list[str]
) -> None:
    replace_file(tmp_path / "file", b"content")

    assert [Path(one).suffix for one in synced] == [".new", ""]
    assert (Path(synced[0]).parent, Path(synced[1])) == (tmp_path, tmp_path)


@on_linux
def test_a_copy_and_its_name_are_flushed(folder: Path, synced: list[str]) -> None:
    with opened(folder) as (vault, _):
        synced.clear()
        vault.snapshot(folder.parent / "copy.vault")

    assert synced == [str(folder.parent / "copy.vault"), str(folder.parent)]


@on_linux
def test_what_takes_a_place_is_flushed_before_and_after(tmp_path: Path, synced: list[str]) -> None:
    (tmp_path / "new").write_bytes(b"new")
    database.put_in_place(tmp_path / "new", tmp_path / "old")

    assert synced == [str(tmp_path / "new"), str(tmp_path), str(tmp_path)]
    assert (tmp_path / "old").read_bytes() == b"new"


@pytest.mark.parametrize("companion", ["-wal", "-shm", "-journal"])
def test_nothing_takes_the_place_of_a_file_with_a_log_beside_it(tmp_path: Path, companion: str) -> None:
    for name in ("new", "old", f"old{companion}"):
        (tmp_path / name).write_bytes(name.encode())

    with pytest.raises(VaultInUseError):
        database.put_in_place(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"


@pytest.mark.parametrize("companion", ["-wal", "-shm", "-journal"])
def test_a_copy_with_a_log_beside_it_is_refused(folder: Path, companion: str) -> None:
    (folder / f"vault.db{companion}").write_bytes(b"")

    with pytest.raises(VaultDamagedError, match="not whole"):
        database.connect_copy(folder / "vault.db")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("synchronous", 2), ("secure_delete", 1), ("temp_store", 2), ("foreign_keys", 1),
        ("trusted_schema", 0), ("cell_size_check", 1), ("busy_timeout", 5000),
    ],
)  # fmt: skip
@pytest.mark.parametrize("connect", [database.connect, database.connect_new, database.connect_copy])
def test_every_connection_has_every_setting(
    folder: Path, connect: Callable[[Path], sqlite3.Connection], pragma: str, value: int
) -> None:
    with closing(connect(folder / "vault.db")) as connection:
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == MAX_BOX_BYTES + 1024
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 0


def test_a_copy_cannot_be_written(folder: Path) -> None:
    with closing(database.connect_copy(folder / "vault.db")) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM slot")
        assert {one.name for one in folder.iterdir()} == {"vault.db", "vault.lock"}


@pytest.fixture
def without_cipher(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(key: bytes) -> None:
        raise UnsupportedAlgorithm("as an old OpenSSL says it")

    monkeypatch.setattr(envelope, "AESGCMSIV", missing)


@pytest.mark.usefixtures("without_cipher")
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda place: opening.create(place / "new", PASSPHRASE, FLOOR), id="make a vault"),
        pytest.param(lambda place: opening.open_vault(place / "new", PASSPHRASE), id="open one"),
        pytest.param(lambda place: opening.open_copy(place / "new", secret=PASSPHRASE), id="open a copy"),
        pytest.param(
            lambda place: admin_key.create(place / "new", PASSPHRASE, FLOOR), id="make an admin key"
        ),
    ],
)
def test_without_the_cipher_nothing_is_begun(tmp_path: Path, act: Callable[[Path], object]) -> None:
    with pytest.raises(CipherMissingError):
        act(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [opening.create, admin_key.create])
def test_a_cost_outside_the_range_is_refused_before_anything_is_made(
    tmp_path: Path, make: Callable[[Path, str, KdfCost], object]
) -> None:
    with pytest.raises(CostRefusedError):
        make(tmp_path / "new", PASSPHRASE, TOO_CHEAP)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"),
    [
        (64 * 1024 - 1, 3, 1), (1024 * 1024 + 1, 3, 1), (64 * 1024, 2, 1),
        (64 * 1024, 11, 1), (64 * 1024, 3, 0), (64 * 1024, 3, 9),
    ],
)  # fmt: skip
def test_each_end_of_each_range_of_costs_holds(memory: int, passes: int, lanes: int) -> None:
    with pytest.raises(CostRefusedError):
        KdfCost(memory, passes, lanes).check()


@pytest.mark.parametrize("cost", [KdfCost(64 * 1024, 3, 1), KdfCost(1024 * 1024, 10, 8)])
def test_the_ends_themselves_are_allowed(cost: KdfCost) -> None:
    assert cost.check() is cost


def test_the_first_key_of_a_log_is_bound_to_its_admin_and_its_log() -> None:
    assert admin_key._log_place(b"identity", b"log") == fields(b"admin/audit/1", b"identity", b"log")


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[bytearray]:
    """Every key that is made on the way through a slot."""
    seen: list[bytearray] = []

    def noting(real: Callable[..., bytearray]) -> Callable[..., bytearray]:
        def call(*arguments: object) -> bytearray:
            seen.append(real(*arguments))
            return seen[-1]

        return call

    monkeypatch.setattr(slots, "expand", noting(expand))
    monkeypatch.setattr(slots, "derive", noting(derive))
    return seen


@pytest.mark.parametrize("secret", [PASSPHRASE, KEYRING_KEY])
@pytest.mark.parametrize("tried", ["the right one", "a wrong one"])
def test_keys_on_the_way_through_a_slot_are_overwritten(
    derived: list[bytearray], secret: str | bytes, tried: str
) -> None:
    root = bytearray(b"r" * 32)
    slot = slots.make(V, root, secret, FLOOR if isinstance(secret, str) else None)
    wrong = "another" if isinstance(secret, str) else bytes(32)
    opened_root = slots.open_slot(V, slot, secret if tried == "the right one" else wrong)

    assert opened_root == (root if tried == "the right one" else None)
    # In threes or twos: what was stretched, what wraps, and what commits, which is no key.
    each = 3 if isinstance(secret, str) else 2
    assert [any(key) for key in derived] == [*[False] * (each - 1), True] * 2


def test_the_key_of_a_conversation_is_overwritten_after_its_use() -> None:
    rows = Rows(V, VaultKeys(bytearray(b"r" * 32)))
    with rows.binding(rows.begun(C)) as binding:
        assert any(binding.key)
    assert not any(binding.key)


def test_closed_keys_are_zeros() -> None:
    keys = VaultKeys(bytearray(b"r" * 32))
    each = (keys.root, keys.wrap, keys.meta, keys.head, keys._blind)
    keys.wipe()

    assert not any(any(key) for key in each)


def test_a_record_has_a_largest_size() -> None:
    assert len(pad(bytes(MAX_RECORD_BYTES))) > MAX_RECORD_BYTES
    with pytest.raises(RecordTooLargeError):
        pad(bytes(MAX_RECORD_BYTES + 1))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda padded: padded[:-1], id="too short"),
        pytest.param(lambda padded: padded + bytes(256), id="another step"),
        pytest.param(lambda padded: padded[:-1] + b"\1", id="padding that says something"),
        pytest.param(lambda padded: b"\xff" + padded[1:], id="a length beyond its end"),
        pytest.param(lambda padded: b"", id="nothing"),
    ],
)
def test_padding_that_we_would_not_make_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(RecordUnreadableError):
        unpad(spoil(pad(b"text")))


@pytest.mark.parametrize("header", [b"\x01\x02", b"\x02\x01", b"\x00\x01"])
def test_a_box_of_another_format_or_suite_is_refused(header: bytes) -> None:
    box = seal(b"text", key=bytes(32), aad=b"here")

    assert box.startswith(HEADER)
    with pytest.raises(RecordUnreadableError):
        unseal(header + box[2:], key=bytes(32), aad=b"here")


@pytest.mark.parametrize("box", [b"", HEADER, HEADER + bytes(28), HEADER + bytes(MAX_BOX_BYTES)])
def test_a_box_of_an_impossible_size_is_refused_unopened(box: bytes) -> None:
    with pytest.raises(RecordUnreadableError):
        unseal(box, key=bytes(32), aad=b"")


@pytest.mark.parametrize("value", [None, "text", 5, 1.5])
def test_what_is_no_bytes_counts_as_empty(value: object) -> None:
    assert blob(value) == b""


@pytest.mark.parametrize("value", [None, "5", b"5", -1, 11, 2**70, 1.5])
def test_what_is_no_number_within_its_ceiling_counts_as_nothing(value: object) -> None:
    assert number(value, 10) == 0
    assert number(10, 10) == 10


def test_no_more_slots_are_tried_than_a_vault_has(folder: Path) -> None:
    with edited(folder) as file:
        for at in range(20):
            file.execute("INSERT INTO slot VALUES (?, ?)", (bytes([at]) * 16, bytes(126)))
    with closing(database.connect_copy(folder / "vault.db")) as connection:
        assert len(stored_slots(connection)) == MAX_SLOTS == 4
        found = load(connection, V, VaultKeys(bytearray(32)), 1)
        assert len(found.slots) == MAX_SLOTS + 1, "one more, so that the vault head notices it"


def test_a_count_beyond_what_a_key_may_seal_counts_as_nothing(folder: Path) -> None:
    with opened(folder) as (vault, _):
        vault.add(None, [b"one"])
    with edited(folder) as file:
        file.execute(f"UPDATE conversation SET count = {MAX_RECORDS + 1}")

    with opened(folder) as (vault, _):
        [entry] = vault.entries()
        assert not entry.sound
        assert vault.read(entry.id or b"") == []


def test_a_table_of_rows_has_the_digest_of_its_rows_and_their_number() -> None:
    whole, less = TableDigest(), TableDigest()
    for name in (b"a" * 16, b"b" * 16):
        whole.put(name, name + b"digest")
    less.put(b"a" * 16, b"a" * 16 + b"digest")

    assert whole.digest() != less.digest()
    whole.put(b"b" * 16, None)
    assert whole.digest() == less.digest()
    less.put(b"a" * 16, None)
    assert less.digest() == TableDigest().digest()


def test_a_mark_of_a_loss_does_not_open_as_a_record() -> None:
    binding = Binding(V, C, 1, bytearray(32))
    sealed, tip = records.seal_behind(binding, [None, b"second"], 0, GENESIS)

    assert records.open_chain(binding, sealed, tip) == [None, b"second"]
    assert link(sealed[1].previous, sealed[1].box) == tip


NAMES = ("time", "who", "what", "subject")
EVENT = Event(time="2026-03-01T12:00:00+00:00", who="a1", what="docs.add", subject="00", counts={"files": 1})


@pytest.mark.parametrize("spoilt", ["two\nlines", "\x1b[31m", "ü", "\u202e"])
@pytest.mark.parametrize("name", NAMES)
def test_an_entry_of_the_audit_log_shows_as_one_plain_line(name: str, spoilt: str) -> None:
    entry = audit_chain.sealed(bytearray(32), b"log", 0, EVENT, audit_chain.GENESIS)
    line = entry.to_line()
    assert audit_chain.Entry.from_line(line).event == EVENT

    with pytest.raises(AuditDamagedError):
        audit_chain.Entry.from_line(_with(line, name, spoilt))


def _with(line: bytes, name: str, value: object) -> bytes:
    return json.dumps(json.loads(line) | {name: value}, separators=(",", ":")).encode() + b"\n"


def test_a_closed_vault_lets_others_in_and_takes_nothing(folder: Path) -> None:
    copy = Path(shutil.copytree(folder, folder.parent / "copy"))
    vault, _ = opening.open_vault(copy, lambda _vault: KEYRING_KEY)
    vault.close()
    vault.close()

    assert not any(vault._ledger.keys.root)
    Lock(copy / "vault.lock").release()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (sqlite3.SQLITE_CORRUPT, VaultDamagedError), (sqlite3.SQLITE_NOTADB, VaultDamagedError),
        (sqlite3.SQLITE_FORMAT, VaultDamagedError), (sqlite3.SQLITE_TOOBIG, VaultDamagedError),
        (sqlite3.SQLITE_CORRUPT_VTAB, VaultDamagedError), (sqlite3.SQLITE_BUSY, VaultInUseError),
        (sqlite3.SQLITE_LOCKED, VaultInUseError), (sqlite3.SQLITE_FULL, VaultNotSavedError),
        (sqlite3.SQLITE_IOERR_FSYNC, VaultNotSavedError),
    ],
)  # fmt: skip
def test_each_failure_of_the_file_is_told_as_what_it_is(code: int, told: type[VaultError]) -> None:
    failure = sqlite3.OperationalError("with words that are not for people")
    failure.sqlite_errorcode = code

    with pytest.raises(told) as error, database.guarded():
        raise failure
    assert "words" not in str(error.value)
    assert database.is_damage(failure) == (told is VaultDamagedError)
