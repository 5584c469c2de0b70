"""Reads what the shim recorded, and builds the files that a power cut at some point could leave."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512


@dataclass(frozen=True)
class Event:
    """One call: `what` is w(rite), s(ync), t(runcate), r(ename), u(nlink) or m(ark)."""

    what: str
    path: str
    offset: int
    data: bytes


def events(log: Path) -> list[Event]:
    """All of a recording, in order."""
    return list(_read(log.read_bytes()))


def _read(data: bytes) -> Iterator[Event]:
    at = 0
    while at < len(data):
        what = chr(data[at])
        path_length, offset, length = struct.unpack_from("=3Q", data, at + 1)
        at += 25
        path = data[at : at + path_length].decode()
        at += path_length
        yield Event(what, path, offset, data[at : at + length])
        at += length


@dataclass
class Disk:
    """What surely is on the disk, and what was asked of it since, in order."""

    files: dict[str, bytearray]
    waiting: list[Event] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """A sync makes what it covers sure: a file's writes, or a folder's renames and removals."""
        if event.what != "s":
            self.waiting.append(event)
            return
        sure = [one for one in self.waiting if _covers(event.path, one)]
        self.waiting = [one for one in self.waiting if not _covers(event.path, one)]
        for one in sure:
            apply(self.files, one)

    def cut(self, how: str, chance: Random) -> dict[str, bytearray]:
        """The files after a cut: all that waits was "kept" or "dropped", or "some" with a torn one."""
        files = {path: bytearray(data) for path, data in self.files.items()}
        if how == "dropped":
            return files
        for one in self.waiting:
            if how == "kept" or chance.choice((True, False)):
                apply(files, one)
            elif one.what == "w" and len(one.data) > SECTOR:
                torn = chance.randrange(len(one.data) // SECTOR) * SECTOR
                apply(files, Event("w", one.path, one.offset, one.data[:torn]))
        return files


def _covers(synced: str, event: Event) -> bool:
    if event.what in {"r", "u"}:
        # Journalling file systems write names with the next sync of any file in the same folder at the
        # earliest; only a sync of the folder itself is relied on.
        return synced == str(Path(event.path).parent)
    return event.path == synced


def apply(files: dict[str, bytearray], event: Event) -> None:
    """Do to a picture of the files what the event did to them."""
    if event.what == "w":
        data = files.setdefault(event.path, bytearray())
        data.extend(bytes(max(0, event.offset - len(data))))
        data[event.offset : event.offset + len(event.data)] = event.data
    elif event.what == "t":
        data = files.setdefault(event.path, bytearray())
        data[event.offset :] = bytes(max(0, event.offset - len(data)))
    elif event.what == "r" and event.path in files:
        files[event.data.decode()] = files.pop(event.path)
    elif event.what == "u":
        files.pop(event.path, None)
