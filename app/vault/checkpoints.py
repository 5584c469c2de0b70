"""Signed checkpoints of the audit log: what the admin vouched for, kept in more than one place.

Promises
    * A checkpoint says how many entries there were and where they ended, under the admin's signature.
    * A log that lost entries behind a checkpoint, or holds others, does not match it, also when the
      writer's key was put back together with the log.
    * No checkpoint is signed over one that the log does not match: that would cover up what happened.

Not promised
    * Noticing the loss of what came after the newest checkpoint that is still to be found.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.vault import admin_key, guard
from app.vault.admin_key import Admin
from app.vault.audit_chain import MAX_ENTRIES, Checkpoint
from app.vault.audit_log import AuditLog
from app.vault.errors import AuditDamagedError, SignatureRefusedError
from app.vault.files import guarded, replace_file

PURPOSE = "audit checkpoint"
EVERY = 64
"""Entries between two checkpoints while the admin key is unlocked."""

_CEILING = 1024


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found."""

    entries: int
    bad: int | None
    """Number of the first entry that does not fit or is missing; None if all is well."""

    why: str
    checkpoint: Checkpoint | None
    """The newest that is signed."""

    refused: tuple[str, ...]
    """Names of checkpoint files that hold something else."""


def sign(log: AuditLog, admin: Admin, time: str, places: Sequence[Path]) -> Checkpoint:
    """Vouch for the log as it stands and keep that in every place; the first key goes to the admin.

    Raises AuditDamagedError, also where the log is not the one that was vouched for before,
    VaultUnsafeError or VaultNotSavedError.
    """
    count, head = log.end()
    identity = log.identity() or b""
    _refuse_another(log, identity, admin, places)
    if (first := log.first_key()) is not None:
        admin.keep_first_key(identity, first)
        log.forget_first_key()
    checkpoint = Checkpoint(count, head, time)
    signature = admin.sign(PURPOSE, checkpoint.to_bytes(identity))
    said = {"count": count, "head": head.hex(), "time": time, "signature": signature.hex()}
    with guarded():
        for place in places:
            guard.make_folder(place.parent)
            guard.check_file(place)
            replace_file(place, json.dumps(said).encode() + b"\n")
    return checkpoint


def _refuse_another(log: AuditLog, identity: bytes, admin: Admin, places: Sequence[Path]) -> None:
    if admin.holds_logs and admin.first_key(identity) is None:
        raise AuditDamagedError("The log is another one than the admin vouched for before.")
    signed, _ = _signed(places, admin.public, identity)
    # Which entries stand before these heads is left to `audit`, which recomputes them all.
    heads = log.heads({one.count for one in signed})
    if any(heads.get(one.count) != one.head for one in signed):
        raise AuditDamagedError("The log is not the one that its newest checkpoint vouches for.")


def sign_now(log: AuditLog, admin: Admin, places: Sequence[Path]) -> Checkpoint:
    """`sign` at this moment."""
    return sign(log, admin, datetime.now(UTC).isoformat(timespec="seconds"), places)


def audit(log: AuditLog, admin: Admin, places: Sequence[Path]) -> Report:
    """Verify every entry with the first key that the admin holds, and hold the log to its checkpoints."""
    identity = log.identity()
    if identity is None:
        return _without_log(admin, places)
    # A log that began before there was an admin has its first key with it; a second log never has.
    first = admin.first_key(identity) or (None if admin.holds_logs else log.first_key())
    signed, refused = _signed(places, admin.public, identity)
    newest = max(signed, key=lambda one: one.count, default=None)
    if first is None:
        why = "The admin does not hold the first key of this log: it was replaced by another one."
        return Report(0, 0, why, newest, refused)
    findings = log.verify(first, [one.count for one in signed])
    if findings.bad is None:
        for one in sorted(signed, key=lambda one: one.count):
            if findings.heads.get(one.count) != one.head:
                why = f"The log is not the one that the checkpoint of {one.time} vouches for."
                return Report(findings.entries, min(findings.entries, one.count), why, newest, refused)
    return Report(findings.entries, findings.bad, findings.why, newest, refused)


def _without_log(admin: Admin, places: Sequence[Path]) -> Report:
    held = any(place.exists() for place in places) or admin.holds_logs
    return Report(0, 0 if held else None, "The audit log is gone." if held else "", None, ())


def _signed(
    places: Sequence[Path], public: bytes, identity: bytes
) -> tuple[list[Checkpoint], tuple[str, ...]]:
    found: list[Checkpoint] = []
    refused = []
    for place in places:
        with suppress(FileNotFoundError):
            checkpoint = _read(place, public, identity)
            if checkpoint is None:
                refused.append(place.name)
            else:
                found.append(checkpoint)
    return found, tuple(refused)


def _read(place: Path, public: bytes, identity: bytes) -> Checkpoint | None:
    """The checkpoint in a file, None if it is not one that this admin signed for this log."""
    with place.open("rb") as stream:
        content = stream.read(_CEILING + 1)
    try:
        said = json.loads(content)
        checkpoint = Checkpoint(int(said["count"]), bytes.fromhex(said["head"]), str(said["time"]))
        signature = bytes.fromhex(said["signature"])
        if not 0 <= checkpoint.count <= MAX_ENTRIES:
            return None
        admin_key.verify(public, PURPOSE, checkpoint.to_bytes(identity), signature)
    except (ValueError, TypeError, KeyError, RecursionError, SignatureRefusedError):
        return None
    return checkpoint
