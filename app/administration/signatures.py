"""What the admin signed: kept beside the thing, checked before it is used.

A signature file is JSON with `time`, `digest` (SHA-256 of the content, in hex) and `signature`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.vault import admin_key
from app.vault.admin_key import Admin
from app.vault.errors import SignatureRefusedError
from app.vault.files import guarded, replace_file

_CEILING = 4096


@dataclass(frozen=True, slots=True)
class Signature:
    """Of one thing, at one time."""

    time: str
    digest: bytes
    signature: bytes

    @property
    def signed(self) -> bytes:
        """What the admin's key signed: the time belongs to it."""
        return self.digest + self.time.encode()


def sign(admin: Admin, purpose: str, digest: bytes, file: Path, after: str = "") -> Signature:
    """Vouch for a content of this SHA-256 digest. On disk when it returns. Raises VaultNotSavedError.

    Its time is later than `after` and than that of the admin's signature in `file`, whatever the clock
    says: an older time would look like an older state.
    """
    time = _later_than(max(after, _time_of(admin, purpose, file)))
    unsigned = Signature(time, digest, b"")
    signature = admin.sign(purpose, unsigned.signed)
    said = {"time": time, "digest": digest.hex(), "signature": signature.hex()}
    with guarded():
        replace_file(file, json.dumps(said).encode() + b"\n")
    return Signature(time, digest, signature)


def _time_of(admin: Admin, purpose: str, file: Path) -> str:
    """Of the signature that will be replaced; empty if the admin did not make it."""
    try:
        earlier = _read(file, purpose)
        admin_key.verify(admin.public, purpose, earlier.signed, earlier.signature)
    except SignatureRefusedError:
        return ""
    return earlier.time


def _later_than(before: str) -> str:
    now = datetime.now(UTC)
    with suppress(ValueError, OverflowError, TypeError):
        now = max(now, datetime.fromisoformat(before) + timedelta(microseconds=1))
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def check(public: bytes, purpose: str, digest: bytes, file: Path) -> Signature:
    """Raises SignatureRefusedError unless the admin signed exactly this content."""
    signature = _read(file, purpose)
    admin_key.verify(public, purpose, signature.signed, signature.signature)
    if signature.digest != digest:
        raise SignatureRefusedError(f"The {purpose} changed since the admin signed it.")
    return signature


def _read(file: Path, purpose: str) -> Signature:
    try:
        with file.open("rb") as stream:
            said = json.loads(stream.read(_CEILING + 1))
        digest, signature = bytes.fromhex(said["digest"]), bytes.fromhex(said["signature"])
        return Signature(str(said["time"]), digest, signature)
    except FileNotFoundError:
        raise SignatureRefusedError(f"The {purpose} is not signed by the admin.") from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise SignatureRefusedError(f"The signature of the {purpose} cannot be read.") from None
