"""Reads an open vault: what there is, each conversation, settings; and copies it as it stands.

Promises
    * Whatever does not verify is told apart from what does, and never hides it.
    * The keys do not leave this package.

Not promised
    * Safety of concurrent calls: the caller serialises its threads (`snapshot` alone may run beside).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from app.vault import database, ledger, ways_in
from app.vault.database import guarded, is_damage
from app.vault.errors import ConversationUnknownError, RecordUnreadableError, VaultClosedError
from app.vault.guard import Lock
from app.vault.ledger import Conversation, Ledger
from app.vault.records import Stored, open_chain
from app.vault.rows import Rows


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

    key_version: int = 1


class Reader:
    """An open vault, to read; without a lock it is a copy, which nobody else writes."""

    def __init__(
        self, file: Path, connection: sqlite3.Connection, rows: Ledger, lock: Lock | None = None
    ) -> None:
        self._file = file
        self._connection = connection
        self._lock = lock
        self._ledger = rows
        self._rows = Rows(rows.vault, rows.keys)
        self._closed = False

    @property
    def file(self) -> Path:
        """The database."""
        return self._file

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
            Entry(row.id, row.name, row.sound, self._rows.summary(row), row.key_version)
            for row in self._ledger.conversations.values()
        ]

    def summary(self, conversation: bytes) -> bytes | None:
        """The summary of a conversation; None if it does not open."""
        self.check_open()
        return self._rows.summary(self._known(conversation))

    def read(self, conversation: bytes) -> list[bytes | None]:
        """The records in order; None for each that is missing, damaged or was altered."""
        self.check_open()
        row = self._known(conversation)
        count = row.count if row.sound else min(row.count, self.records_in_file())
        with guarded():
            stored = [self._stored(conversation, sequence) for sequence in range(count)]
        try:
            with self._rows.binding(row) as binding:
                return open_chain(binding, stored, row.tip if row.sound else None)
        except RecordUnreadableError:
            return [None] * count

    def setting(self, name: str) -> bytes | None:
        """What was put under `name`; None if nothing. Raises RecordUnreadableError if altered."""
        self.check_open()
        row_name = self._rows.setting_name(name)
        box = self._ledger.settings.get(row_name)
        return None if box is None else self._rows.opened_setting(row_name, box)[1]

    def has_setting(self, name: str) -> bool:
        """Whether something was put under `name`, opening or not."""
        self.check_open()
        return self._rows.setting_name(name) in self._ledger.settings

    def settings(self) -> tuple[dict[str, bytes], int]:
        """Every setting by its name, and how many do not open."""
        self.check_open()
        found: dict[str, bytes] = {}
        damaged = 0
        for row_name, box in self._ledger.settings.items():
            try:
                name, value = self._rows.opened_setting(row_name, box)
            except RecordUnreadableError:
                damaged += 1
            else:
                found[name] = value
        return found, damaged

    def ways_in(self) -> tuple[ways_in.WayIn, ...]:
        """What opens this vault, passphrases first."""
        self.check_open()
        return ways_in.listed(self._ledger)

    def snapshot(self, target: Path) -> None:
        """Copy the sealed file as it stands into a new file (mode 0600), on disk when it returns.

        May run in another thread while this vault is written. Raises VaultExistsError or
        VaultNotSavedError; then there is no new file.
        """
        self.check_open()
        database.snapshot(self._file, target)

    def head(self) -> bytes:
        """The vault head that these rows should have."""
        return self._ledger.head()

    def missing_records(self) -> int:
        """Records that sound heads count and the file lacks; negative for rows that belong to none."""
        rows = self._ledger.conversations.values()
        if not all(row.sound for row in rows):
            return 0
        return sum(row.count for row in rows) - self.records_in_file()

    def records_in_file(self) -> int:
        """Rows of the table of records, whoever they belong to."""
        with guarded():
            return int(self._connection.execute("SELECT count(*) FROM message").fetchone()[0])

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
            if self._lock:
                self._lock.release()

    def check_open(self) -> None:
        """Raises VaultClosedError after `close`."""
        if self._closed:
            raise VaultClosedError("The history is locked.")

    def _known(self, conversation: bytes) -> Conversation:
        row = self._ledger.known(conversation)
        if row is None:
            raise ConversationUnknownError("There is no such conversation.")
        return row

    def _stored(self, conversation: bytes, sequence: int) -> Stored | None:
        name = self._rows.message_name(conversation, sequence)
        query = "SELECT previous, box FROM message WHERE name = ?"
        try:
            row = self._connection.execute(query, (name,)).fetchone()
        except sqlite3.DatabaseError as error:
            if is_damage(error):  # one broken page of the file; the records on others still open
                return None
            raise
        return None if row is None else Stored(ledger.blob(row[0]), ledger.blob(row[1]))
