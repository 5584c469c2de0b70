"""Changes an open vault: adds records, keeps settings, erases, exchanges the ways in and the keys.

Promises
    * Records, summary, conversation head, vault head and generation change in one transaction, which
      is on disk when the call returns; when it fails, nothing has changed and the vault stays usable.
    * What is erased is gone from the file and from its log, its key first of all.

Not promised
    * Safety of concurrent calls: the caller serialises its threads.
    * Hiding the number of conversations and records, their padded sizes, and the order of writing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.vault import database, erasing, ledger, slots, ways_in
from app.vault.database import guarded, transaction
from app.vault.errors import (
    ConversationDamagedError,
    ConversationFullError,
    VaultDamagedError,
    VaultError,
    VaultReadOnlyError,
)
from app.vault.keys import KdfCost, VaultKeys
from app.vault.ledger import MAX_RECORDS, Change, Conversation
from app.vault.reader import Entry, Reader
from app.vault.records import seal_behind
from app.vault.rows import Rows

if TYPE_CHECKING:
    from app.vault.rekey import Anew

__all__ = ["Entry", "Vault"]

_PUT_CONVERSATION = (
    "INSERT INTO conversation (name, ident, key_version, wrapped, count, tip, head, meta)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
    " count = excluded.count, tip = excluded.tip, head = excluded.head, meta = excluded.meta"
)
_PUT_SETTING = (
    "INSERT INTO setting (name, box) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET box = excluded.box"
)


class Vault(Reader):
    """Made by `app.vault.opening`, never directly; without a lock every change is refused."""

    _log_is_due = False

    def add(
        self, conversation: bytes | None, records: Sequence[bytes], summary: bytes | None = None
    ) -> bytes:
        """Add records to a conversation (None begins one) and return its id, all on disk.

        Raises ConversationUnknownError, ConversationDamagedError, ConversationFullError,
        RecordTooLargeError or VaultNotSavedError; in each case nothing has changed.
        """
        self.check_writable()
        row = self._rows.begun() if conversation is None else self._sound(conversation)
        if row.count + len(records) > MAX_RECORDS:
            raise ConversationFullError("This conversation has reached its largest size.")
        with self._rows.binding(row) as binding:
            sealed, tip = seal_behind(binding, records, row.count, row.tip)
        identity = binding.conversation
        changed = self._rows.headed(replace(row, count=row.count + len(records), tip=tip), summary)
        names = [self._rows.message_name(identity, row.count + at) for at in range(len(sealed))]

        def write(connection: sqlite3.Connection) -> None:
            rows = [(name, one.previous, one.box) for name, one in zip(names, sealed, strict=True)]
            connection.executemany("INSERT INTO message (name, previous, box) VALUES (?, ?, ?)", rows)
            connection.execute(_PUT_CONVERSATION, changed.columns())

        self._commit(Change({changed.name: changed}), write)
        return identity

    def erase(self, conversations: Sequence[bytes]) -> int:
        """Destroy conversations, by id or (for damaged ones) row name: key, summary, records, for good.

        On disk and out of the log when it returns; where a snapshot is being taken for longer than
        five seconds, or the disk refuses to empty the log, out of it with the next change or at
        closing. Returns the number of records destroyed.
        Raises ConversationUnknownError (then nothing has changed) or VaultNotSavedError.
        """
        self.check_writable()
        gone = {row.name: row for row in map(self._named, conversations)}
        rest = [row for row in self._ledger.conversations.values() if row.name not in gone]
        plan = erasing.plan(self._rows, list(gone.values()), rest, self.records_in_file())
        counted: list[int] = []
        self._commit(Change(dict.fromkeys(gone)), lambda file: counted.append(erasing.carry_out(file, plan)))
        self._truncate_log()
        return sum(counted)

    def put_setting(self, name: str, value: bytes | None) -> None:
        """Keep `value` sealed under `name`, or forget it for None."""
        self.check_writable()
        if value is None:
            row_name, box = self._rows.setting_name(name), None
        else:
            row_name, box = self._rows.setting(name, value)

        def write(connection: sqlite3.Connection) -> None:
            if box is None:
                connection.execute("DELETE FROM setting WHERE name = ?", (row_name,))
            else:
                connection.execute(_PUT_SETTING, (row_name, box))

        self._commit(Change(settings={row_name: box}), write)

    def put_keyring_slot(self, key: bytes | None) -> None:
        """Let these 32 random bytes open the vault too, or no such bytes any more for None."""
        self._put_slot(slots.KEYRING, key, None)

    def put_recovery_slot(self, key: bytes | None) -> None:
        """Let the recovery code of these 32 random bytes open the vault too, or none any more for None."""
        self._put_slot(slots.RECOVERY, None if key is None else slots.RecoveryKey(key), None)

    def change_passphrase(self, new: str, cost: KdfCost) -> None:
        """Let `new` open the vault in place of every earlier passphrase. Takes two derivations.

        Raises CostRefusedError or VaultNotSavedError; then the earlier one still opens it.
        """
        self._put_slot(slots.PASSPHRASE, new, cost)

    def exchange(self, made: Anew) -> None:
        """Let a file that `app.vault.rekey` has finished take the place of this vault's, and go on with it.

        Raises VaultInUseError or VaultNotSavedError; then the vault is as it was.
        """
        self.check_writable()
        with guarded():
            self._connection.close()  # brings the log into the file and removes it
            try:
                database.put_in_place(made.file, self._file)
            except BaseException:
                self._connection = database.connect(self._file)
                raise
            self._connection = database.connect(self._file)
            rows = ledger.load(self._connection, self.id, made.keys, made.generation)
        self._ledger.keys.wipe()
        self._ledger, self._rows = rows, Rows(self.id, made.keys)

    def reading(self, file: Path, generation: int, connection: sqlite3.Connection) -> Vault:
        """A copy of this vault, opened with its keys for reading alone; owns the connection."""
        self.check_open()
        keys = VaultKeys(bytearray(self._ledger.keys.root))
        return Vault(file, connection, ledger.load(connection, self.id, keys, generation))

    def check_writable(self) -> None:
        """Raises VaultReadOnlyError for a copy, VaultClosedError after `close`."""
        self.check_open()
        if self._lock is None:
            raise VaultReadOnlyError("This is a copy of the history, opened for reading.")

    def _named(self, conversation: bytes) -> Conversation:
        return self._ledger.conversations.get(conversation) or self._known(conversation)

    def _sound(self, conversation: bytes) -> Conversation:
        row = self._known(conversation)
        if not row.sound:
            raise ConversationDamagedError("This conversation is damaged or was altered.")
        return row

    def _put_slot(self, kind: int, secret: slots.SlotSecret | None, cost: KdfCost | None) -> None:
        self.check_writable()
        slot = None if secret is None else slots.make(self.id, self._ledger.keys.root, secret, cost)
        change = ways_in.replacing(self._ledger, kind, slot)
        self._commit(change, lambda file: ways_in.write(file, self._ledger, change, secret))
        self._truncate_log()

    def _commit(self, change: Change, write: Callable[[sqlite3.Connection], None]) -> None:
        undo = self._ledger.apply(change)
        try:
            with transaction(self._connection) as connection:
                write(connection)
                self._seal(connection)
        except BaseException:
            # Ctrl-C while a commit waits for the disk arrives when the commit is done.
            if not self._is_committed():
                self._ledger.apply(undo)
            raise
        if self._log_is_due:
            self._truncate_log()

    def _is_committed(self) -> bool:
        query = "SELECT generation, head FROM vault WHERE one = 1"
        try:
            found = self._connection.execute(query).fetchone()
        except sqlite3.Error:
            return False
        return bool(found == (self._ledger.generation, self._ledger.head()))

    def _seal(self, connection: sqlite3.Connection) -> None:
        sealed = connection.execute(
            "UPDATE vault SET generation = ?, head = ? WHERE one = 1",
            (self._ledger.generation, self._ledger.head()),
        )
        if sealed.rowcount != 1:
            raise VaultDamagedError("The history file is damaged: its first row is missing.")

    def _truncate_log(self) -> None:
        # What called this is committed: a disk that refuses here must not make it look undone.
        self._log_is_due = True
        with suppress(VaultError):
            self._log_is_due = not database.truncate_log(self._connection)
