"""What an open vault holds in memory: its rows without the messages, and whether they verify.

Promises
    * A row is taken as it stands in the file, however damaged; `sound` says whether its id opens and
      its head vouches for it. One bad row never hides another.

Not promised
    * Anything about messages, which are read and judged when they are asked for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace

from app.vault import chain, places
from app.vault.envelope import u32, unseal
from app.vault.errors import RecordUnreadableError
from app.vault.keys import VaultKeys

MAX_RECORDS = 2**20
"""Records that one conversation key seals at most, which keeps random nonces from repeating."""

_CONVERSATIONS = "SELECT name, ident, key_version, wrapped, count, tip, head, meta FROM conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One row of the table of conversations."""

    name: bytes
    ident: bytes
    key_version: int
    wrapped: bytes
    count: int
    tip: bytes
    head: bytes
    meta: bytes
    id: bytes | None = None
    """None if it does not open."""

    sound: bool = False

    def digest(self) -> bytes:
        """What the vault head takes in of this row."""
        return chain.row_digest(
            self.name, self.head, self.ident, u32(self.key_version), self.wrapped, self.meta
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rows at one generation. A change gives another ledger, taken over once it is on disk."""

    vault: bytes
    keys: VaultKeys
    generation: int
    conversations: dict[bytes, Conversation] = field(default_factory=dict)
    """By row name."""

    settings: dict[bytes, bytes] = field(default_factory=dict)
    """Row name to box."""

    names: dict[bytes, bytes] = field(default_factory=dict)
    """Conversation id to row name."""

    digests: dict[bytes, bytes] = field(default_factory=dict)
    """Row name to what the vault head takes in of the conversation."""

    def head(self) -> bytes:
        """The vault head over these rows."""
        settings = (chain.row_digest(name, b"", box) for name, box in self.settings.items())
        digest = chain.digest_of_heads(self.digests.values(), settings)
        return chain.vault_head(self.keys.head, self.vault, self.generation, digest)

    def with_conversation(self, changed: Conversation) -> Ledger:
        """As this one, with the row added or replaced."""
        names = self.names if changed.id is None else {**self.names, changed.id: changed.name}
        return replace(
            self,
            conversations={**self.conversations, changed.name: changed},
            names=names,
            digests={**self.digests, changed.name: changed.digest()},
        )

    def with_setting(self, name: bytes, box: bytes | None) -> Ledger:
        """As this one, with the setting put in place, or without it for None."""
        others = {key: value for key, value in self.settings.items() if key != name}
        return replace(self, settings=others if box is None else {**others, name: box})

    def next(self) -> Ledger:
        """As this one, one generation later."""
        return replace(self, generation=self.generation + 1)


def load(connection: sqlite3.Connection, vault: bytes, keys: VaultKeys, generation: int) -> Ledger:
    """Read and verify every row."""
    ledger = Ledger(vault, keys, generation)
    for row in connection.execute(_CONVERSATIONS):
        loaded = _verified(_conversation(row), vault, keys)
        ledger.conversations[loaded.name] = loaded
        ledger.digests[loaded.name] = loaded.digest()
        if loaded.id is not None:
            ledger.names[loaded.id] = loaded.name
    for name, box in connection.execute("SELECT name, box FROM setting"):
        ledger.settings[blob(name)] = blob(box)
    return ledger


def blob(value: object) -> bytes:
    """Bytes as stored; any other type, which we never write, counts as empty and so as damage."""
    return value if isinstance(value, bytes) else b""


def number(value: object, ceiling: int) -> int:
    """A whole number from 0 to `ceiling` as stored; anything else counts as 0 and so as damage."""
    return value if isinstance(value, int) and 0 <= value <= ceiling else 0


def _conversation(row: tuple[object, ...]) -> Conversation:
    name, ident, key_version, wrapped, count, tip, head, meta = row
    return Conversation(
        name=blob(name),
        ident=blob(ident),
        key_version=number(key_version, 2**32 - 1),
        wrapped=blob(wrapped),
        count=number(count, MAX_RECORDS),
        tip=blob(tip),
        head=blob(head),
        meta=blob(meta),
    )


def _verified(row: Conversation, vault: bytes, keys: VaultKeys) -> Conversation:
    try:
        identity = unseal(row.ident, key=keys.meta, aad=places.conversation_id(vault, row.name))
    except RecordUnreadableError:
        return row
    head = chain.conversation_head(keys.head, vault, identity, row.count, row.tip)
    return replace(row, id=identity, sound=chain.same(head, row.head))
