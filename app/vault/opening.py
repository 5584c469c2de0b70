"""Makes a vault, and opens one: checks, lock, key, heads, in this order.

Promises
    * Nothing is opened before folder and files have passed `app.vault.guard`, and nothing of a newer
      format is touched.
    * A vault appears under its name complete or not at all, also through a kill or power cut.
    * Opening verifies the vault head and every conversation head. What does not verify is kept as an
      incident and told at every opening; everything that verifies stays usable.

Not promised
    * Refusing to open because one part was altered: reading what is left matters more.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.vault import chain, database, exchange, guard, rekey, slots
from app.vault.envelope import KEY_BYTES, require_cipher
from app.vault.errors import (
    RecordUnreadableError,
    VaultAbsentError,
    VaultDamagedError,
    VaultError,
    VaultExistsError,
    VaultForeignError,
    VaultNotSavedError,
    WrongPassphraseError,
    WrongRecoveryCodeError,
)
from app.vault.exchange import FILE
from app.vault.keys import KdfCost, VaultKeys
from app.vault.ledger import Change, Ledger, blob, load, number, stored_slots
from app.vault.rows import ID_BYTES
from app.vault.slots import RecoveryKey
from app.vault.store import Vault

__all__ = ["FILE", "LOCK", "Incident", "RecoveryKey", "Secret", "create", "exists", "open_copy", "open_vault"]

LOCK = "vault.lock"
_NEW = FILE + rekey.SUFFIX
_MAX_GENERATION = 2**62
_MAX_INCIDENTS = 100
_INCIDENTS = "incidents"

Secret = str | RecoveryKey | Callable[[bytes], bytes | None]
"""A passphrase, a recovery key, or what fetches the keyring's 32 bytes for the vault with the given id."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that did not verify when the vault was opened."""

    time: str
    """ISO 8601, UTC."""

    what: str
    """"heads": a conversation was dropped, or older rows were put back. "rows": records were added
    or taken away that no head accounts for. "incidents": this very list was altered."""


def exists(folder: Path) -> bool:
    """Whether there is a vault; looks at names only."""
    return os.path.lexists(folder / FILE)


def create(folder: Path, passphrase: str, cost: KdfCost) -> Vault:
    """Make a vault that `passphrase` opens, and open it. Raises VaultExistsError if there is one."""
    require_cipher()
    cost.check()
    with database.guarded():
        guard.make_folder(folder)
        lock = guard.Lock(folder / LOCK)
    try:
        _refuse_existing(folder)
        vault, root = os.urandom(ID_BYTES), bytearray(os.urandom(KEY_BYTES))
        slot = slots.make(vault, root, passphrase, cost)
        with database.guarded():
            _write_new(folder, Ledger(vault, VaultKeys(bytearray(root)), 1), slot)
        return _opened(folder, lock, lambda _vault, _slots: root)[0]
    except BaseException:
        lock.release()
        raise


def open_vault(folder: Path, secret: Secret) -> tuple[Vault, tuple[Incident, ...]]:
    """Open it, and what was ever found wrong with it, oldest first.

    Raises WrongPassphraseError, VaultAbsentError, VaultInUseError, VaultUnsafeError,
    VaultDamagedError, VaultNewerError or VaultNotSavedError.
    """
    require_cipher()
    with database.guarded():
        guard.check_folder(folder)
        for companion in database.COMPANIONS:
            guard.check_file(folder / (FILE + companion))
        guard.check_file(folder / exchange.NEXT)
        if not exists(folder):
            raise VaultAbsentError("There is no history yet.")
        # Before the header is read: closing a file drops the locks that SQLite holds on it in this process.
        lock = guard.Lock(folder / LOCK)
    try:
        exchange.finish(folder, datetime.now(UTC))
        database.check_header(folder / FILE)
        rekey.discard(folder / FILE)  # what a re-key that was cut off left is a copy that nobody knows of
        return _opened(folder, lock, lambda vault, found: root_key(vault, found, secret))
    except BaseException:
        lock.release()
        raise


def open_copy(
    file: Path, like: Vault | None = None, *, secret: Secret | None = None
) -> tuple[Vault, tuple[Incident, ...]]:
    """Open a finished copy (see `Vault.snapshot`) for reading alone; nothing is written, nothing locked.

    With `like`, an open vault, its keys are used: no slot is tried and nothing derived. Otherwise
    with a secret. Every change raises VaultReadOnlyError. Raises VaultForeignError if the keys of
    `like` are not those of the copy, VaultAbsentError, VaultUnsafeError for a link, and what
    `open_vault` raises.
    """
    if (like is None) == (secret is None):
        raise ValueError("give an open vault or a secret")
    require_cipher()
    with database.guarded():
        guard.check_copy(file)
        database.check_header(file)
        connection = database.connect_copy(file)
        try:
            database.check_schema(connection)
            return _copy(file, connection, like, secret)
        except BaseException:
            connection.close()
            raise


def _copy(
    file: Path, connection: sqlite3.Connection, like: Vault | None, secret: Secret | None
) -> tuple[Vault, tuple[Incident, ...]]:
    vault, generation, head = _first_row(connection)
    if like is not None:
        if vault != like.id:
            raise VaultForeignError("This copy belongs to another history.")
        opened = like.reading(file, generation, connection)
    else:
        assert secret is not None, "the caller made sure of one of the two"
        keys = VaultKeys(root_key(vault, stored_slots(connection), secret))
        opened = Vault(file, connection, load(connection, vault, keys, generation))
    sound = chain.same(opened.head(), head)
    if like is not None and not sound and all(one.id is None for one in opened.entries()):
        raise VaultForeignError("The keys of this history do not open the copy.")
    known, found = _incidents(opened, sound=sound)
    return opened, (*known, *found)


def _refuse_existing(folder: Path) -> None:
    if exists(folder):
        raise VaultExistsError("There is a history already.")


def _write_new(folder: Path, empty: Ledger, slot: slots.Slot) -> None:
    rekey.discard(folder / FILE)  # left by a set-up that was cut off; it never held a record
    guard.make_file(folder / _NEW)
    connection = database.connect_new(folder / _NEW)
    empty.apply(Change(slots={slot.id: slot.to_bytes()}, generations=0))
    try:
        with database.transaction(connection):
            database.build(connection)
            row = (empty.vault, empty.generation, empty.head())
            connection.execute("INSERT INTO vault (one, id, generation, head) VALUES (1, ?, ?, ?)", row)
            connection.execute("INSERT INTO slot (id, body) VALUES (?, ?)", (slot.id, slot.to_bytes()))
    finally:
        connection.close()
        empty.keys.wipe()
    database.put_in_place(folder / _NEW, folder / FILE)


FindRoot = Callable[[bytes, dict[bytes, bytes]], bytearray]


def _opened(folder: Path, lock: guard.Lock, find_root: FindRoot) -> tuple[Vault, tuple[Incident, ...]]:
    with database.guarded():
        connection = database.connect(folder / FILE)
        try:
            database.check_schema(connection)
            vault, generation, head = _first_row(connection)
            keys = VaultKeys(find_root(vault, stored_slots(connection)))
            opened = Vault(folder / FILE, connection, load(connection, vault, keys, generation), lock)
            return opened, _remembered(opened, sound=chain.same(opened.head(), head))
        except BaseException:
            connection.close()
            raise


def _first_row(connection: sqlite3.Connection) -> tuple[bytes, int, bytes]:
    row = connection.execute("SELECT id, generation, head FROM vault WHERE one = 1").fetchone()
    if row is None or len(blob(row[0])) != ID_BYTES:
        raise VaultDamagedError("The history file is damaged: its first row is missing or altered.")
    return blob(row[0]), number(row[1], _MAX_GENERATION), blob(row[2])


def root_key(vault: bytes, stored: dict[bytes, bytes], secret: Secret) -> bytearray:
    """The vault root key, through the slots of the secret's kind.

    Raises WrongPassphraseError; VaultDamagedError for a slot that is altered, only if no other opens.
    """
    key = secret(vault) if callable(secret) else secret
    refused: VaultError = WrongPassphraseError()
    if isinstance(key, RecoveryKey):
        refused = WrongRecoveryCodeError()
    if key is None:
        raise refused
    kind = slots.kind_of(key)
    mine = {slot_id: body for slot_id, body in stored.items() if body[2:3] == bytes([kind])}
    if not mine and kind == slots.PASSPHRASE:
        refused = VaultDamagedError("The history file is damaged: the slot of its passphrase is missing.")
    for slot_id, body in mine.items():
        try:
            root = slots.open_slot(vault, slots.Slot.from_bytes(slot_id, body), key)
        except VaultError as error:
            # Without the keyring there is the passphrase still, so that its slot alone is no damage.
            refused = refused if kind == slots.KEYRING else error
            continue
        if root is not None:
            return root
    raise refused


def _remembered(vault: Vault, *, sound: bool) -> tuple[Incident, ...]:
    known, found = _incidents(vault, sound=sound)
    told = (*known, *found)[-_MAX_INCIDENTS:]
    if found:
        kept = json.dumps([(one.time, one.what) for one in told]).encode()
        with suppress(VaultNotSavedError):  # told now all the same; the next opening finds it again
            vault.put_setting(_INCIDENTS, kept)
    return told


def _incidents(vault: Vault, *, sound: bool) -> tuple[list[Incident], list[Incident]]:
    """Those kept in the vault, and those found at this opening."""
    found = [] if sound else ["heads"]
    try:
        kept = json.loads(vault.setting(_INCIDENTS) or b"[]")
    except RecordUnreadableError:
        kept, found = [], ["incidents", *found]
    known = [Incident(str(time), str(what)) for time, what in kept]
    if (missing := vault.missing_records()) and f"rows {missing:+}" not in {one.what for one in known}:
        found.append(f"rows {missing:+}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return known, [Incident(now, what) for what in found]
