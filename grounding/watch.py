"""Keeps mirroring folders: each time their files have come to rest, a sync.

Promises
    * A file is taken in when nothing has changed in its folder for some time, never while it is written.
    * What a sync refuses (too much would go, the share is away) waits, is said once, and is tried again.
    * Lost notifications cost time, not files: every folder is looked at again after `again_seconds`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from watchfiles import watch

from grounding.errors import CatalogBusyError, FileRefusedError, IntakeError, SyncRefusedError
from grounding.intake import walk
from grounding.upkeep.ignore import NAME, wanted
from grounding.upkeep.sync import Sync, SyncReport, Wanted

_MOUNTS = Path("/proc/self/mountinfo")
_MOUNTS_CEILING = 4 << 20
_REMOTE = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "drvfs", "glusterfs", "gpfs", "lustre"}
) | {*("ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "vboxsf")}
_LONGEST_UNREST_SECONDS = 60
_READ = frozenset({"added", "updated", "duplicate"})


@dataclass(frozen=True, slots=True)
class WatchStarted:
    """A folder is mirrored and watched from now on."""

    folder: str
    polling: bool
    """Looked at again and again, because its file system tells nobody of changes."""


@dataclass(frozen=True, slots=True)
class WatchChanged:
    """Something of a watched folder became something else in the library."""

    what: str
    """"added", "updated", "duplicate", "moved", "removed", or why it was not read: "empty", "failed", …"""

    path: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WatchWaiting:
    """A folder cannot be mirrored at present; it is tried again."""

    folder: str
    reason: str


@dataclass(frozen=True, slots=True)
class WatchPace:
    """How patient the watching is; all in seconds."""

    poll: float | None = None
    """Between two looks; None: told by the system, or 5 where that does not work."""

    settle: float = 2.0
    """Rest before a change counts."""

    look: float = 5.0
    """Longest wait before what was refused is tried again and vanished folders are looked for."""

    again: float = 600.0
    """Until a folder is looked at without any notification."""


@dataclass(slots=True)
class _Watched:
    """One folder and what was last said about it."""

    asked: Wanted
    mirrored: bool = False
    """Whether the last sync was carried out."""

    waiting: str = ""
    looked: float = 0.0
    said: set[tuple[str, str]] = field(default_factory=set)
    """Files that were not read, with the reason: said once."""


class Watch:
    """Mirrors folders until it is stopped. Cheap to make."""

    def __init__(self, sync: Sync, folders: Sequence[Wanted], pace: WatchPace | None = None) -> None:
        self._sync = sync
        self._pace = pace or WatchPace()
        self._folders = [_Watched(asked) for asked in folders]

    def run(self, announce: Callable[[Any], None], stop: Event) -> None:
        """Sync each folder, then again whenever it has changed; returns when `stop` is set.

        Raises CatalogUnusableError, CollectionError, EmbedderMismatchError: nothing of that mends itself.
        """
        for one in self._folders:
            polling = self._polls(one.asked.folder)
            announce(WatchStarted(str(one.asked.folder), polling))
        while not stop.is_set():
            for one in self._folders:
                self._mirror(one, announce, stop)
            self._until_something_happens(announce, stop)

    def _until_something_happens(self, announce: Callable[[Any], None], stop: Event) -> None:
        """Listen to the folders that are there; returns when one of them came or went, or `stop` is set."""
        there = self._there()
        if not there:
            stop.wait(self._pace.look)
            return
        # What changed before the listening began was announced to nobody: the first look takes all in.
        listening = False
        polling = any(self._polls(folder) for folder in there)
        for changed in self._seen(list(there), stop) if polling else self._told(list(there), stop):
            for one in self._folders:
                due = not listening or time.monotonic() - one.looked > self._pace.again
                if due or not one.mirrored or one.asked.folder in changed:
                    self._mirror(one, announce, stop)
            listening = True
            if self._there() != there:
                return

    def _told(self, folders: Sequence[Path], stop: Event) -> Iterator[set[Path]]:
        """Folders that changed and came to rest; an empty set when there was nothing for some time."""
        for changes in watch(
            *folders,
            watch_filter=None,
            debounce=_LONGEST_UNREST_SECONDS * 1000,
            step=int(self._pace.settle * 1000),
            stop_event=stop,
            rust_timeout=int(self._pace.look * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=False,
            ignore_permission_denied=True,
        ):
            paths = [Path(path) for _, path in changes]
            yield {folder for folder in folders if any(path.is_relative_to(folder) for path in paths)}

    def _seen(self, folders: Sequence[Path], stop: Event) -> Iterator[set[Path]]:
        """The same by looking; watchfiles' own polling compares times by the second and misses changes."""
        before = {folder: _stamps(folder) for folder in folders}
        restless: set[Path] = set()
        while not stop.wait(self._pace.poll or self._pace.look):
            now = {folder: _stamps(folder) for folder in folders}
            moving = {folder for folder in folders if now[folder] != before[folder]}
            before = now
            yield restless - moving
            restless = moving

    def _mirror(self, one: _Watched, announce: Callable[[Any], None], stop: Event) -> None:
        one.looked = time.monotonic()
        try:
            report = self._sync.run(one.asked, stop=stop)
        except (SyncRefusedError, IntakeError, CatalogBusyError) as refusal:
            if stop.is_set():
                return
            one.mirrored = False
            reason = f"{refusal} {refusal.remedy}"
            if reason != one.waiting:
                announce(WatchWaiting(str(one.asked.folder), reason))
            one.waiting = reason
            return
        one.mirrored, one.waiting = True, ""
        for change in _changes_of(report):
            unread = change.what not in {*_READ, "moved", "removed"}
            if not unread or (change.path, change.reason) not in one.said:
                announce(change)
            if unread:
                one.said.add((change.path, change.reason))

    def _there(self) -> Mapping[Path, tuple[int, int]]:
        """Folders that can be listened to, with their identity: another one may come in their place."""
        found: dict[Path, tuple[int, int]] = {}
        for one in self._folders:
            try:
                status = os.stat(one.asked.folder)  # noqa: PTH116 - beside Path.stat in name alone
            except OSError:
                continue
            found[one.asked.folder] = (status.st_dev, status.st_ino)
        return found

    def _polls(self, folder: Path) -> bool:
        return self._pace.poll is not None or is_remote(folder)


def _stamps(folder: Path) -> Mapping[Path, tuple[int, int]]:
    """Size and time of everything in the folder that is not ignored, the ignore files among it."""
    try:
        places = [candidate.path for candidate in wanted(folder)]
    except FileRefusedError:
        # An ignore file that cannot be read: whatever is mended may be what the sync waits for.
        places = [candidate.path for candidate in walk([folder])]
    rules = {place.parent / NAME for place in places} | {folder / NAME}
    found: dict[Path, tuple[int, int]] = {}
    for place in (*places, *rules):
        # Files come and go while they are looked at.
        with contextlib.suppress(OSError):
            status = place.lstat()
            found[place] = (status.st_size, status.st_mtime_ns)
    return found


def is_remote(folder: Path, mounts: str | None = None) -> bool:
    """Whether changes by other machines go unannounced; `mounts` is the text of /proc/self/mountinfo."""
    text = _mounts() if mounts is None else mounts
    kind, longest = "", -1
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:  # noqa: PLR2004 - the mount point is the fifth field, proc(5)
            point = Path(fields[4].encode("latin-1", "ignore").decode("unicode_escape"))
            if folder.is_relative_to(point) and len(point.parts) >= longest:
                kind, longest = after.split(" ")[0], len(point.parts)
    # Programs in user space mostly stand before a network; those that do not are merely polled.
    return kind in _REMOTE or kind.startswith("fuse.")


def _mounts() -> str:
    try:
        with _MOUNTS.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_MOUNTS_CEILING)
    except OSError:
        return ""


def _changes_of(report: SyncReport) -> list[WatchChanged]:
    origins = {step.path: step.reason for step in report.plan.moved}
    return [
        *(WatchChanged("moved", path, f"from {origins.get(path, '')}".strip()) for path in report.moved),
        *(WatchChanged("removed", path) for path in report.removed),
        *(
            WatchChanged(file.status, file.path, " ".join(filter(None, (file.reason, file.near))))
            for file in report.files
            if file.status != "unchanged"
        ),
        *(WatchChanged("unreadable", step.path, step.reason) for step in report.plan.unreadable),
    ]
