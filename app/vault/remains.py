"""Sorts what lies in a broken vault file into rows of a vault. Looks, never writes.

Promises
    * A row is taken for what its columns look like, and every number in it has a ceiling.

Not promised
    * That any of it is genuine: `app.vault.choosing` judges that with the keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.vault import chain, database, pages, slots
from app.vault.keys import NAME_BYTES
from app.vault.ledger import MAX_RECORDS, Conversation
from app.vault.records import Stored

_ID_BYTES, _KEY_VERSIONS = 16, 2**32
_MAX_GENERATION = 2**62


@dataclass(slots=True)
class Remains:
    """Rows that look like those of a vault, by name; several where a page has older images."""

    vaults: list[tuple[bytes, int, bytes]] = field(default_factory=list)
    slots: dict[bytes, bytes] = field(default_factory=dict)
    conversations: dict[bytes, list[Conversation]] = field(default_factory=dict)
    messages: dict[bytes, list[Stored]] = field(default_factory=dict)
    settings: dict[bytes, list[bytes]] = field(default_factory=dict)


def remains_of(file: Path) -> Remains:
    """Whatever looks like a row of a vault in `file` and in the log beside it."""
    found = Remains()
    with database.guarded():
        for row in pages.rows_of(file):
            _sort_in(found, row)
    return found


def _sort_in(found: Remains, row: pages.Record) -> None:
    match row:
        case (None, bytes(vault), int(generation), bytes(head)) if len(vault) == _ID_BYTES:
            if 0 <= generation < _MAX_GENERATION:
                found.vaults.append((vault, generation, head))
        case (bytes(name), bytes(body)) if len(name) == NAME_BYTES and len(body) == slots.SLOT_BYTES:
            # A setting is padded, so no box of one is as long as a slot.
            found.slots.setdefault(name, body)
        case (bytes(name), bytes(box)) if len(name) == NAME_BYTES:
            found.settings.setdefault(name, []).append(box)
        case (bytes(name), bytes(previous), bytes(box)) if len(previous) == chain.HASH_BYTES:
            found.messages.setdefault(name, []).append(Stored(previous, box))
        case (
            bytes(name), bytes(ident), int(version), bytes(wrapped),
            int(count), bytes(tip), bytes(head), bytes(meta),
        ) if 0 <= version < _KEY_VERSIONS and 0 <= count <= MAX_RECORDS:  # fmt: skip
            one = Conversation(
                name=name, ident=ident, key_version=version, wrapped=wrapped,
                count=count, tip=tip, head=head, meta=meta,
            )  # fmt: skip
            found.conversations.setdefault(name, []).append(one)
        case _:
            pass
