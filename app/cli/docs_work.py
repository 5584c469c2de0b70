"""What the commands for documents share: a line of progress, and a Ctrl-C that loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from app.cli.options import counted, note, progress, progress_done, say
from app.contract import FileShape
from app.contract.documents import LeftOutShape

NOT_READ = ("empty", "skipped", "failed")
_MINUTE, _HOUR = 60, 3600

Announce = Callable[[str, dict[str, Any]], None]


class NamedPath(click.Path):
    """A path; not the empty one, which would silently mean the folder one stands in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Refuse the empty text that an unset variable of a script leaves."""
        if not os.fspath(value):
            self.fail("The path is empty.", param, ctx)
        return super().convert(value, param, ctx)


class _Stoppable(Protocol):
    def stop(self) -> None:
        """End after the file under way."""


class Work:
    """Long work as the person sees it: how far, how fast, how long still."""

    def __init__(self) -> None:
        self.stopped = False
        self._pace = ""

    def hear(self, kind: str, event: dict[str, Any]) -> None:
        """Show one event of the ingest worker."""
        if kind == "FileStarted":
            progress(f"{event['number']} of {event['of']}: {event['path']}{self._pace}")
        elif kind == "Progress":
            self._pace = _pace(event)
            if not event["of"]:
                progress(f"{counted(event['chunks'], 'passage')} embedded{self._pace}")
        elif kind == "IndexBuilding":
            progress(f"Building the index of {counted(event['chunks'], 'passage')} …")
        elif kind == "Surveyed":
            progress(f"{counted(event['files'], 'file')} looked at …")


@contextmanager
def working(ingest: _Stoppable) -> Iterator[Work]:
    """The first Ctrl-C ends the work after the file under way, the second one ends it at once."""
    work = Work()

    def stop(*_: object) -> None:
        work.stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        note("Stopping after the file under way; Ctrl-C again ends at once.")
        # Not in the handler: it may have interrupted the very code that talks to the worker.
        threading.Thread(target=ingest.stop, daemon=True).start()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield work
    finally:
        signal.signal(signal.SIGINT, before)
        progress_done()


def say_files(files: Sequence[FileShape]) -> None:
    """A line for each file."""
    for entry in files:
        size = counted(entry.chunks, "passage") if entry.chunks else ""
        remarks = " ".join(part for part in (entry.reason, entry.near) if part)
        say(f"{entry.status:10} {entry.path}  {size}{': ' if size and remarks else ''}{remarks}")


def say_left_out(left_out: Sequence[LeftOutShape]) -> None:
    """How much was left alone, and what says so."""
    for one in left_out:
        hidden = [counted(one.files, "file")] if one.files else []
        hidden += [counted(one.folders, "folder")] if one.folders else []
        say(f"left out   {' and '.join(hidden)} by {one.path}")


def say_left(left: int) -> None:
    """How to go on after a stop."""
    if left:
        say(f"Stopped with {counted(left, 'file')} left. What was taken in stays; the same command goes on.")


def _pace(event: dict[str, Any]) -> str:
    rate = event["files_per_second"]
    told = f"{rate:.1f} files/s" if event["of"] else f"{event['chunks_per_second']:.0f} passages/s"
    left = event["seconds_left"]
    return f"  ({told}{'' if left is None else f', {_duration(left)} left'})"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
