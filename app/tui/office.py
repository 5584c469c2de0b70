"""The admin's role and the rules of the site, as the window needs them; a part of the port in `app.tui.desk`.

As there, methods may block and are called from a worker thread. The admin's passphrase is handed over once
and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.turn import Mode

MODES: tuple[Mode, ...] = ("documents_only", "documents_first", "free")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the admin decided for everybody."""

    modes: tuple[Mode, ...] = MODES
    """Where answers may come from."""

    export: bool = True
    """Whether conversations may be written out in clear."""

    trouble: str = ""
    """Why no rules can be read or trusted, so that nothing is answered; empty when all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What runs here and who vouches for it."""

    fingerprint: str = ""
    """Of the admin's public key; empty where there is no admin."""

    documents: str = ""
    """Whether the admin signed the documents, or why they are not answered from."""

    profile: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    """Names of programs and libraries with their versions."""


class Office(Protocol):
    """The admin's role, while somebody has it."""

    def unlock_admin(self, passphrase: str) -> None:
        """Prove the role for fifteen minutes. Raises AdminError; takes about a second on purpose."""
        ...

    def lock_admin(self) -> None:
        """Give the role back; harmless when nobody has it."""
        ...

    def admin_seconds(self) -> float:
        """How long the role is still held; 0 when it is not."""
        ...

    def new_admin(self) -> str:
        """The fingerprint of an admin key that this person has not been shown yet; empty afterwards."""
        ...

    def about(self) -> About:
        """What runs here; reads the documents once if they are signed."""
        ...
