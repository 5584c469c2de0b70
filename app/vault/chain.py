"""Order, completeness and freshness: hash chain, conversation heads, vault head. Bytes in, bytes out.

Promises
    * A conversation head vouches for the number of its records and, through the chain, for each.
    * The vault head vouches for every conversation row, setting and slot, and for the generation.
    * So altered, swapped, reordered, duplicated, dropped (the newest too), moved or put-back records,
      rows and single pages are noticed by whoever holds the keys.

Not promised
    * Noticing that the whole vault was put back to an older, consistent state: that needs a counter
      kept elsewhere. `generation` is what such a counter would compare.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from app.vault.envelope import HEADER, fields, u64

HASH_BYTES = 32
GENESIS = bytes(HASH_BYTES)
"""Stands before the first record of a conversation; vault and conversation are bound by the seal."""

_BUCKETS = 256


def link(previous: bytes, box: bytes) -> bytes:
    """The chain value after a sealed record: `box` without its two leading bytes is nonce and ciphertext."""
    return hashlib.sha256(b"chain/1" + previous + box[len(HEADER) :]).digest()


def conversation_head(
    key: bytes | bytearray, vault: bytes, conversation: bytes, count: int, tip: bytes
) -> bytes:
    """Vouches for the number of records and the link of the newest."""
    return hmac.digest(bytes(key), vault + conversation + u64(count) + tip, hashlib.sha256)


def row_digest(name: bytes, head: bytes, *rest: bytes) -> bytes:
    """What the vault head takes in of one row: name, head, and a digest of all else in it."""
    return name + head + hashlib.sha256(fields(*rest)).digest()


class TableDigest:
    """A digest over the rows of one table, in any order, at a cost that hardly grows with their number.

    Rows lie in 256 buckets by the first byte of their names. Names are blind or random, so the
    buckets fill evenly, and one changed row costs one bucket and 256 hashes.
    """

    def __init__(self) -> None:
        self._rows: list[dict[bytes, bytes]] = [{} for _ in range(_BUCKETS)]
        self._hashes = [_bucket(())] * _BUCKETS
        self._stale: set[int] = set()
        self._count = 0

    def put(self, name: bytes, digest: bytes | None) -> None:
        """Add or replace the `row_digest` of the row `name`; None takes the row away."""
        at = name[0] if name else 0
        rows = self._rows[at]
        self._count += (digest is not None) - (name in rows)
        self._stale.add(at)
        if digest is None:
            rows.pop(name, None)
        else:
            rows[name] = digest

    def digest(self) -> bytes:
        """32 bytes over all rows that were put."""
        for at in self._stale:
            self._hashes[at] = _bucket(self._rows[at].values())
        self._stale.clear()
        return hashlib.sha256(b"table/1" + u64(self._count) + b"".join(self._hashes)).digest()


def _bucket(rows: Iterable[bytes]) -> bytes:
    # Sorted as byte strings: the name leads each, so the order is that of the names.
    return hashlib.sha256(b"bucket/1" + b"".join(sorted(rows))).digest()


def vault_head(key: bytes | bytearray, vault: bytes, generation: int, tables: Iterable[bytes]) -> bytes:
    """Vouches for everything at one generation, by the digests of conversations, settings and slots."""
    digest = hashlib.sha256(b"heads/1" + b"".join(tables)).digest()
    return hmac.digest(bytes(key), vault + u64(generation) + digest, hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)
