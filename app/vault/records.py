"""Seals the records of one conversation into a chain, and judges a chain that was read back. Pure.

Promises
    * A record that was altered, moved, exchanged or left out comes back as None; those around it open.
    * Where an older or foreign record was put in the place of another, its successor (or the head,
      for the newest) does not vouch for it, and at least one None shows it.

Not promised
    * Telling which of these happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.vault import chain, places
from app.vault.envelope import pad, seal, unpad, unseal
from app.vault.errors import RecordUnreadableError
from app.vault.places import KIND_LOST, KIND_TURN, Position


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it lies in the file: the link of its predecessor, and the box."""

    previous: bytes
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """What every record of one conversation is bound to, and its key."""

    vault: bytes
    conversation: bytes
    key_version: int
    key: bytearray = field(repr=False)

    def place(self, sequence: int, previous: bytes, kind: int = KIND_TURN) -> bytes:
        """Associated data of record number `sequence` behind the one whose link is `previous`."""
        at = Position(sequence, previous, kind)
        return places.message(self.vault, self.conversation, self.key_version, at)


def seal_behind(
    binding: Binding, records: Sequence[bytes | None], count: int, tip: bytes
) -> tuple[list[Stored], bytes]:
    """Seal `records` as numbers `count`, `count` + 1 …, and the link of the last.

    None seals the mark of a record that was lost earlier: it keeps its place and opens as None.
    """
    sealed = []
    for sequence, record in enumerate(records, start=count):
        kind = KIND_LOST if record is None else KIND_TURN
        box = seal(pad(record or b""), key=binding.key, aad=binding.place(sequence, tip, kind))
        sealed.append(Stored(tip, box))
        tip = chain.link(tip, box)
    return sealed, tip


def open_chain(binding: Binding, stored: Sequence[Stored | None], tip: bytes | None) -> list[bytes | None]:
    """The records in order, None for each that is missing, damaged or not vouched for.

    `tip` is the link of the newest record, or None if the head does not vouch for it.
    """
    opened = [_open(binding, sequence, record) for sequence, record in enumerate(stored)]
    vouchers = [
        record.previous if record and content is not None else None
        for record, content in zip(stored[1:], opened[1:], strict=True)
    ]
    for sequence, voucher in enumerate([*vouchers, tip][: len(stored)]):
        record = stored[sequence]
        if record and voucher is not None and chain.link(record.previous, record.box) != voucher:
            opened[sequence] = None
    return opened


def _open(binding: Binding, sequence: int, record: Stored | None) -> bytes | None:
    if record is None or (sequence == 0 and record.previous != chain.GENESIS):
        return None
    try:
        return unpad(unseal(record.box, key=binding.key, aad=binding.place(sequence, record.previous)))
    except RecordUnreadableError:
        return None
