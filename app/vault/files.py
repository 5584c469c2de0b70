"""Small private files that are replaced whole.

Promises
    * `replace_file` leaves the old content or the new one, through a kill or a power cut.
    * Mode 0600 from the first moment.
    * Of several that replace a file at once, one wins whole.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault import guard
from app.vault.errors import VaultInUseError, VaultNotSavedError

_PAUSE = 0.02  # seconds
_SUFFIX, _NAME_BYTES = ".new", 4


@contextmanager
def guarded() -> Iterator[None]:
    """What the operating system reports leaves as a VaultError, without its words."""
    try:
        yield
    except OSError as error:
        raise VaultNotSavedError(f"The disk refused a file ({error.strerror or 'unknown reason'}).") from None


def replace_file(file: Path, content: bytes) -> None:
    """Write `content` beside the file, flush it, and put it in its place. Raises OSError."""
    # A name of its own: two processes that shared one would rename each other's half-written file.
    beside = file.with_name(f"{file.name}.{secrets.token_hex(_NAME_BYTES)}{_SUFFIX}")
    guard.make_file(beside)
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)  # noqa: PTH105 - the same on every system
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    guard.sync_folder(file.parent)


def forget_unfinished(file: Path) -> None:
    """Remove what a kill left of `replace_file`. For whoever holds a lock that all its writers take."""
    for one in file.parent.glob(f"{file.name}.{'[0-9a-f]' * 2 * _NAME_BYTES}{_SUFFIX}"):
        one.unlink(missing_ok=True)


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
