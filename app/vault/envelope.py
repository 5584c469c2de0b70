"""Seals one blob, and opens it again. Bytes in, bytes out; no file, no clock.

The layout is specified in FORMAT.md beside this file; this module is its only implementation.

Promises
    * A blob opens only with the key that sealed it and with the very same associated data, so
      only in its own place.
    * Any altered bit makes it unreadable, and every failure to open is one
      `RecordUnreadableError` that does not say which step failed.
    * Padding hides the length of a text up to its step: 256 B, 512 B, 1, 2, 4 KiB, then eighths.

Not promised
    * Hiding how many blobs there are, or their padded sizes.
    * Commitment to a key (GCM-SIV has none); `app.vault.slots` adds it where a passphrase decides.
    * Noticing that a whole blob was removed or put back; `app.vault.chain` does that.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from app.vault.errors import CipherMissingError, RecordTooLargeError, RecordUnreadableError

FORMAT = 1
SUITE = 1
"""1 is AES-256-GCM-SIV (RFC 8452) with SHA-256 for chain, heads and key expansion."""

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER = bytes([FORMAT, SUITE])
OVERHEAD = len(HEADER) + NONCE_BYTES + TAG_BYTES
MAX_RECORD_BYTES = 16 * 1024 * 1024
"""Ceiling of one record before padding."""

_LENGTH_BYTES = 4
_SMALL_STEPS = (256, 512, 1024, 2048, 4096)
MAX_BOX_BYTES = OVERHEAD + MAX_RECORD_BYTES + MAX_RECORD_BYTES // 4


def require_cipher() -> None:
    """Refuse plainly where AES-256-GCM-SIV is missing: another cipher would be another promise."""
    try:
        AESGCMSIV(bytes(KEY_BYTES))
    except UnsupportedAlgorithm:
        raise CipherMissingError(
            "The history needs AES-256-GCM-SIV, which the installed OpenSSL does not offer."
        ) from None


def fields(*parts: bytes) -> bytes:
    """Canonical joining: each part behind its length as u32, so no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def u32(number: int) -> bytes:
    """Four bytes, big-endian."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Eight bytes, big-endian."""
    return number.to_bytes(8, "big")


def padded_size(length: int) -> int:
    """The size that `length` bytes (length prefix included) are padded to."""
    for step in _SMALL_STEPS:
        if length <= step:
            return step
    eighth = (1 << ((length - 1).bit_length() - 1)) // 8
    return -(-length // eighth) * eighth


def pad(record: bytes) -> bytes:
    """Length as u32, the record, zeros up to the next step. Raises RecordTooLargeError."""
    if len(record) > MAX_RECORD_BYTES:
        raise RecordTooLargeError(f"A record may have at most {MAX_RECORD_BYTES // 2**20} MiB.")
    size = padded_size(_LENGTH_BYTES + len(record))
    return (u32(len(record)) + record).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """The record; padding that `pad` would not have made is refused."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + length
    if end > len(padded) or len(padded) != padded_size(end) or any(padded[end:]):
        raise RecordUnreadableError
    return padded[_LENGTH_BYTES:end]


def seal(plain: bytes, *, key: bytes | bytearray, aad: bytes, nonce: bytes | None = None) -> bytes:
    """Format, suite, nonce, ciphertext with tag. `nonce` is for vectors only.

    Random nonces are safe here: one key seals fewer than 2**20 records, and the cipher
    only reveals equality of records should a nonce ever repeat.
    """
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    return HEADER + nonce + AESGCMSIV(key).encrypt(nonce, plain, aad)


def unseal(box: bytes, *, key: bytes | bytearray, aad: bytes) -> bytes:
    """What `seal` was given. Raises RecordUnreadableError for every reason alike."""
    if not OVERHEAD < len(box) <= MAX_BOX_BYTES or box[: len(HEADER)] != HEADER:
        raise RecordUnreadableError
    start = len(HEADER) + NONCE_BYTES
    try:
        return AESGCMSIV(key).decrypt(box[len(HEADER) : start], box[start:], aad)
    except InvalidTag:
        # `from None`: a cause would tell a wrong key from altered bytes.
        raise RecordUnreadableError from None
