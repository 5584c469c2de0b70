"""From a passphrase to a key, and from the vault root key to its working keys.

Promises
    * Argon2id (RFC 9106, version 1.3) is never run with stored costs outside 64 to 1024 MiB, 3 to
      10 passes, 1 to 8 lanes; they are checked before a byte is allocated.
    * A passphrase is taken in NFC as UTF-8, so the same letters typed on another system open it.
    * Each purpose has a key of its own, expanded with HKDF-SHA-256 under a label.

Not promised
    * Resistance of a weak passphrase against dedicated hardware.
    * Wiping: keys lie in bytearrays that are overwritten on closing, but Python and OpenSSL may
      have copied them, and nothing here can reach those copies.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from app.vault.envelope import KEY_BYTES, fields, u32
from app.vault.errors import CostRefusedError

SALT_BYTES = 16
NAME_BYTES = 16
_MIB = 1024  # KiB
_MEMORY = range(64 * _MIB, 1024 * _MIB + 1)
_PASSES = range(3, 11)
_LANES = range(1, 9)
_FASTEST, _AIM, _SLOWEST = 0.5, 0.8, 1.5  # seconds per guess


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess at the passphrase costs."""

    memory: int = 256 * _MIB
    """KiB."""

    passes: int = 3
    lanes: int = 4

    def check(self) -> KdfCost:
        """Itself, if within floor and ceiling. Raises CostRefusedError."""
        if self.memory in _MEMORY and self.passes in _PASSES and self.lanes in _LANES:
            return self
        raise CostRefusedError(
            "The cost of guessing the passphrase is outside the allowed range; nothing was tried."
        )

    def to_bytes(self) -> bytes:
        """Memory, passes, lanes, each as u32."""
        return u32(self.memory) + u32(self.passes) + u32(self.lanes)


FLOOR = KdfCost(memory=64 * _MIB, passes=3, lanes=1)
"""The cheapest that is accepted."""


def derive(passphrase: str, salt: bytes, cost: KdfCost) -> bytearray:
    """The 32 byte key that wraps the vault root key. Slow on purpose."""
    cost.check()
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", errors="surrogatepass")
    kdf = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    )
    return bytearray(kdf.derive(text))


def seconds_for(cost: KdfCost) -> float:
    """How long one guess takes here and now; a machine without the memory counts as too slow."""
    started = time.perf_counter()
    try:
        derive("", bytes(SALT_BYTES), cost)
    except MemoryError:
        return math.inf
    return time.perf_counter() - started


def calibrated(measure: Callable[[KdfCost], float] = seconds_for) -> KdfCost:
    """The cost at which one guess takes 0.5 to 1.5 s here, or the nearest within floor and ceiling."""
    cost = KdfCost()
    taken = measure(cost)
    while taken > _SLOWEST and cost.memory > FLOOR.memory:
        cost = replace(cost, memory=cost.memory // 2)
        taken = measure(cost)
    if taken < _FASTEST:
        passes = math.ceil(cost.passes * _AIM / max(taken, 0.001))
        cost = replace(cost, passes=min(passes, _PASSES[-1]))
    return cost.check()


def expand(key: bytes | bytearray, label: bytes) -> bytearray:
    """HKDF-Expand (RFC 5869) with SHA-256: a key of its own for the purpose named by `label`."""
    return bytearray(HKDFExpand(algorithm=hashes.SHA256(), length=KEY_BYTES, info=label).derive(key))


def wipe(*keys: bytearray) -> None:
    """Overwrite in place; see the module's words on what that does not reach."""
    for key in keys:
        key[:] = bytes(len(key))


class VaultKeys:
    """The working keys of an open vault."""

    __slots__ = ("_blind", "head", "meta", "root", "wrap")

    def __init__(self, root: bytearray) -> None:
        self.root = root
        self.wrap = expand(root, b"vault/wrap/v1")
        self.meta = expand(root, b"vault/meta/v1")
        self.head = expand(root, b"vault/head/v1")
        self._blind = expand(root, b"vault/blind/v1")

    def row_name(self, table: bytes, identity: bytes) -> bytes:
        """The name of a row: tells nobody without the key what the row is about."""
        return hmac.digest(bytes(self._blind), fields(table, identity), hashlib.sha256)[:NAME_BYTES]

    def wipe(self) -> None:
        """Overwrite every key; the vault cannot be used afterwards."""
        wipe(self.root, self.wrap, self.meta, self.head, self._blind)
