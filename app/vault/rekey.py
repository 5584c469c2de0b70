"""Seals a whole vault anew under new keys, into a new file that then takes the place of the old.

Promises
    * A kill or a power cut at any moment leaves the old vault or the new one, each complete.
    * The new file has been read back, every record of it, and compared before it takes the place.
    * Nothing that still opens is left out, and nothing that does not is dropped in silence: without
      `accept_loss` damage ends the re-key, and the old vault stays.
    * No more than one conversation is held in memory at a time.

Not promised
    * Anything about copies of the old file: whoever has one and the old passphrase reads that one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.vault import chain, database, guard, slots
from app.vault.envelope import KEY_BYTES, fields
from app.vault.errors import VaultLossError, VaultNotSavedError
from app.vault.keys import KdfCost, VaultKeys
from app.vault.ledger import MAX_RECORDS, Change, Ledger, load, stored_slots
from app.vault.reader import Entry, Reader
from app.vault.records import seal_behind
from app.vault.rows import Rows
from app.vault.slots import Slot
from app.vault.store import Vault
from app.vault.ways_in import WayIn

SUFFIX = ".new"


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What a re-key did."""

    conversations: int
    records: int
    lost_records: int
    """Records that did not open before; a mark stands in the place of each."""

    lost_conversations: int
    """Conversations that could not be told apart any more, and are not in the new vault."""

    lost_settings: int
    dropped: tuple[WayIn, ...]
    """Ways in that no longer open the vault: every one but the new passphrase."""


@dataclass(frozen=True, slots=True)
class Anew:
    """A finished new file, and what opens it."""

    file: Path
    keys: VaultKeys = field(repr=False)
    generation: int


def rekey(vault: Vault, passphrase: str, cost: KdfCost, *, accept_loss: bool = False) -> Rekeyed:
    """Seal everything anew, so that only `passphrase` opens it; `vault` goes on with the new file.

    Raises VaultLossError if something does not open any more (unless the loss is accepted),
    CostRefusedError, VaultInUseError while a snapshot is being taken, VaultNotSavedError. Then the
    vault is as it was.
    """
    vault.check_writable()
    discard(vault.file)
    keys = VaultKeys(bytearray(os.urandom(KEY_BYTES)))
    try:
        slot = slots.make(vault.id, keys.root, passphrase, cost)
        with database.guarded():
            writing = _Writing(vault, vault.file.with_name(vault.file.name + SUFFIX), keys)
            report = writing.run(slot, accept_loss=accept_loss)
            writing.check(slot, passphrase)
        vault.exchange(Anew(writing.file, keys, writing.generation))
    except BaseException:
        keys.wipe()
        discard(vault.file)
        raise
    return report


def discard(file: Path) -> None:
    """Remove a new file that did not take the place of `file`; harmless where there is none."""
    with database.guarded():
        for companion in database.COMPANIONS:
            file.with_name(file.name + SUFFIX + companion).unlink(missing_ok=True)


class _Writing:
    def __init__(self, old: Reader, file: Path, keys: VaultKeys) -> None:
        self.file = file
        self.generation = old.generation + 1
        self._old = old
        self._keys = keys
        self._rows = Rows(old.id, keys)
        self._ledger = Ledger(old.id, keys, self.generation)
        self._written: dict[bytes, bytes] = {}
        self._records = 0
        self._lost = 0

    def run(self, slot: Slot, *, accept_loss: bool) -> Rekeyed:
        guard.make_file(self.file)
        with closing(database.connect_new(self.file)) as connection, database.transaction(connection):
            database.build(connection)
            _insert(connection, "slot", (slot.id, slot.to_bytes()))
            self._ledger.apply(Change(slots={slot.id: slot.to_bytes()}, generations=0))
            lost_settings = self._write_settings(connection)
            lost = self._write_conversations(connection)
            _insert(connection, "vault", (1, self._old.id, self.generation, self._ledger.head()))
            if (lost or lost_settings or self._lost) and not accept_loss:
                raise VaultLossError("Some of the history no longer opens, and would be lost by this.")
        return Rekeyed(
            conversations=len(self._written),
            records=self._records,
            lost_records=self._lost,
            lost_conversations=lost,
            lost_settings=lost_settings,
            dropped=self._old.ways_in(),
        )

    def check(self, slot: Slot, passphrase: str) -> None:
        """Read the finished file as any reader would, and compare. Raises VaultNotSavedError."""
        connection = database.connect_copy(self.file)
        copied = VaultKeys(bytearray(self._keys.root))
        reader = Reader(self.file, connection, load(connection, self._old.id, copied, self.generation))
        try:
            [(head,)] = connection.execute("SELECT head FROM vault").fetchall()
            root = slots.open_slot(
                self._old.id, Slot.from_bytes(slot.id, stored_slots(connection)[slot.id]), passphrase
            )
            found = {one.id: _digest(one.summary, reader.read(one.id or b"")) for one in reader.entries()}
            good = (
                root is not None
                and hmac.compare_digest(root, self._keys.root)
                and chain.same(reader.head(), head)
                and reader.missing_records() == 0
                and reader.settings() == (self._old.settings()[0], 0)
                and found == self._written
            )
        finally:
            reader.close()
        if not good:
            raise VaultNotSavedError("What was written anew is not what is there; the history is as it was.")

    def _write_settings(self, connection: sqlite3.Connection) -> int:
        settings, damaged = self._old.settings()
        for name, value in settings.items():
            row_name, box = self._rows.setting(name, value)
            _insert(connection, "setting", (row_name, box))
            self._ledger.apply(Change(settings={row_name: box}, generations=0))
        return damaged

    def _write_conversations(self, connection: sqlite3.Connection) -> int:
        lost = 0
        for entry in self._old.entries():
            if entry.id is None:
                lost += 1
            else:
                self._write_conversation(connection, entry.id, entry)
        return lost

    def _write_conversation(self, connection: sqlite3.Connection, identity: bytes, entry: Entry) -> None:
        records = self._old.read(identity)
        if not entry.sound and None not in records and len(records) < MAX_RECORDS:
            # Its end is not vouched for: the newest may be missing, and that must stay visible.
            records.append(None)
        row = self._rows.begun(identity, entry.key_version + 1)
        with self._rows.binding(row) as binding:
            sealed, tip = seal_behind(binding, records, 0, row.tip)
        row = self._rows.headed(replace(row, count=len(records), tip=tip), entry.summary)
        if entry.summary is None:
            row = replace(row, meta=b"")
        for sequence, one in enumerate(sealed):
            _insert(
                connection, "message", (self._rows.message_name(identity, sequence), one.previous, one.box)
            )
        _insert(connection, "conversation", row.columns())
        self._ledger.apply(Change({row.name: row}, generations=0))
        self._written[identity] = _digest(entry.summary, records)
        self._records += len(records)
        self._lost += records.count(None) + (entry.summary is None)


def _insert(connection: sqlite3.Connection, table: str, values: tuple[object, ...]) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - tables named above


def _digest(summary: bytes | None, records: Sequence[bytes | None]) -> bytes:
    """What was read of a conversation, short enough to remember for all of them."""
    whole = hashlib.sha256()
    for part in (summary, *records):
        whole.update(b"lost" if part is None else b"kept" + fields(part))
    return whole.digest()
