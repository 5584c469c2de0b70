"""How the history is opened and locked, as the window needs it; a part of the port in `app.tui.desk`.

As there, methods may block and are called from a worker thread. No passphrase and no code is kept by the
window: each is handed over once and forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from app.tui.keeping import Keeping


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a passphrase is to guess."""

    score: int
    """0, guessed at once, to 4, out of reach."""

    words: str
    """The same for people, with what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose history is to be opened, where several people share an account."""

    profile: str = ""
    """Empty for the history of the account itself."""

    others: tuple[str, ...] = ()
    """Profiles that could be chosen instead; the empty one is the account itself."""

    remark: str = ""
    """Why the passphrase is asked for although something else could open the history."""


class Entrance(Protocol):
    """One person's history, locked or open."""

    lock_minutes: int
    """Minutes without a key or a click after which the window locks; 0 for never. Costs nothing to read."""

    def history_state(self) -> Literal["absent", "locked", "open"]:
        """Whether a history exists, and whether this desk has opened it."""
        ...

    def owner(self) -> Owner:
        """Whose history this is, and whose it could be. Raises AdminError, SettingsError."""
        ...

    def choose_profile(self, name: str) -> None:
        """Turn to another history, which stays locked; the one that was open is locked first.

        Raises SettingsError for a name that no profile can have.
        """
        ...

    def unlock_without_asking(self) -> bool:
        """Open the history with the passphrase file or keyring the person chose; False if neither is set."""
        ...

    def create_history(self, passphrase: str) -> None:
        """Begin a history sealed with `passphrase`. Takes about a second on purpose."""
        ...

    def unlock(self, passphrase: str) -> None:
        """Open the history; takes about a second on purpose. Raises HistoryLockedError if it does not fit."""
        ...

    def seconds_to_wait(self) -> float:
        """Until the next passphrase is tried, after wrong ones; 0 if it may be given now."""
        ...

    def recover(self, code: str, passphrase: str) -> None:
        """Open the history with its recovery code and put a new passphrase in place of the forgotten one.

        Raises HistoryLockedError for a code that does not fit, or a passphrase that is too weak.
        """
        ...

    def strength(self, passphrase: str) -> Strength:
        """How hard a new passphrase is to guess; nothing of it is kept."""
        ...

    def new_recovery_code(self) -> str:
        """A code that opens the history if the passphrase is forgotten, in groups; an earlier one ends."""
        ...

    def drop_recovery_code(self) -> None:
        """Let no recovery code open the history."""
        ...

    def notices(self) -> Sequence[str]:
        """What the person must know about the history that was just opened; empty when all is well."""
        ...

    def keeping(self) -> Keeping:
        """The conversations in order. Raises HistoryLockedError while the history is locked."""
        ...

    def lock(self) -> None:
        """Drop the keys and everything made with them; the child processes go on."""
        ...
