"""Judges with the keys what is left of a broken vault, and chooses what a new one is made of. Pure.

Promises
    * Nothing is chosen that does not open in its own place.
    * A record counts if its conversation's head or its own box vouches for it; a hole stays a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain as joined

from app.vault import chain, places
from app.vault.envelope import pad, seal, u64, unpad, unseal
from app.vault.errors import RecordUnreadableError
from app.vault.keys import VaultKeys, wipe
from app.vault.ledger import MAX_RECORDS, Change, Conversation, Ledger
from app.vault.records import Binding, Stored
from app.vault.remains import Remains

GAP = 64
"""Where no head says how many records there are, the search ends after so many missing in a row."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it goes into the new vault."""

    row: Conversation
    records: tuple[Stored | None, ...] = field(repr=False)
    """As many as `row.count`; None for those that nobody has."""

    copied: int
    """Records that only a copy had."""

    revived: bool
    """Only a copy had the row."""


class Chooser:
    """Chooses from `sources`: the broken vault first, its copies behind it, newest first."""

    def __init__(self, vault: bytes, keys: VaultKeys, sources: Sequence[Remains]) -> None:
        self._vault, self._keys, self._sources = vault, keys, sources

    def list_is_whole(self) -> bool:
        """Whether the newest vault head vouches for the conversations, settings and slots found."""
        own = self._sources[0]
        heads = [(generation, head) for vault, generation, head in own.vaults if vault == self._vault]
        if not heads:
            return False
        generation, head = max(heads)
        ledger = Ledger(self._vault, self._keys, generation)
        ledger.apply(
            Change(
                {name: rows[0] for name, rows in own.conversations.items()},
                {name: boxes[0] for name, boxes in own.settings.items()},
                own.slots,
                generations=0,
            )
        )
        return chain.same(ledger.head(), head)

    def conversations(self) -> Iterator[Kept | None]:
        """Each that is known by a row; None for each whose id opens nowhere."""
        whole = self.list_is_whole()
        names = dict.fromkeys(name for source in self._sources for name in source.conversations)
        for name in names:
            own = name in self._sources[0].conversations
            if own or not whole:
                yield self._conversation(name, revived=not own)

    def settings(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Name and box of each setting; None for each that opens nowhere."""
        sources = self._sources[:1] if self.list_is_whole() else self._sources
        for name in dict.fromkeys(name for source in sources for name in source.settings):
            boxes = [box for source in sources for box in source.settings.get(name, [])]
            aad = places.setting(self._vault, name)
            yield name, next((box for box in boxes if self._opens(box, aad)), None)

    def _conversation(self, name: bytes, *, revived: bool) -> Kept | None:
        rows = [row for source in self._sources for row in source.conversations.get(name, [])]
        identity = self._first(
            (row.ident, places.conversation_id(self._vault, name), self._keys.meta) for row in rows
        )
        if identity is None:
            return None
        row = max((self._judged(row, identity) for row in rows), key=lambda one: (one.sound, one.count))
        keyed = [(other, self._key(other, identity)) for other in rows]
        opening = [(other, key) for other, key in keyed if key is not None]
        if not opening:
            return self._without_key(row)
        with_key, key = max(opening, key=lambda pair: pair[0].key_version)
        row = replace(row, wrapped=with_key.wrapped, key_version=with_key.key_version)
        try:
            binding = Binding(self._vault, identity, row.key_version, key)
            found = tuple(self._records(binding, row))
        finally:
            wipe(key)
        return self._kept(self._summarised(row, rows), found, revived=revived)

    def _without_key(self, row: Conversation) -> Kept | None:
        """Its title may still be read; its messages may not."""
        if not row.sound:
            row = replace(row, count=0, tip=chain.GENESIS)
        return Kept(self._headed(self._summarised(row, [row])), (None,) * row.count, 0, revived=False)

    def _judged(self, row: Conversation, identity: bytes) -> Conversation:
        head = chain.conversation_head(self._keys.head, self._vault, identity, row.count, row.tip)
        return replace(row, id=identity, sound=chain.same(head, row.head))

    def _key(self, row: Conversation, identity: bytes) -> bytearray | None:
        aad = places.conversation_key(self._vault, identity, row.key_version)
        try:
            return bytearray(unseal(row.wrapped, key=self._keys.wrap, aad=aad))
        except RecordUnreadableError:
            return None

    def _records(self, binding: Binding, row: Conversation) -> Iterator[tuple[Stored | None, bool]]:
        """Records from 0 on, up to the count of a sound head and beyond it while there are any."""
        promised = row.count if row.sound else 0
        missing = 0
        for sequence in range(MAX_RECORDS):
            found, copied = self._record(binding, sequence)
            missing = 0 if found else missing + 1
            if sequence >= promised and missing > (0 if row.sound else GAP):
                return
            yield found, copied

    def _record(self, binding: Binding, sequence: int) -> tuple[Stored | None, bool]:
        name = self._keys.row_name(b"message", binding.conversation + u64(sequence))
        for number, source in enumerate(self._sources):
            for one in source.messages.get(name, ()):
                if self._opens(one.box, binding.place(sequence, one.previous), binding.key):
                    return one, number > 0
        return None, False

    def _kept(
        self, row: Conversation, found: tuple[tuple[Stored | None, bool], ...], *, revived: bool
    ) -> Kept:
        records = [one for one, _ in found]
        promised = row.count if row.sound else 0
        while len(records) > promised and records[-1] is None:
            records.pop()
        newest = records[-1] if records else None
        tip = row.tip
        if len(records) > promised:
            tip = chain.link(newest.previous, newest.box) if newest else chain.GENESIS
        elif not row.sound:
            tip = chain.GENESIS
        headed = self._headed(replace(row, count=len(records), tip=tip))
        return Kept(headed, tuple(records), sum(copied for _, copied in found), revived)

    def _summarised(self, row: Conversation, rows: Sequence[Conversation]) -> Conversation:
        """With the newest summary that opens, or an empty one."""
        assert row.id is not None, "only rows that are known by their id get here"
        aad = places.summary(self._vault, row.id)
        for one in joined([row], rows):
            if self._opens(one.meta, aad):
                return replace(row, meta=one.meta)
        return replace(row, meta=seal(pad(b""), key=self._keys.meta, aad=aad))

    def _headed(self, row: Conversation) -> Conversation:
        assert row.id is not None, "only rows that are known by their id get here"
        identified = seal(row.id, key=self._keys.meta, aad=places.conversation_id(self._vault, row.name))
        head = chain.conversation_head(self._keys.head, self._vault, row.id, row.count, row.tip)
        return replace(row, ident=identified, head=head, sound=True)

    def _first(self, boxes: Iterable[tuple[bytes, bytes, bytearray]]) -> bytes | None:
        for box, aad, key in boxes:
            try:
                return unseal(box, key=key, aad=aad)
            except RecordUnreadableError:
                continue
        return None

    def _opens(self, box: bytes, aad: bytes, key: bytearray | None = None) -> bool:
        try:
            unpad(unseal(box, key=key or self._keys.meta, aad=aad))
        except RecordUnreadableError:
            return False
        return True
