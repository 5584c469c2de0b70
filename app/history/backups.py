"""Sealed copies of a history: taken by hand or by themselves, listed, and removed when their time is over.

Promises
    * A copy that is listed was read whole before it got its name.
    * The newest good copy is never removed by itself, and a copy made by hand never is at all.
    * A clock that jumps removes nothing early: ages are those of `app.history.steady`. A copy whose
      age is not known (the history was put back meanwhile) counts as new.

Not promised
    * Knowing copies that were carried elsewhere with other means than this program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.contract.history import BackupShape
from app.history.core import Core
from app.vault import backup
from app.vault.backup import Copy
from app.vault.errors import RecordUnreadableError, VaultError

if TYPE_CHECKING:
    from app.history.history import History

DAY = 24 * 3600
_SETTING = "backups"
_MOST_FOLDERS, _MOST_AGES = 20, 1000


@dataclass(frozen=True, slots=True)
class Rules:
    """When copies are taken by themselves, and how long those are kept."""

    days: int = 1
    """Between two copies; 0 takes none."""

    copies: int = 7
    """At most."""

    horizon_days: int = 30
    """After that a copy is removed even if there are fewer; so what was erased is gone from copies too."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a look at the schedule did."""

    taken: Copy | None = None
    removed: tuple[Copy, ...] = ()


@dataclass(slots=True)
class _Known:
    """What the history remembers of its copies, sealed in it."""

    ages: dict[str, int] = field(default_factory=dict)
    """File name to the second of the steady clock at which it was taken."""

    folders: list[str] = field(default_factory=list)
    """Where copies were made by hand."""


@dataclass(frozen=True, slots=True)
class Backups:
    """The copies of one open history. `folder` is where they go unless another is named."""

    core: Core
    folder: Path
    rules: Rules = field(default_factory=Rules)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def take(self, folder: Path | None = None) -> BackupShape:
        """Copy now, by hand. Raises HistoryDamagedError, HistoryUnsafeError or HistoryNotSavedError."""
        target = (folder or self.folder).absolute()
        with self.core.at_work() as vault:
            known = self._known()
            if folder is not None and str(target) not in known.folders:
                # Before the copy: an erasure must not overlook it.
                known.folders = [*known.folders, str(target)][-_MOST_FOLDERS:]
                self._remember(known)
            taken = self._shape(backup.take(vault, target, self.clock()))
        self.core.tell("history.backup", taken.conversations)
        return taken

    def due(self) -> bool:
        """Whether a copy is to be taken by itself: none yet, or the newest is old by any clock."""
        with self.core.at_work():
            return self._due(self._known(), self.core.seconds())

    def keep(self) -> Kept:
        """Take a copy if one is due, remove those whose time is over. For each unlocking and each day."""
        with self.core.at_work() as vault:
            known, now = self._known(), self.core.seconds()
            taken = None
            if self._due(known, now):
                taken = backup.take(vault, self.folder, self.clock(), scheduled=True)
                known.ages[taken.file.name] = now
            over = self._over(known, now)
            for copy in over:
                backup.remove(copy)
            if taken or over:
                present = {copy.file.name for copy in backup.copies(self.folder)}
                known.ages = {name: age for name, age in known.ages.items() if name in present}
                self._remember(known)
            return Kept(taken, tuple(over))

    def listed(self) -> list[BackupShape]:
        """Every copy of this history that can be reached, folder by folder, oldest first.

        Behind them what restores and repairs put aside, which is as good as a copy to whoever finds it.
        """
        with self.core.at_work() as vault:
            return [self._shape(copy) for copy in self._reachable(vault.id)]

    def holding(self, conversations: Sequence[str]) -> list[BackupShape]:
        """Copies that hold one of these, or may: damaged ones and ones under other keys are counted in.

        Call it before erasing: afterwards nobody knows the names of what was erased.
        """
        with self.core.at_work() as vault:
            wanted = set(conversations)
            names = frozenset(
                entry.name for entry in vault.entries() if (entry.id or entry.name).hex() in wanted
            )
            held = (copy for copy in self._reachable(None) if backup.may_hold(copy, vault, names))
            return [self._shape(copy) for copy in held]

    def out_of_reach(self) -> list[str]:
        """Folders in which copies were made by hand and that are not there now."""
        with self.core.at_work():
            return [folder for folder in self._known().folders if not Path(folder).is_dir()]

    def _due(self, known: _Known, now: int) -> bool:
        if self.rules.days == 0 or not self.core.vault.entries():
            return False
        mine = self._mine()
        if not mine:
            return True
        newest = mine[-1]
        apart = abs((self.clock() - newest.taken).total_seconds())
        passed = now - known.ages.get(newest.file.name, now)
        return max(apart, passed) >= self.rules.days * DAY

    def _over(self, known: _Known, now: int) -> list[Copy]:
        """Scheduled copies beyond the number or the horizon; the newest good one is never among them."""
        over: list[Copy] = []
        scheduled = [copy for copy in reversed(self._mine()) if copy.scheduled]
        good = [copy for copy in scheduled if not copy.damaged]
        # Counted apart, so that copies of a damaged history push out no good one.
        for group, spared in ((good, 1), ([copy for copy in scheduled if copy.damaged], 0)):
            for number, copy in enumerate(group[spared:], start=spared):
                old = now - known.ages.get(copy.file.name, now) > self.rules.horizon_days * DAY
                if old or number >= self.rules.copies:
                    over.append(copy)
        return over

    def _mine(self) -> list[Copy]:
        """Those in the usual folder that surely are of this history, oldest first: several may share it."""
        return [
            copy for copy in backup.copies(self.folder) if backup.vault_in(copy.file) == self.core.vault.id
        ]

    def _reachable(self, vault: bytes | None) -> Iterator[Copy]:
        folders = dict.fromkeys([self.folder, *map(Path, self._known().folders)])
        for folder in folders:
            with suppress(VaultError):
                yield from (copy for copy in backup.copies(folder) if _is_of(copy, vault))
        yield from backup.kept_aside(self.core.vault.file.parent)

    def _shape(self, copy: Copy) -> BackupShape:
        until = copy.taken + timedelta(days=self.rules.horizon_days) if copy.scheduled else None
        return shape_of(copy, until)

    def _known(self) -> _Known:
        try:
            stored = json.loads(self.core.vault.setting(_SETTING) or b"{}")
        except RecordUnreadableError:
            stored = {}
        return _Known(dict(stored.get("ages", {})), list(stored.get("folders", [])))

    def _remember(self, known: _Known) -> None:
        newest = dict(list(known.ages.items())[-_MOST_AGES:])
        self.core.vault.put_setting(_SETTING, json.dumps({"ages": newest, "folders": known.folders}).encode())


def backups_of(history: History, folder: Path, rules: Rules | None = None) -> Backups:
    """The copies of an open history."""
    core = history._core  # noqa: SLF001 - the facade and its parts are one
    return Backups(core, folder, rules or Rules())


def shape_of(copy: Copy, until: datetime | None) -> BackupShape:
    """What is shown of a copy; no conversations where it cannot be read."""
    size, conversations = 0, 0
    with suppress(OSError):
        size = copy.file.stat().st_size
    with suppress(VaultError):
        conversations = len(backup.outside_of(copy.file).conversations)
    return BackupShape(
        path=str(copy.file),
        taken=copy.taken.isoformat(),
        generation=copy.generation,
        conversations=conversations,
        bytes=size,
        until=None if until is None else until.isoformat(),
    )


def _is_of(copy: Copy, vault: bytes | None) -> bool:
    """Whether it is of this history, as far as that can be seen."""
    return vault is None or backup.vault_in(copy.file) in {vault, None}
