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

from app.vault import chain, database, guard, slots
from app.vault.envelope import KEY_BYTES, require_cipher
from app.vault.errors import (
    RecordUnreadableError,
    VaultAbsentError,
    VaultDamagedError,
    VaultError,
    VaultExistsError,
    VaultNotSavedError,
    WrongPassphraseError,
)
from app.vault.keys import KdfCost, VaultKeys
from app.vault.ledger import Ledger, blob, load, number
from app.vault.store import ID_BYTES, Vault

FILE, LOCK = "vault.db", "vault.lock"
_NEW = "vault.db.new"
_COMPANIONS = ("", "-wal", "-shm", "-journal")
_MAX_SLOTS = 4
"""Each may cost seconds to try, so forged ones must stay few."""

_MAX_GENERATION = 2**62
_MAX_INCIDENTS = 100
_INCIDENTS = "incidents"

Secret = str | Callable[[bytes], bytes | None]
"""A passphrase; or what fetches the keyring's 32 bytes for the vault with the given id."""


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
        for companion in _COMPANIONS:
            guard.check_file(folder / (FILE + companion))
        if not exists(folder):
            raise VaultAbsentError("There is no history yet.")
        database.check_header(folder / FILE)
        lock = guard.Lock(folder / LOCK)
    try:
        return _opened(folder, lock, lambda vault, found: _root_key(vault, found, secret))
    except BaseException:
        lock.release()
        raise


def _refuse_existing(folder: Path) -> None:
    if exists(folder):
        raise VaultExistsError("There is a history already.")


def _write_new(folder: Path, empty: Ledger, slot: slots.Slot) -> None:
    for companion in _COMPANIONS:  # left by a set-up that was cut off; it never held a record
        (folder / (_NEW + companion)).unlink(missing_ok=True)
    guard.make_file(folder / _NEW)
    connection = database.connect(folder / _NEW)
    try:
        with database.transaction(connection):
            database.build(connection)
            row = (empty.vault, empty.generation, empty.head())
            connection.execute("INSERT INTO vault (one, id, generation, head) VALUES (1, ?, ?, ?)", row)
            connection.execute("INSERT INTO slot (id, body) VALUES (?, ?)", (slot.id, slot.to_bytes()))
    finally:
        connection.close()
        empty.keys.wipe()
    os.replace(folder / _NEW, folder / FILE)  # noqa: PTH105 - the same on every system
    guard.sync_folder(folder)


FindRoot = Callable[[bytes, dict[bytes, bytes]], bytearray]


def _opened(folder: Path, lock: guard.Lock, find_root: FindRoot) -> tuple[Vault, tuple[Incident, ...]]:
    with database.guarded():
        connection = database.connect(folder / FILE)
        try:
            database.check_schema(connection)
            vault, generation, head = _first_row(connection)
            some = connection.execute("SELECT id, body FROM slot LIMIT ?", (_MAX_SLOTS,))
            stored = {blob(slot_id): blob(body) for slot_id, body in some}
            keys = VaultKeys(find_root(vault, stored))
            rows = load(connection, vault, keys, generation)
            opened = Vault(connection, lock, rows)
            found = [] if chain.same(rows.head(), head) else ["heads"]
            return opened, _remembered(opened, found)
        except BaseException:
            connection.close()
            raise


def _first_row(connection: sqlite3.Connection) -> tuple[bytes, int, bytes]:
    row = connection.execute("SELECT id, generation, head FROM vault WHERE one = 1").fetchone()
    if row is None or len(blob(row[0])) != ID_BYTES:
        raise VaultDamagedError("The history file is damaged: its first row is missing or altered.")
    return blob(row[0]), number(row[1], _MAX_GENERATION), blob(row[2])


def _root_key(vault: bytes, stored: dict[bytes, bytes], secret: Secret) -> bytearray:
    """Try the slots of the secret's kind. One that cannot be parsed counts only if no other opens."""
    key = secret if isinstance(secret, str) else secret(vault)
    kind = slots.PASSPHRASE if isinstance(secret, str) else slots.KEYRING
    mine = {slot_id: body for slot_id, body in stored.items() if body[2:3] == bytes([kind])}
    refused: VaultError | None = None
    if not mine and kind == slots.PASSPHRASE:
        refused = VaultDamagedError("The history file is damaged: the slot of its passphrase is missing.")
    for slot_id, body in mine.items():
        if key is None:
            break
        try:
            root = slots.open_slot(vault, slots.Slot.from_bytes(slot_id, body), key)
        except VaultError as error:
            refused = error
            continue
        if root is not None:
            return root
    raise refused or WrongPassphraseError


def _remembered(vault: Vault, found: list[str]) -> tuple[Incident, ...]:
    try:
        kept = json.loads(vault.setting(_INCIDENTS) or b"[]")
    except RecordUnreadableError:
        kept, found = [], ["incidents", *found]
    known = [Incident(str(time), str(what)) for time, what in kept]
    if (missing := vault.missing_records()) and f"rows {missing:+}" not in {one.what for one in known}:
        found.append(f"rows {missing:+}")
    if not found:
        return tuple(known)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known = [*known, *(Incident(now, what) for what in found)][-_MAX_INCIDENTS:]
    with suppress(VaultNotSavedError):  # told now all the same; the next opening finds it again
        vault.put_setting(_INCIDENTS, json.dumps([(one.time, one.what) for one in known]).encode())
    return tuple(known)
