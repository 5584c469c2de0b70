"""Records admin and security events; the only way of the program to its audit log.

Promises
    * No text of a message, prompt or document, no name of a file and no passphrase is recorded: an event
      has a name of the closed list below, a hash and counts.
    * Accounts appear under pseudonyms; the name behind one stands in a file apart and can be forgotten.
    * A log that cannot be written never stops work, and never in silence: `record` says why.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from app.vault import guard
from app.vault.audit_chain import Event
from app.vault.audit_log import AuditLog
from app.vault.errors import VaultError
from app.vault.files import guarded, patient_lock, replace_file
from safety.terminal import safe_line

What = Literal[
    "admin.init",
    "admin.unlock",
    "admin.refused",
    "admin.passphrase",
    "audit.begin",
    "audit.verify",
    "docs.add",
    "docs.remove",
    "docs.sync",
    "docs.watch",
    "docs.rollback",
    "docs.prune",
    "docs.rebuild",
    "docs.collection",
    "docs.sign",
    "docs.refused",
    "entities.load",
    "entities.correct",
    "models.add",
    "models.remove",
    "models.refused",
    "policy.sign",
    "policy.refused",
    "policy.override",
    "quarantine.release",
    "history.unlock",
    "history.refused",
    "history.rekey",
    "history.passphrase",
    "history.recovery",
    "history.backup",
    "history.restore",
    "history.repair",
    "history.erase",
    "history.incident",
    "history.hold",
]
EVENTS = frozenset(get_args(What))

_NAMES, _NAMES_LOCK = "names.json", "names.lock"
_PATIENCE = 5.0  # seconds
_NAMES_CEILING = 256 * 1024
_MOST_NAMES, _NAME_LENGTH = 2_000, 200


class Auditor:
    """Cheap to construct; nothing is created before the first event."""

    def __init__(self, folder: Path, account: str) -> None:
        self._folder = folder
        self._account = _line(account)
        self.log = AuditLog(folder)

    def record(self, what: What, *, subject: bytes = b"", counts: Mapping[str, int] | None = None) -> str:
        """Write one event; `subject` is hashed. Returns why it could not be written, empty if it was."""
        if what not in EVENTS:
            raise ValueError(f"{what} is no event of the audit log")
        try:
            event = Event(
                time=datetime.now(UTC).isoformat(timespec="seconds"),
                who=self._pseudonym(),
                what=what,
                subject=hashlib.sha256(subject).hexdigest() if subject else "",
                counts=dict(counts or {}),
            )
            self.log.append(event)
        except VaultError as error:
            return f"This was not recorded in the audit log: {error}"
        return ""

    def names(self) -> dict[str, str]:
        """Pseudonym to account, as far as it was not forgotten."""
        try:
            with (self._folder / _NAMES).open("rb") as stream:
                said = json.loads(stream.read(_NAMES_CEILING + 1))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(said, dict):
            return {}
        # Anybody who can write the folder can alter it, and names are shown beside events.
        return {_line(key): _line(value) for key, value in list(said.items())[:_MOST_NAMES]}

    def forget(self, account: str) -> int:
        """Forget which pseudonyms stand for an account; the entries stay. Returns how many there were."""
        with self._names_alone():
            known = self.names()
            kept = {key: value for key, value in known.items() if value != _line(account)}
            if len(kept) < len(known):
                self._keep(kept)
        return len(known) - len(kept)

    def _pseudonym(self) -> str:
        with self._names_alone():
            known = self.names()
            for key, value in known.items():
                if value == self._account:
                    return key
            new = secrets.token_hex(8)
            if len(known) < _MOST_NAMES:
                self._keep({**known, new: self._account})
            return new

    @contextmanager
    def _names_alone(self) -> Iterator[None]:
        """No other process reads and writes the names meanwhile."""
        with guarded():
            guard.make_folder(self._folder)
            lock = patient_lock(self._folder / _NAMES_LOCK, _PATIENCE)
            try:
                yield
            finally:
                lock.release()

    def _keep(self, names: Mapping[str, str]) -> None:
        replace_file(self._folder / _NAMES, json.dumps(dict(names)).encode())


def _line(text: object) -> str:
    return safe_line(str(text), _NAME_LENGTH)
