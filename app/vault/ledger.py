"""What an open vault holds in memory: its rows without the messages, and whether they verify.

Promises
    * A row is taken as it stands in the file, however damaged; `sound` says whether its id opens and
      its head vouches for it. One bad row never hides another.
    * A change costs as much as what it changes, not as much as there is.

Not promised
    * Anything about messages, which are read and judged when they are asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.vault import chain, places
from app.vault.envelope import u32, unseal
from app.vault.errors import RecordUnreadableError
from app.vault.keys import VaultKeys

MAX_RECORDS = 2**20
"""Records that one conversation key seals at most, which keeps random nonces from repeating."""

MAX_SLOTS = 4
"""Trying one may cost seconds, so forged ones must stay few."""

_CONVERSATIONS = "SELECT name, ident, key_version, wrapped, count, tip, head, meta FROM conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One row of the table of conversations."""

    name: bytes
    ident: bytes
    key_version: int
    wrapped: bytes = field(repr=False)
    count: int
    tip: bytes
    head: bytes
    meta: bytes = field(repr=False)
    id: bytes | None = None
    """None if it does not open."""

    sound: bool = False

    def digest(self) -> bytes:
        """What the vault head takes in of this row."""
        return chain.row_digest(
            self.name, self.head, self.ident, u32(self.key_version), self.wrapped, self.meta
        )

    def columns(self) -> tuple[object, ...]:
        """In the order of the table."""
        return (
            self.name, self.ident, self.key_version, self.wrapped, self.count, self.tip, self.head, self.meta,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Rows that are added or replaced, by name; None takes one away."""

    conversations: Mapping[bytes, Conversation | None] = field(default_factory=dict)
    settings: Mapping[bytes, bytes | None] = field(default_factory=dict)
    slots: Mapping[bytes, bytes | None] = field(default_factory=dict)
    generations: int = 1


class Ledger:
    """All rows at one generation, and the digests that the vault head is made of."""

    def __init__(self, vault: bytes, keys: VaultKeys, generation: int) -> None:
        self.vault = vault
        self.keys = keys
        self.generation = generation
        self._conversations: dict[bytes, Conversation] = {}
        self._settings: dict[bytes, bytes] = {}
        self._slots: dict[bytes, bytes] = {}
        self._names: dict[bytes, bytes] = {}
        self._digests = tuple(chain.TableDigest() for _ in range(3))

    @property
    def conversations(self) -> Mapping[bytes, Conversation]:
        """By row name."""
        return self._conversations

    @property
    def settings(self) -> Mapping[bytes, bytes]:
        """Row name to box."""
        return self._settings

    @property
    def slots(self) -> Mapping[bytes, bytes]:
        """Slot id to its stored form; at most one more than are ever tried."""
        return self._slots

    def known(self, conversation: bytes) -> Conversation | None:
        """The row of a conversation by its id."""
        name = self._names.get(conversation)
        return None if name is None else self._conversations[name]

    def head(self) -> bytes:
        """The vault head over these rows."""
        tables = (table.digest() for table in self._digests)
        return chain.vault_head(self.keys.head, self.vault, self.generation, tables)

    def apply(self, change: Change) -> Change:
        """Make the change; returns the one that takes it back."""
        undo = Change(
            {name: self._conversations.get(name) for name in change.conversations},
            {name: self._settings.get(name) for name in change.settings},
            {name: self._slots.get(name) for name in change.slots},
            -change.generations,
        )
        for name, row in change.conversations.items():
            self._put_conversation(name, row)
        for name, box in change.settings.items():
            _put(self._settings, name, box)
            self._digests[1].put(name, None if box is None else chain.row_digest(name, b"", box))
        for name, body in change.slots.items():
            _put(self._slots, name, body)
            self._digests[2].put(name, None if body is None else chain.row_digest(name, b"", body))
        self.generation += change.generations
        return undo

    def _put_conversation(self, name: bytes, row: Conversation | None) -> None:
        gone = self._conversations.pop(name, None)
        if gone is not None and gone.id is not None:
            self._names.pop(gone.id, None)
        if row is not None:
            self._conversations[name] = row
            if row.id is not None:
                self._names[row.id] = name
        self._digests[0].put(name, None if row is None else row.digest())


def _put(rows: dict[bytes, bytes], name: bytes, value: bytes | None) -> None:
    if value is None:
        rows.pop(name, None)
    else:
        rows[name] = value


def load(connection: sqlite3.Connection, vault: bytes, keys: VaultKeys, generation: int) -> Ledger:
    """Read and verify every row."""
    ledger = Ledger(vault, keys, generation)
    ledger.apply(
        Change(
            {row.name: row for row in _rows(connection, vault, keys)},
            {blob(name): blob(box) for name, box in connection.execute("SELECT name, box FROM setting")},
            stored_slots(connection, MAX_SLOTS + 1),
            generations=0,
        )
    )
    return ledger


def stored_slots(connection: sqlite3.Connection, limit: int = MAX_SLOTS) -> dict[bytes, bytes]:
    """Slot ids and bodies as they stand in the file, in the order they were written."""
    some = connection.execute("SELECT id, body FROM slot ORDER BY rowid LIMIT ?", (limit,))
    return {blob(slot_id): blob(body) for slot_id, body in some}


def blob(value: object) -> bytes:
    """Bytes as stored; any other type, which we never write, counts as empty and so as damage."""
    return value if isinstance(value, bytes) else b""


def number(value: object, ceiling: int) -> int:
    """A whole number from 0 to `ceiling` as stored; anything else counts as 0 and so as damage."""
    return value if isinstance(value, int) and 0 <= value <= ceiling else 0


def _rows(connection: sqlite3.Connection, vault: bytes, keys: VaultKeys) -> Iterator[Conversation]:
    for name, ident, key_version, wrapped, count, tip, head, meta in connection.execute(_CONVERSATIONS):
        row = Conversation(
            name=blob(name),
            ident=blob(ident),
            key_version=number(key_version, 2**32 - 1),
            wrapped=blob(wrapped),
            count=number(count, MAX_RECORDS),
            tip=blob(tip),
            head=blob(head),
            meta=blob(meta),
        )
        yield _verified(row, vault, keys)


def _verified(row: Conversation, vault: bytes, keys: VaultKeys) -> Conversation:
    try:
        identity = unseal(row.ident, key=keys.meta, aad=places.conversation_id(vault, row.name))
    except RecordUnreadableError:
        return row
    head = chain.conversation_head(keys.head, vault, identity, row.count, row.tip)
    return replace(row, id=identity, sound=chain.same(head, row.head))
