"""An open vault: conversations of sealed records, their summaries, and settings.

Promises
    * Records, summary, conversation head, vault head and generation change in one transaction, which
      is on disk when `add` returns; when it fails, nothing has changed and the vault stays usable.
    * What was noticed on opening is kept in the vault as an incident and never forgotten.

Not promised
    * Safety of concurrent calls: the caller serialises its threads.
    * Hiding the number of conversations and records, their padded sizes, and the order of writing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.vault import chain, ledger, places, slots
from app.vault.database import guarded, is_damage, transaction
from app.vault.envelope import KEY_BYTES, pad, seal, unpad, unseal
from app.vault.errors import (
    ConversationDamagedError,
    ConversationFullError,
    ConversationUnknownError,
    RecordUnreadableError,
    VaultClosedError,
    VaultDamagedError,
)
from app.vault.guard import Lock
from app.vault.keys import wipe
from app.vault.ledger import MAX_RECORDS, Conversation, Ledger
from app.vault.records import Binding, Stored, open_chain, seal_behind

ID_BYTES = 16
FIRST_KEY = 1

_PUT_CONVERSATION = (
    "INSERT OR REPLACE INTO conversation (name, ident, key_version, wrapped, count, tip, head, meta)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation as it can be listed without opening a message."""

    id: bytes | None
    """None where not even that opens."""

    name: bytes
    sound: bool
    """Whether its head vouches for it; if not, it can be read but not continued."""

    summary: bytes | None = field(repr=False)
    """None where it does not open."""


class Vault:
    """Made by `app.vault.opening`, never directly."""

    def __init__(self, connection: sqlite3.Connection, lock: Lock, rows: Ledger) -> None:
        self._connection = connection
        self._lock = lock
        self._ledger = rows
        self._closed = False

    @property
    def id(self) -> bytes:
        """16 random bytes that name this vault, in clear in the file."""
        return self._ledger.vault

    @property
    def generation(self) -> int:
        """Grows by one with every change."""
        return self._ledger.generation

    def entries(self) -> list[Entry]:
        """Every conversation, in no order."""
        self.check_open()
        return [
            Entry(row.id, row.name, row.sound, self._summary(row))
            for row in self._ledger.conversations.values()
        ]

    def summary(self, conversation: bytes) -> bytes | None:
        """The summary of a conversation; None if it does not open."""
        self.check_open()
        return self._summary(self._known(conversation))

    def add(
        self, conversation: bytes | None, records: Sequence[bytes], summary: bytes | None = None
    ) -> bytes:
        """Add records to a conversation (None begins one) and return its id, all on disk.

        Raises ConversationUnknownError, ConversationDamagedError, ConversationFullError,
        RecordTooLargeError or VaultNotSavedError; in each case nothing has changed.
        """
        self.check_open()
        row = self._begun() if conversation is None else self._sound(conversation)
        if row.count + len(records) > MAX_RECORDS:
            raise ConversationFullError("This conversation has reached its largest size.")
        binding = self._binding(row)
        try:
            sealed, tip = seal_behind(binding, records, row.count, row.tip)
        finally:
            wipe(binding.key)
        changed = self._headed(replace(row, count=row.count + len(records), tip=tip), summary)
        names = [self._message_name(binding.conversation, row.count + at) for at in range(len(sealed))]

        def write(connection: sqlite3.Connection) -> None:
            rows = [(name, one.previous, one.box) for name, one in zip(names, sealed, strict=True)]
            connection.executemany("INSERT INTO message (name, previous, box) VALUES (?, ?, ?)", rows)
            connection.execute(_PUT_CONVERSATION, _columns(changed))

        self._commit(self._ledger.with_conversation(changed), write)
        return binding.conversation

    def read(self, conversation: bytes) -> list[bytes | None]:
        """The records in order; None for each that is missing, damaged or was altered."""
        self.check_open()
        row = self._known(conversation)
        count = row.count if row.sound else min(row.count, self._records_in_file())
        with guarded():
            stored = [self._stored(conversation, sequence) for sequence in range(count)]
        try:
            binding = self._binding(row)
        except RecordUnreadableError:
            return [None] * count
        try:
            return open_chain(binding, stored, row.tip if row.sound else None)
        finally:
            wipe(binding.key)

    def setting(self, name: str) -> bytes | None:
        """What was put under `name`; None if nothing. Raises RecordUnreadableError if altered."""
        self.check_open()
        row_name = self._ledger.keys.row_name(b"setting", name.encode())
        box = self._ledger.settings.get(row_name)
        if box is None:
            return None
        return unpad(unseal(box, key=self._ledger.keys.meta, aad=places.setting(self.id, row_name)))

    def put_setting(self, name: str, value: bytes | None) -> None:
        """Keep `value` sealed under `name`, or forget it for None."""
        self.check_open()
        row_name = self._ledger.keys.row_name(b"setting", name.encode())
        aad = places.setting(self.id, row_name)
        box = None if value is None else seal(pad(value), key=self._ledger.keys.meta, aad=aad)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM setting WHERE name = ?", (row_name,))
            if box is not None:
                connection.execute("INSERT INTO setting (name, box) VALUES (?, ?)", (row_name, box))

        self._commit(self._ledger.with_setting(row_name, box), write)

    def put_keyring_slot(self, key: bytes | None) -> None:
        """Let these 32 random bytes open the vault too, or no such bytes any more for None."""
        self.check_open()
        slot = None if key is None else slots.make(self.id, self._ledger.keys.root, key, None)

        def write(connection: sqlite3.Connection) -> None:
            for slot_id, body in connection.execute("SELECT id, body FROM slot").fetchall():
                if ledger.blob(body)[2:3] == bytes([slots.KEYRING]):
                    connection.execute("DELETE FROM slot WHERE id = ?", (slot_id,))
            if slot:
                connection.execute("INSERT INTO slot (id, body) VALUES (?, ?)", (slot.id, slot.to_bytes()))

        self._commit(self._ledger, write)
        with guarded():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def missing_records(self) -> int:
        """Records that sound heads count and the file lacks; negative for rows that belong to none."""
        rows = self._ledger.conversations.values()
        if not all(row.sound for row in rows):
            return 0
        return sum(row.count for row in rows) - self._records_in_file()

    def close(self) -> None:
        """Overwrite the keys, close the file, let others in; harmless when called again."""
        if self._closed:
            return
        self._closed = True
        self._ledger.keys.wipe()
        try:
            with guarded():
                self._connection.close()
        finally:
            self._lock.release()

    def check_open(self) -> None:
        """Raises VaultClosedError after `close`."""
        if self._closed:
            raise VaultClosedError("The history is locked.")

    def _known(self, conversation: bytes) -> Conversation:
        name = self._ledger.names.get(conversation)
        if name is None:
            raise ConversationUnknownError("There is no such conversation.")
        return self._ledger.conversations[name]

    def _sound(self, conversation: bytes) -> Conversation:
        row = self._known(conversation)
        if not row.sound:
            raise ConversationDamagedError("This conversation is damaged or was altered.")
        return row

    def _begun(self) -> Conversation:
        """The row of a conversation that is not yet in the file, with a key of its own."""
        keys, identity = self._ledger.keys, os.urandom(ID_BYTES)
        name = keys.row_name(b"conversation", identity)
        return Conversation(
            name=name,
            ident=seal(identity, key=keys.meta, aad=places.conversation_id(self.id, name)),
            key_version=FIRST_KEY,
            wrapped=seal(
                os.urandom(KEY_BYTES),
                key=keys.wrap,
                aad=places.conversation_key(self.id, identity, FIRST_KEY),
            ),
            count=0,
            tip=chain.GENESIS,
            head=b"",
            meta=seal(pad(b""), key=keys.meta, aad=places.summary(self.id, identity)),
            id=identity,
            sound=True,
        )

    def _binding(self, row: Conversation) -> Binding:
        assert row.id is not None, "only rows that are known by their id get here"
        aad = places.conversation_key(self.id, row.id, row.key_version)
        key = bytearray(unseal(row.wrapped, key=self._ledger.keys.wrap, aad=aad))
        return Binding(self.id, row.id, row.key_version, key)

    def _headed(self, row: Conversation, summary: bytes | None) -> Conversation:
        keys, identity = self._ledger.keys, row.id or b""
        head = chain.conversation_head(keys.head, self.id, identity, row.count, row.tip)
        if summary is None:
            return replace(row, head=head)
        meta = seal(pad(summary), key=keys.meta, aad=places.summary(self.id, identity))
        return replace(row, head=head, meta=meta)

    def _summary(self, row: Conversation) -> bytes | None:
        if row.id is None:
            return None
        try:
            aad = places.summary(self.id, row.id)
            return unpad(unseal(row.meta, key=self._ledger.keys.meta, aad=aad))
        except RecordUnreadableError:
            return None

    def _message_name(self, conversation: bytes, sequence: int) -> bytes:
        return self._ledger.keys.row_name(b"message", conversation + sequence.to_bytes(8, "big"))

    def _stored(self, conversation: bytes, sequence: int) -> Stored | None:
        name = self._message_name(conversation, sequence)
        query = "SELECT previous, box FROM message WHERE name = ?"
        try:
            row = self._connection.execute(query, (name,)).fetchone()
        except sqlite3.DatabaseError as error:
            if is_damage(error):  # one broken page of the file; the records on others still open
                return None
            raise
        return None if row is None else Stored(ledger.blob(row[0]), ledger.blob(row[1]))

    def _records_in_file(self) -> int:
        with guarded():
            return int(self._connection.execute("SELECT count(*) FROM message").fetchone()[0])

    def _commit(self, after: Ledger, write: Callable[[sqlite3.Connection], None]) -> None:
        after = after.next()
        with transaction(self._connection) as connection:
            write(connection)
            sealed = connection.execute(
                "UPDATE vault SET generation = ?, head = ? WHERE one = 1", (after.generation, after.head())
            )
            if sealed.rowcount != 1:
                raise VaultDamagedError("The history file is damaged: its first row is missing.")
        self._ledger = after


def _columns(row: Conversation) -> tuple[object, ...]:
    return (
        row.name, row.ident, row.key_version, row.wrapped, row.count, row.tip, row.head, row.meta,
    )  # fmt: skip
