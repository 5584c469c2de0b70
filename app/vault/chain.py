"""Order, completeness and freshness: hash chain, conversation heads, vault head. Pure functions.

Promises
    * A conversation head vouches for the number of its records and, through the chain, for each.
    * The vault head vouches for every conversation row and setting, and for the generation.
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


def digest_of_heads(conversations: Iterable[bytes], settings: Iterable[bytes]) -> bytes:
    """SHA-256 over all `row_digest`s, each list sorted (the row name leads) and behind its number."""
    first, second = sorted(conversations), sorted(settings)
    return hashlib.sha256(
        b"heads/1" + u64(len(first)) + b"".join(first) + u64(len(second)) + b"".join(second)
    ).digest()


def vault_head(key: bytes | bytearray, vault: bytes, generation: int, digest: bytes) -> bytes:
    """Vouches for everything at one generation."""
    return hmac.digest(bytes(key), vault + u64(generation) + digest, hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)
