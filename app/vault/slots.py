"""Ways into the vault: each slot holds the vault root key, sealed by something a person has.

Promises
    * The passphrase never seals data; it opens a slot, so changing it rewrites 126 bytes.
    * A slot commits to its key: two passphrases cannot both open the same slot.
    * Stored costs are checked before anything is derived from them.
    * A slot of one type never opens with the secret of another.

Not promised
    * That an old slot put back by someone who can write the file stops working: the passphrase
      that it was made with opens it again. Re-keying the vault ends that.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field

from app.vault import places
from app.vault.envelope import FORMAT, HEADER, KEY_BYTES, NONCE_BYTES, OVERHEAD, SUITE, seal, unseal
from app.vault.errors import RecordUnreadableError, VaultDamagedError, VaultNewerError
from app.vault.keys import SALT_BYTES, KdfCost, derive, expand, wipe

PASSPHRASE = 1
KEYRING = 2
RECOVERY = 3
ID_BYTES = 16
_NO_KDF, _ARGON2ID = 0, 1
_COMMITMENT_BYTES = 32
_BOX_BYTES = OVERHEAD + KEY_BYTES
SLOT_BYTES = 2 + 1 + 13 + SALT_BYTES + _COMMITMENT_BYTES + _BOX_BYTES


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The 32 random bytes behind a recovery code; see `app.vault.recovery_code`."""

    key: bytes = field(repr=False)


SlotSecret = str | bytes | RecoveryKey
"""A passphrase, a keyring's 32 bytes, or what a recovery code stands for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way in. `cost` is None where the secret is a random key and needs no stretching."""

    id: bytes
    kind: int
    cost: KdfCost | None
    salt: bytes
    commitment: bytes
    box: bytes

    @property
    def parameters(self) -> bytes:
        """The key derivation as bytes: algorithm, memory, passes, lanes."""
        if self.cost is None:
            return bytes([_NO_KDF]) + bytes(12)
        return bytes([_ARGON2ID]) + self.cost.to_bytes()

    def to_bytes(self) -> bytes:
        """The stored form, `SLOT_BYTES` long."""
        return HEADER + bytes([self.kind]) + self.parameters + self.salt + self.commitment + self.box

    @classmethod
    def from_bytes(cls, slot_id: bytes, stored: bytes) -> Slot:
        """Parse strictly. Raises VaultDamagedError, CostRefusedError or VaultNewerError."""
        if stored[:1] > bytes([FORMAT]) or (stored[:1] == bytes([FORMAT]) and stored[1:2] > bytes([SUITE])):
            raise VaultNewerError("This history was written by a newer version.")
        if len(slot_id) != ID_BYTES or len(stored) != SLOT_BYTES or stored[:2] != HEADER:
            raise VaultDamagedError("The part of the history that holds its key is damaged.")
        kind, parameters = stored[2], stored[3:16]
        cost = _cost_of(kind, parameters)
        salt, rest = stored[16 : 16 + SALT_BYTES], stored[16 + SALT_BYTES :]
        return cls(slot_id, kind, cost, salt, rest[:_COMMITMENT_BYTES], rest[_COMMITMENT_BYTES:])


def _cost_of(kind: int, parameters: bytes) -> KdfCost | None:
    numbers = [int.from_bytes(parameters[at : at + 4], "big") for at in (1, 5, 9)]
    if (kind, parameters[0]) == (PASSPHRASE, _ARGON2ID):
        return KdfCost(*numbers).check()
    if kind in {KEYRING, RECOVERY} and parameters == bytes(13):
        return None
    raise VaultDamagedError("The part of the history that holds its key is damaged.")


@dataclass(frozen=True, slots=True)
class Chance:
    """What would be random in a new slot; given only by vectors."""

    id: bytes
    salt: bytes
    nonce: bytes

    @classmethod
    def new(cls) -> Chance:
        """Fresh from the operating system."""
        return cls(os.urandom(ID_BYTES), os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES))


def kind_of(secret: SlotSecret) -> int:
    """The type of the slots that such a secret opens."""
    if isinstance(secret, str):
        return PASSPHRASE
    return RECOVERY if isinstance(secret, RecoveryKey) else KEYRING


def make(
    vault: bytes, root: bytearray, secret: SlotSecret, cost: KdfCost | None, chance: Chance | None = None
) -> Slot:
    """A slot that `secret` opens; a cost belongs to a passphrase only."""
    chance = chance or Chance.new()
    kind = kind_of(secret)
    empty = Slot(chance.id, kind, cost.check() if cost else None, chance.salt, b"", b"")
    key, commitment = _wrapping(empty, secret)
    box = seal(bytes(root), key=key, aad=_place(vault, empty), nonce=chance.nonce)
    wipe(key)
    return Slot(empty.id, kind, empty.cost, empty.salt, commitment, box)


def open_slot(vault: bytes, slot: Slot, secret: SlotSecret) -> bytearray | None:
    """The vault root key, or None if `secret` is not the one of this slot.

    Raises VaultDamagedError if it is, but the slot was altered.
    """
    if kind_of(secret) != slot.kind:
        return None
    key, commitment = _wrapping(slot, secret)
    if not hmac.compare_digest(commitment, slot.commitment):
        wipe(key)
        return None
    try:
        return bytearray(unseal(slot.box, key=key, aad=_place(vault, slot)))
    except RecordUnreadableError:
        raise VaultDamagedError("The part of the history that holds its key is damaged.") from None
    finally:
        wipe(key)


def _place(vault: bytes, slot: Slot) -> bytes:
    return places.slot(vault, slot.id, slot.kind, slot.parameters, slot.salt)


def _wrapping(slot: Slot, secret: SlotSecret) -> tuple[bytearray, bytes]:
    """The key that seals the slot, and the commitment to it."""
    if isinstance(secret, str):
        if slot.cost is None:
            raise VaultDamagedError("The part of the history that holds its key is damaged.")
        stretched = derive(secret, slot.salt, slot.cost)
    else:
        # Random bytes need no stretching: there are 2**256 of them to guess at.
        stretched = bytearray(secret.key if isinstance(secret, RecoveryKey) else secret)
    wrap, commitment = expand(stretched, b"slot/wrap/v1"), bytes(expand(stretched, b"slot/commit/v1"))
    wipe(stretched)
    return wrap, commitment
