"""The ways into a vault that is open: which there are, and how one replaces those of its kind.

Promises
    * A new way in has been written, read back and opened before the ones it replaces go, all in one
      transaction: at every moment the old ones open the vault, or the new one does.
    * Changing the passphrase rewrites one slot and no record.

Not promised
    * That the old passphrase is of no use with an older copy of the file; re-keying ends that.
"""

from __future__ import annotations

import hmac
import sqlite3
from dataclasses import dataclass
from typing import Literal

from app.vault import slots
from app.vault.errors import VaultError, VaultNotSavedError
from app.vault.keys import KdfCost
from app.vault.ledger import Change, Ledger, blob
from app.vault.slots import Slot, SlotSecret

WayInKind = Literal["passphrase", "keyring", "recovery", "damaged"]
_KINDS: dict[int, WayInKind] = {
    slots.PASSPHRASE: "passphrase",
    slots.KEYRING: "keyring",
    slots.RECOVERY: "recovery",
}


@dataclass(frozen=True, slots=True)
class WayIn:
    """One slot, as a person may see it."""

    kind: WayInKind
    """"damaged" for one that opens with nothing."""

    cost: KdfCost | None = None
    """What a guess costs, for a passphrase."""


def listed(rows: Ledger) -> tuple[WayIn, ...]:
    """Every slot, passphrases first."""
    found = [_way(slot_id, body) for slot_id, body in rows.slots.items()]
    order = [*_KINDS.values(), "damaged"]
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _way(slot_id: bytes, body: bytes) -> WayIn:
    try:
        slot = Slot.from_bytes(slot_id, body)
    except VaultError:
        return WayIn("damaged")
    return WayIn(_KINDS[slot.kind], slot.cost)


def replacing(rows: Ledger, kind: int, slot: Slot | None) -> Change:
    """The change that takes away all slots of a kind and puts `slot` in their place."""
    gone: dict[bytes, bytes | None] = {
        slot_id: None for slot_id, body in rows.slots.items() if body[2:3] == bytes([kind])
    }
    return Change(slots={**gone, slot.id: slot.to_bytes()} if slot else gone)


def write(connection: sqlite3.Connection, rows: Ledger, change: Change, secret: SlotSecret | None) -> None:
    """Carry out what `replacing` gave, inside a transaction. Raises VaultNotSavedError.

    `secret` must open the new slot as it is read back, before the old ones are deleted.
    """
    for slot_id, body in change.slots.items():
        if body is not None and secret is not None:
            connection.execute("INSERT INTO slot (id, body) VALUES (?, ?)", (slot_id, body))
            _prove(connection, rows, slot_id, secret)
    for slot_id, body in change.slots.items():
        if body is None:
            connection.execute("DELETE FROM slot WHERE id = ?", (slot_id,))


def _prove(connection: sqlite3.Connection, rows: Ledger, slot_id: bytes, secret: SlotSecret) -> None:
    [(body,)] = connection.execute("SELECT body FROM slot WHERE id = ?", (slot_id,)).fetchall()
    root = slots.open_slot(rows.vault, Slot.from_bytes(slot_id, blob(body)), secret)
    if root is None or not hmac.compare_digest(root, rows.keys.root):
        raise VaultNotSavedError("The new way into the history did not open it when it was tried.")
