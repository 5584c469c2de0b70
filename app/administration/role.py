"""Who is the admin: whoever unlocked the signing key of this installation, and nobody else.

Promises
    * Without an admin key everybody may do everything, as on a machine of one's own; once there is one,
      what only the admin may do needs its passphrase. No setting, flag or variable makes somebody the admin.
    * An unlocked key is forgotten after fifteen minutes.
    * The public key that a person has seen is remembered; another one is refused until the person says
      that it is right. So is the time of the newest signature: an older state that was signed is refused.

Not promised
    * Where several people share one account, files can be deleted by any of them; what the program
      answers from can then be missing, but not forged.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from app.administration.auditing import Auditor, What
from app.errors import AdminChangedError, AdminError, AdminNeededError, NotSignedError
from app.locations import Locations
from app.vault import admin_key, checkpoints, guard
from app.vault import errors as vault
from app.vault.admin_key import Admin
from app.vault.files import guarded, replace_file
from app.vault.keys import KdfCost, calibrated

UNLOCKED_FOR = 15 * 60.0
"""Seconds."""

_PIN_CEILING = 1024


def nobody() -> str | None:
    """Asks nobody for the passphrase."""
    return None


@dataclass(frozen=True, slots=True)
class _Pin:
    """What a person knows of the admin."""

    public: bytes
    newest: Mapping[str, str]
    """Purpose to the time of the newest signature that was seen."""


@dataclass(slots=True)
class Administration:
    """Cheap to construct; opens nothing before it is asked."""

    locations: Locations
    auditor: Auditor
    ask: Callable[[], str | None] = field(default=nobody, repr=False)
    """Where a passphrase comes from when one is needed; None if nobody gives one."""

    clock: Callable[[], float] = time.monotonic
    _lock: RLock = field(default_factory=RLock, repr=False)
    _admin: Admin | None = field(default=None, repr=False)
    _until: float = 0.0
    _notices: list[str] = field(default_factory=list, repr=False)

    @property
    def is_set_up(self) -> bool:
        """Whether this installation has, or had as far as this person knows, an admin key."""
        return admin_key.exists(self.locations.admin) or self._known() is not None

    @property
    def notices(self) -> tuple[str, ...]:
        """What could not be recorded; empty when all is well."""
        return tuple(self._notices)

    def public(self) -> bytes | None:
        """The admin's public key, None where there is no admin.

        Raises AdminChangedError if it is not the one that this person knows, or if that one is gone;
        AdminError if the file cannot be read.
        """
        known = self._known()
        if not admin_key.exists(self.locations.admin):
            if known is None:
                return None
            raise AdminChangedError(
                "The admin key of this installation is gone.",
                "Ask the admin to put admin.json back; `inhouse admin trust none` goes on without an admin.",
            )
        with translated():
            public = admin_key.load(self.locations.admin).public
        if known is None:
            self._remember(public)
        elif known != public:
            raise AdminChangedError(
                "The admin key of this installation is not the one that was there before."
            )
        return public

    def fingerprint(self) -> str:
        """Of the admin's public key as it lies there; empty without one."""
        if not admin_key.exists(self.locations.admin):
            return ""
        with translated():
            return admin_key.load(self.locations.admin).fingerprint()

    def trust(self, fingerprint: str) -> None:
        """Know this admin key from now on; "none" forgets the one that was known."""
        wanted = fingerprint.replace(" ", "").lower()
        if wanted == "none":
            if admin_key.exists(self.locations.admin):
                raise AdminError("There is an admin key here.", "Name its fingerprint instead.")
            self.locations.known_admin.unlink(missing_ok=True)
            return
        with translated():
            stored = admin_key.load(self.locations.admin)
        if wanted != stored.fingerprint().replace(" ", ""):
            raise AdminError("That is not the fingerprint of the admin key that lies here.")
        self._remember(stored.public)

    def create(self, passphrase: str, cost: KdfCost | None = None) -> str:
        """Make the admin key and stay unlocked; its fingerprint. Raises AdminError if there is one."""
        with self._lock, translated():
            if self._known() is not None and not admin_key.exists(self.locations.admin):
                self.public()
            self._hold(admin_key.create(self.locations.admin, passphrase, cost or calibrated()))
            self._remember(admin_key.load(self.locations.admin).public)
            self.record("admin.init")
            self._checkpoint()
        return self.fingerprint()

    def unlock(self, passphrase: str) -> None:
        """Prove the role for fifteen minutes. Raises AdminError, which is recorded."""
        self.public()
        with self._lock, translated():
            try:
                self._hold(admin_key.unlock(self.locations.admin, passphrase))
            except vault.WrongPassphraseError:
                self.record("admin.refused")
                raise AdminError(
                    "The admin key could not be opened with this passphrase.", "Try again."
                ) from None
            self.record("admin.unlock")
            self._checkpoint()

    def stay_unlocked(self) -> None:
        """Begin the fifteen minutes anew, for work that runs on and was begun by the admin."""
        with self._lock:
            if self._admin is not None:
                self._until = self.clock() + UNLOCKED_FOR

    def lock(self) -> None:
        """Forget the key; harmless when called again."""
        with self._lock:
            if self._admin is not None:
                self._admin.close()
            self._admin = None

    def require(self, what: What) -> Admin | None:
        """The unlocked key, asked for if need be; None where there is no admin.

        Raises AdminNeededError, which is recorded with what was tried.
        """
        if self.public() is None:
            return None
        with self._lock:
            if self._admin is None or self.clock() > self._until:
                self.lock()
                passphrase = self.ask()
                if passphrase is None:
                    self.record("admin.refused", subject=what.encode())
                    raise AdminNeededError("Only the admin of this installation may do this.")
                self.unlock(passphrase)
            return self._admin

    def change_passphrase(self, passphrase: str, cost: KdfCost | None = None) -> None:
        """The same key behind another passphrase."""
        admin = self.require("admin.passphrase")
        if admin is None:
            raise AdminError("There is no admin key.", "Make one with `inhouse admin init`.")
        with translated():
            admin.change_passphrase(passphrase, cost or calibrated())
        self.record("admin.passphrase")

    def audit(self) -> checkpoints.Report:
        """Verify the audit log from its first entry; needs the admin key, which holds the first one."""
        admin = self.require("audit.verify")
        if admin is None:
            raise AdminError(
                "Without an admin key the audit log cannot be verified.",
                "Make one with `inhouse admin init`.",
            )
        with translated():
            report = checkpoints.audit(self.auditor.log, admin, self.locations.checkpoints)
        if report.bad is None:
            self.record("audit.verify", counts={"entries": report.entries})
            self._checkpoint()
        return report

    def record(self, what: What, *, subject: bytes = b"", counts: dict[str, int] | None = None) -> None:
        """Write an event; what cannot be written becomes a notice. Signs each sixty-fourth if it can."""
        if trouble := self.auditor.record(what, subject=subject, counts=counts):
            if trouble not in self._notices:
                self._notices.append(trouble)
            return
        with self._lock:
            if self._admin is not None and self.clock() <= self._until:
                count, _ = self.auditor.log.end()
                if count % checkpoints.EVERY == 0:
                    self._checkpoint()

    def close(self) -> None:
        """Forget the key."""
        self.lock()

    def _hold(self, admin: Admin) -> None:
        self.lock()
        self._admin = admin
        self._until = self.clock() + UNLOCKED_FOR

    def _checkpoint(self) -> None:
        if self._admin is None:
            return
        try:
            checkpoints.sign_now(self.auditor.log, self._admin, self.locations.checkpoints)
        except vault.VaultError as error:
            trouble = f"No checkpoint of the audit log was signed. {error} {error.remedy}"
            if trouble not in self._notices:
                self._notices.append(trouble)

    def refuse_older(self, purpose: str, signed: str) -> None:
        """Raises NotSignedError if this person has seen what the admin signed later for this purpose.

        `signed` is the time in the signature; the newest one is remembered.
        """
        pin, newest = self._pin(), self.newest(purpose)
        if signed < newest:
            raise NotSignedError(f"The {purpose} is an older one than was here before.")
        if pin is not None and signed > newest:
            self._keep(_Pin(pin.public, {**pin.newest, purpose: signed}))

    def newest(self, purpose: str) -> str:
        """Time of the newest signature for this purpose that this person saw; empty if none was."""
        pin = self._pin()
        return pin.newest.get(purpose, "") if pin else ""

    def _known(self) -> bytes | None:
        pin = self._pin()
        return pin.public if pin else None

    def _pin(self) -> _Pin | None:
        try:
            with self.locations.known_admin.open("rb") as stream:
                said = json.loads(stream.read(_PIN_CEILING))
            newest = {str(purpose): str(time) for purpose, time in said["newest"].items()}
            return _Pin(bytes.fromhex(said["public"]), newest)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # A pin that cannot be read matches no key: somebody must look.
            return _Pin(b"", {})

    def _remember(self, public: bytes) -> None:
        pin = self._pin()
        self._keep(_Pin(public, pin.newest if pin and pin.public == public else {}))

    def _keep(self, pin: _Pin) -> None:
        said = {"public": pin.public.hex(), "newest": dict(pin.newest)}
        with translated(), guarded():
            guard.make_folder(self.locations.known_admin.parent)
            replace_file(self.locations.known_admin, json.dumps(said).encode())


@contextmanager
def translated() -> Iterator[None]:
    """What the vault's package reports leaves as an error that front ends catch."""
    try:
        yield
    except vault.SignatureRefusedError as error:
        raise NotSignedError(str(error)) from None
    except vault.VaultError as error:
        raise AdminError(str(error), error.remedy) from None
