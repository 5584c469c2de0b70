"""Where an export is written: in clear, for its owner alone, never over anything, and whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import ExportTargetError


def write_new(target: Path, pieces: Iterable[str]) -> None:
    """Write a file of mode 0600; whatever ends it early, Ctrl-C too, takes what was written away again.

    Raises ExportTargetError if there is something already, or the disk refuses.
    """
    with _explained(target):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(target, flags, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder of mode 0700 that was not there before; it is gone again if the block does not end well."""
    with _explained(target):
        target.mkdir(mode=0o700)
        try:
            yield target
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise ExportTargetError(f"{target} is there already; an export never replaces anything.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportTargetError(f"{target} cannot be written: {reason}.") from None
