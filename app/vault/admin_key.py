"""The admin's signing key: an Ed25519 seed in a slot that a passphrase opens, and what it signed.

`admin.json` holds the public key in clear, the seed sealed as a vault root key is sealed in a slot
(Argon2id, key commitment), and the first keys of audit logs sealed under a key expanded from the seed.

Promises
    * A role is proven by unlocking this key, by nothing else; the file alone signs nothing.
    * A signature belongs to one purpose: what was signed as a model list does not pass as a policy.
    * The stored public key is believed only if it is the one that the caller remembers.

Not promised
    * That the file is still there: anyone who can write its folder can delete it, nobody can forge it.
    * Anything against an admin who gives the passphrase away.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.vault import guard, slots
from app.vault.envelope import KEY_BYTES, fields, require_cipher, seal, unseal
from app.vault.errors import (
    AdminKeyDamagedError,
    CostRefusedError,
    RecordUnreadableError,
    SignatureRefusedError,
    VaultAbsentError,
    VaultDamagedError,
    VaultExistsError,
    WrongPassphraseError,
)
from app.vault.files import guarded, replace_file
from app.vault.keys import KdfCost, expand, wipe

FILE = "admin.json"
ID_BYTES = 16
SIGNATURE_BYTES = 64
_CEILING = 64 * 1024
_MAX_LOGS = 64


@dataclass(frozen=True, slots=True)
class StoredKey:
    """The file, checked for its form; nothing in it is believed yet."""

    id: bytes
    public: bytes
    slot: slots.Slot
    logs: dict[bytes, bytes] = field(repr=False)
    """Audit log id to its sealed first key."""

    def fingerprint(self) -> str:
        """Of the public key: 16 groups of four hex digits, for comparing by eye."""
        return fingerprint(self.public)


class Admin:
    """An unlocked admin key. `close` forgets it."""

    def __init__(self, folder: Path, stored: StoredKey, seed: bytearray) -> None:
        self._folder = folder
        self._stored = stored
        self._seed = seed
        self._closed = False

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self._stored.public

    @property
    def holds_logs(self) -> bool:
        """Whether it holds the first key of any audit log."""
        return bool(self._stored.logs)

    def sign(self, purpose: str, content: bytes) -> bytes:
        """64 bytes that vouch for this content in this role."""
        return self._private().sign(_signed(purpose, content))

    def keep_first_key(self, log: bytes, first: bytearray) -> None:
        """Seal the first key of an audit log into the file. On disk when it returns."""
        sealing = expand(self._open_seed(), b"admin/audit/v1")
        box = seal(bytes(first), key=sealing, aad=_log_place(self._stored.id, log))
        wipe(sealing)
        stored = self._as_it_lies()
        self._keep(replace(stored, logs={**stored.logs, log: box}))

    def first_key(self, log: bytes) -> bytearray | None:
        """The first key of an audit log; None if this admin never took it over."""
        box = self._stored.logs.get(log)
        if box is None:
            return None
        sealing = expand(self._open_seed(), b"admin/audit/v1")
        try:
            return bytearray(unseal(box, key=sealing, aad=_log_place(self._stored.id, log)))
        except RecordUnreadableError:
            raise _damaged() from None
        finally:
            wipe(sealing)

    def change_passphrase(self, passphrase: str, cost: KdfCost) -> None:
        """The same key behind another passphrase. On disk when it returns."""
        slot = slots.make(self._stored.id, self._open_seed(), passphrase, cost)
        self._keep(replace(self._as_it_lies(), slot=slot))

    def close(self) -> None:
        """Overwrite the seed; harmless when called again."""
        wipe(self._seed)
        self._closed = True

    def _as_it_lies(self) -> StoredKey:
        """Another process may have changed the passphrase since this one unlocked the key."""
        stored = load(self._folder)
        if (stored.id, stored.public) != (self._stored.id, self._stored.public):
            raise AdminKeyDamagedError("Another admin key has taken the place of this one.")
        return stored

    def _keep(self, stored: StoredKey) -> None:
        with guarded():
            replace_file(self._folder / FILE, _to_bytes(stored))
        self._stored = stored

    def _open_seed(self) -> bytearray:
        if self._closed:
            raise WrongPassphraseError
        return self._seed

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes(self._open_seed()))


def exists(folder: Path) -> bool:
    """Whether there is an admin key; looks at names only."""
    return os.path.lexists(folder / FILE)


def create(folder: Path, passphrase: str, cost: KdfCost) -> Admin:
    """Make a signing key behind a passphrase. Raises VaultExistsError if there is one."""
    require_cipher()
    cost.check()
    with guarded():
        guard.make_folder(folder)
        if exists(folder):
            raise VaultExistsError("There is an admin key already.", "Use it, or move its file away first.")
        seed, identity = bytearray(os.urandom(KEY_BYTES)), os.urandom(ID_BYTES)
        slot = slots.make(identity, seed, passphrase, cost)
        stored = StoredKey(identity, _public_of(seed), slot, {})
        replace_file(folder / FILE, _to_bytes(stored))
    return Admin(folder, stored, seed)


def load(folder: Path) -> StoredKey:
    """Read the file. Raises VaultAbsentError, AdminKeyDamagedError, CostRefusedError or VaultUnsafeError."""
    with guarded():
        if not exists(folder):
            raise VaultAbsentError("There is no admin key.", "Make one with `inhouse admin init`.")
        guard.check_file(folder / FILE)
        with (folder / FILE).open("rb") as stream:
            content = stream.read(_CEILING + 1)
    return _of_bytes(content)


def unlock(folder: Path, passphrase: str) -> Admin:
    """Open the signing key. Raises WrongPassphraseError, or what `load` raises."""
    stored = load(folder)
    try:
        seed = slots.open_slot(stored.id, stored.slot, passphrase)
    except VaultDamagedError:
        raise _damaged() from None
    if seed is None:
        raise WrongPassphraseError
    if _public_of(seed) != stored.public:
        wipe(seed)
        raise _damaged()
    return Admin(folder, stored, seed)


def verify(public: bytes, purpose: str, content: bytes, signature: bytes) -> None:
    """Raises SignatureRefusedError unless this key signed this content for this purpose."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed(purpose, content))
    except (InvalidSignature, ValueError):
        raise SignatureRefusedError(f"The signature of the {purpose} does not fit.") from None


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key as 16 groups of four hex digits."""
    digits = hashlib.sha256(b"inhouse/admin/1" + public).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _signed(purpose: str, content: bytes) -> bytes:
    return fields(b"inhouse/signed/1", purpose.encode(), content)


def _public_of(seed: bytearray) -> bytes:
    public = Ed25519PrivateKey.from_private_bytes(bytes(seed)).public_key()
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _log_place(identity: bytes, log: bytes) -> bytes:
    return fields(b"admin/audit/1", identity, log)


def _to_bytes(stored: StoredKey) -> bytes:
    said = {
        "format": 1,
        "id": stored.id.hex(),
        "public": stored.public.hex(),
        "slot_id": stored.slot.id.hex(),
        "slot": stored.slot.to_bytes().hex(),
        "logs": {log.hex(): box.hex() for log, box in stored.logs.items()},
    }
    return json.dumps(said, indent=1).encode() + b"\n"


def _of_bytes(content: bytes) -> StoredKey:
    if len(content) > _CEILING:
        raise _damaged()
    try:
        said = json.loads(content)
        if said["format"] != 1 or len(said["logs"]) > _MAX_LOGS:
            raise _damaged()
        identity, public = bytes.fromhex(said["id"]), bytes.fromhex(said["public"])
        slot = slots.Slot.from_bytes(bytes.fromhex(said["slot_id"]), bytes.fromhex(said["slot"]))
        logs = {bytes.fromhex(log): bytes.fromhex(box) for log, box in said["logs"].items()}
    except CostRefusedError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, VaultDamagedError):
        raise _damaged() from None
    if (len(identity), len(public), slot.kind) != (ID_BYTES, KEY_BYTES, slots.PASSPHRASE):
        raise _damaged()
    return StoredKey(identity, public, slot, logs)


def _damaged() -> AdminKeyDamagedError:
    return AdminKeyDamagedError("The file of the admin key is damaged or was altered.")
