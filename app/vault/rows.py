"""Makes the rows of a vault and opens what they hold, with its keys. No file is touched here.

Promises
    * Every box is sealed under the key of its purpose, bound to its vault and its row.
    * A conversation's key is unwrapped for one use and overwritten after it.

Not promised
    * Whether a row belongs to the newest state; `app.vault.ledger` judges that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.vault import chain, places
from app.vault.envelope import KEY_BYTES, fields, pad, seal, u64, unpad, unseal
from app.vault.errors import RecordUnreadableError
from app.vault.keys import VaultKeys, wipe
from app.vault.ledger import Conversation
from app.vault.records import Binding

ID_BYTES = 16
FIRST_KEY = 1


class Rows:
    """Of one vault, under its keys."""

    def __init__(self, vault: bytes, keys: VaultKeys) -> None:
        self._vault = vault
        self._keys = keys

    def begun(self, identity: bytes | None = None, key_version: int = FIRST_KEY) -> Conversation:
        """The row of a conversation without records, with a new id (unless given) and a new key."""
        identity = identity or os.urandom(ID_BYTES)
        name = self.conversation_name(identity)
        key = os.urandom(KEY_BYTES)
        return Conversation(
            name=name,
            ident=seal(identity, key=self._keys.meta, aad=places.conversation_id(self._vault, name)),
            key_version=key_version,
            wrapped=seal(
                key, key=self._keys.wrap, aad=places.conversation_key(self._vault, identity, key_version)
            ),
            count=0,
            tip=chain.GENESIS,
            head=b"",
            meta=self._sealed_summary(identity, b""),
            id=identity,
            sound=True,
        )

    @contextmanager
    def binding(self, row: Conversation) -> Iterator[Binding]:
        """The key of a conversation whose id is known, while it is used. Raises RecordUnreadableError."""
        if row.id is None:
            raise RecordUnreadableError
        aad = places.conversation_key(self._vault, row.id, row.key_version)
        key = bytearray(unseal(row.wrapped, key=self._keys.wrap, aad=aad))
        try:
            yield Binding(self._vault, row.id, row.key_version, key)
        finally:
            wipe(key)

    def headed(self, row: Conversation, summary: bytes | None) -> Conversation:
        """The row with its head made anew, and with another summary unless that is None."""
        identity = row.id or b""
        head = chain.conversation_head(self._keys.head, self._vault, identity, row.count, row.tip)
        meta = row.meta if summary is None else self._sealed_summary(identity, summary)
        return replace(row, head=head, meta=meta)

    def summary(self, row: Conversation) -> bytes | None:
        """What is listed of a conversation; None if it does not open."""
        if row.id is None:
            return None
        try:
            return unpad(unseal(row.meta, key=self._keys.meta, aad=places.summary(self._vault, row.id)))
        except RecordUnreadableError:
            return None

    def setting(self, name: str, value: bytes) -> tuple[bytes, bytes]:
        """Row name and box. The name lies in the box too, so that settings can be listed."""
        row_name = self.setting_name(name)
        aad = places.setting(self._vault, row_name)
        return row_name, seal(pad(fields(name.encode(), value)), key=self._keys.meta, aad=aad)

    def opened_setting(self, row_name: bytes, box: bytes) -> tuple[str, bytes]:
        """Name and value of a setting. Raises RecordUnreadableError."""
        content = unpad(unseal(box, key=self._keys.meta, aad=places.setting(self._vault, row_name)))
        end = 4 + int.from_bytes(content[:4], "big")
        name, value = content[4:end], content[end + 4 :]
        if fields(name, value) != content or self._keys.row_name(b"setting", name) != row_name:
            raise RecordUnreadableError
        return name.decode(), value

    def conversation_name(self, identity: bytes) -> bytes:
        """The name of a conversation's row."""
        return self._keys.row_name(b"conversation", identity)

    def message_name(self, conversation: bytes, sequence: int) -> bytes:
        """The name of a record's row."""
        return self._keys.row_name(b"message", conversation + u64(sequence))

    def setting_name(self, name: str) -> bytes:
        """The name of a setting's row."""
        return self._keys.row_name(b"setting", name.encode())

    def _sealed_summary(self, identity: bytes, summary: bytes) -> bytes:
        return seal(pad(summary), key=self._keys.meta, aad=places.summary(self._vault, identity))
