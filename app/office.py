"""The admin's role and the rules of the site; fills `app.tui.office.Office`."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Mapping
from importlib.metadata import version

from app.assembly import Parts
from app.entrance import AssembledEntrance
from app.errors import EXPECTED
from app.tui.office import About, Rules

_LIBRARIES = ("textual", "cryptography", "chromadb", "spacy", "llama-cpp-python")


class AssembledOffice(AssembledEntrance):
    """Cheap to construct."""

    def __init__(self, parts: Parts, environment: Mapping[str, str]) -> None:
        super().__init__(parts, environment)
        # Looked at before anything else runs: the first look at a signature makes the key a known one.
        self._to_be_met = not parts.locations.known_admin.exists()
        self._admin_until = 0.0

    def create_history(self, passphrase: str) -> None:
        """Begin a history; whoever does is shown who the admin is."""
        super().create_history(passphrase)
        self._to_be_met = True

    def unlock_admin(self, passphrase: str) -> None:
        """Prove the role for fifteen minutes. Raises AdminError."""
        from app.administration.role import UNLOCKED_FOR

        administration = self._parts.administration
        administration.unlock(passphrase)
        self._admin_until = administration.clock() + UNLOCKED_FOR

    def stay_admin(self) -> None:
        """Begin the fifteen minutes anew, for work that runs on and was begun by the admin."""
        from app.administration.role import UNLOCKED_FOR

        if self.admin_seconds():
            self._parts.administration.stay_unlocked()
            self._admin_until = self._parts.administration.clock() + UNLOCKED_FOR

    def lock_admin(self) -> None:
        """Give the role back; harmless when nobody has it."""
        if self._admin_until:
            self._admin_until = 0.0
            self._parts.administration.lock()

    def admin_seconds(self) -> float:
        """How long the role is still held."""
        if not self._admin_until:
            return 0.0
        return max(self._admin_until - self._parts.administration.clock(), 0.0)

    def new_admin(self) -> str:
        """The fingerprint of an admin key that this person has not been shown yet; empty afterwards."""
        wanted, self._to_be_met = self._to_be_met, False
        return self._parts.administration.fingerprint() if wanted else ""

    def rules(self) -> Rules:
        """What the policy says; with one that cannot be trusted nothing is allowed."""
        try:
            policy = self._parts.policy.current()
        except EXPECTED as error:
            return Rules(export=False, trouble=f"{error} {error.remedy}".strip())
        return Rules(modes=policy.answer.modes, export=policy.history.export)

    def about(self) -> About:
        """What runs here, and who vouches for it."""
        found = (("inhouse", version("inhouse")), ("Python", platform.python_version()))
        libraries = tuple((name, version(name)) for name in _LIBRARIES)
        return About(
            fingerprint=self._parts.administration.fingerprint(),
            documents=self._signed(),
            profile=self.owner().profile,
            versions=(*found, ("SQLite", sqlite3.sqlite_version), *libraries),
        )

    def _signed(self) -> str:
        if not self._parts.administration.is_set_up:
            return "need no signature here"
        try:
            self._parts.seal.check()
        except EXPECTED as error:
            return f"{error} {error.remedy}".strip()
        return "signed by the admin"
