"""Opens and locks one person's history; fills `app.tui.entrance.Entrance`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Literal

from app.assembly import Parts
from app.errors import EXPECTED, HistoryLockedError
from app.locations import locate, profile_names
from app.recorders import KeptTurns
from app.tui.entrance import Owner, Strength

if TYPE_CHECKING:
    from app.history.backups import Backups
    from app.history.history import History
    from app.keeping import AssembledKeeping

_LOOK_EVERY = 3600.0
"""Seconds between two looks at what is due: a copy, what is to be erased by itself."""


_NO_KEYRING = "The policy of this site lets no keyring open a history, so the passphrase is asked for."


@dataclass(slots=True)
class _Opened:
    """An open history and what was made with its keys."""

    history: History
    turns: KeptTurns
    keeping: AssembledKeeping
    backups: Backups
    ends: Event = field(default_factory=Event)
    said: list[str] = field(default_factory=list)
    """What went wrong behind the window."""

    def look_after(self) -> None:
        """Take a copy when one is due and erase what is over, until the history is locked."""
        while not self.ends.is_set():
            try:
                self.backups.keep()
                if words := self.keeping.tidy().words:
                    self.said.append(words)
            except HistoryLockedError:
                return
            except EXPECTED as error:
                self.said.append(f"No copy of the history was taken. {error} {error.remedy}".strip())
            self.ends.wait(_LOOK_EVERY)

    def close(self) -> None:
        """Drop keys and index."""
        self.ends.set()
        try:
            self.keeping.close()
        finally:
            self.history.close()


class AssembledEntrance:
    """The way into the history. Cheap to construct."""

    def __init__(self, parts: Parts, environment: Mapping[str, str]) -> None:
        self.lock_minutes = parts.settings.window.lock_minutes
        self._parts = parts
        self._environment = environment
        self._opened: _Opened | None = None
        self._folder = parts.locations.history
        self._profile = environment.get("INHOUSE_PROFILE", "")

    def owner(self) -> Owner:
        """Whose history this is, and whose it could be."""
        from app.administration.governing import rules_of
        from app.history.history import History

        names = [*profile_names(self._parts.locations)]
        if names and History.state(self._folder_of("")) != "absent":
            names.insert(0, "")
        others = tuple(name for name in names if name != self._profile)
        remark = "" if rules_of(self._parts.policy).keyring else _NO_KEYRING
        return Owner(profile=self._profile, others=others, remark=remark)

    def choose_profile(self, name: str) -> None:
        """Turn to another history, which stays locked."""
        folder = self._folder_of(name)
        self.lock()
        self._folder, self._profile = folder, name

    def _folder_of(self, profile: str) -> Path:
        named = locate({**self._environment, "INHOUSE_PROFILE": profile})  # refuses what is no name
        if profile:
            return self._parts.locations.profiles / profile
        begun_with = self._environment.get("INHOUSE_PROFILE", "")
        return named.history if begun_with else self._parts.locations.history

    def history_state(self) -> Literal["absent", "locked", "open"]:
        """Whether a history exists, and whether this desk has opened it."""
        from app.history.history import History

        if self._opened is not None:
            return "open"
        return "absent" if History.state(self._folder) == "absent" else "locked"

    def unlock_without_asking(self) -> bool:
        """Use the passphrase file or the keyring, if the person chose one of them."""
        from app.administration.governing import rules_of
        from app.history.history import History
        from app.history.passphrase import given_passphrase

        passphrase = given_passphrase(None, self._environment)
        if passphrase is not None:
            if self.history_state() == "absent":
                self.create_history(passphrase)
            else:
                self.unlock(passphrase)
            return True
        if self.history_state() == "absent" or not rules_of(self._parts.policy).keyring:
            return False
        try:
            self._take(History.open_with_keyring(self._folder))
        except HistoryLockedError:
            return False
        return True

    def create_history(self, passphrase: str) -> None:
        """Begin a history."""
        from app.history.history import History

        self._take(History.create(self._folder, passphrase))

    def unlock(self, passphrase: str) -> None:
        """Open the history; after wrong passphrases not before their delay is over."""
        from app.administration.governing import recorded
        from app.history.history import History

        with recorded(self._parts.administration):
            history = History.open(self._folder, passphrase)
        self._take(history)

    def seconds_to_wait(self) -> float:
        """Until the next passphrase is tried."""
        from app.history.attempts import IN_THIS_PROCESS

        return IN_THIS_PROCESS.seconds_left(self._folder.absolute())

    def recover(self, code: str, passphrase: str) -> None:
        """Open the history with its recovery code, and set a new passphrase."""
        from app.history.history import History

        history = History.open_with_recovery(self._folder, code)
        try:
            history.reset_passphrase(passphrase)
        except BaseException:
            history.close()
            raise
        self._take(history)

    def new_recovery_code(self) -> str:
        """A code that opens the history, in groups."""
        return self._open.history.new_recovery_code()

    def drop_recovery_code(self) -> None:
        """Let no recovery code open the history."""
        self._open.history.drop_recovery_code()

    def strength(self, passphrase: str) -> Strength:
        """How hard it is to guess."""
        from app.history.passphrase import strength

        found = strength(passphrase)
        return Strength(found.score, found.words)

    def notices(self) -> Sequence[str]:
        """What the history and the audit log say, and what went wrong while the history was looked after."""
        opened = self._open
        return (*opened.history.notices, *opened.said, *self._parts.administration.notices)

    def keeping(self) -> AssembledKeeping:
        """The conversations in order."""
        return self._open.keeping

    def lock(self) -> None:
        """Drop the keys, the index and everything made with them. Harmless when locked."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    @property
    def _open(self) -> _Opened:
        if self._opened is None:
            raise HistoryLockedError("The history is locked.", "Give its passphrase first.")
        return self._opened

    def _take(self, history: History) -> None:
        from app.administration.governing import govern
        from app.history.backups import Rules, backups_of
        from app.keeping import AssembledKeeping

        govern(history, self._parts.policy, self._parts.administration)
        wanted = self._parts.settings.history
        folder = Path(wanted.backup_folder) if wanted.backup_folder else self._folder / "backups"
        rules = Rules(wanted.backup_days, wanted.backup_copies, wanted.backup_horizon_days)
        backups = backups_of(history, folder, rules)
        opened = _Opened(history, KeptTurns(history), AssembledKeeping(history, backups), backups)
        self._opened = opened
        opened.keeping.begin()
        Thread(target=opened.look_after, name="history upkeep", daemon=True).start()
