"""Small private files that are replaced whole.

Promises
    * `replace_file` leaves the old content or the new one, through a kill or a power cut.
    * Mode 0600 from the first moment.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault import guard
from app.vault.errors import VaultInUseError, VaultNotSavedError

_PAUSE = 0.02  # seconds


@contextmanager
def guarded() -> Iterator[None]:
    """What the operating system reports leaves as a VaultError, without its words."""
    try:
        yield
    except OSError as error:
        raise VaultNotSavedError(f"The disk refused a file ({error.strerror or 'unknown reason'}).") from None


def replace_file(file: Path, content: bytes) -> None:
    """Write `content` beside the file, flush it, and put it in its place. Raises OSError."""
    beside = file.with_name(file.name + ".new")
    beside.unlink(missing_ok=True)
    guard.make_file(beside)
    with beside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, file)  # noqa: PTH105 - the same on every system
    guard.sync_folder(file.parent)


def patient_lock(file: Path, patience: float) -> guard.Lock:
    """Take a lock that is held for moments only. Raises VaultInUseError after `patience` seconds."""
    last = time.monotonic() + patience
    while True:
        try:
            return guard.Lock(file)
        except VaultInUseError:
            if time.monotonic() > last:
                raise
            time.sleep(_PAUSE)
