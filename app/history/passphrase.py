"""Where a command's passphrase comes from, and which passphrases are taken for a new history.

Never from the command line: arguments are seen by every process of the machine.
"""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from app.errors import HistoryLockedError, HistoryUnsafeError

VARIABLE = "INHOUSE_PASSPHRASE_FILE"
SHORTEST = 8
"""Characters."""

_MAX_BYTES = 1024
_OTHERS = 0o077


def given_passphrase(file: Path | None, environment: Mapping[str, str]) -> str | None:
    """From `file`, else from the file that the variable names; None if neither is given.

    Raises HistoryLockedError for a file that gives no passphrase, HistoryUnsafeError for one that
    others may read.
    """
    if file is None:
        named = environment.get(VARIABLE, "")
        if not named:
            return None
        file = Path(named)
    return read_passphrase(file)


def read_passphrase(file: Path) -> str:
    """The passphrase in a file of the owner alone: UTF-8, at most 1 KiB, one line end is taken off."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody to write.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise HistoryLockedError(
            f"The passphrase file cannot be read ({error.strerror or 'unknown reason'}).",
            f"Check the path given with --passphrase-file or {VARIABLE}.",
        ) from None
    try:
        _refuse_unsafe(os.fstat(descriptor))
        content = os.read(descriptor, _MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > _MAX_BYTES:
        raise HistoryLockedError(
            "The passphrase file is larger than 1 KiB.", "Put the passphrase alone into the file."
        )
    return _decoded(content)


def refuse_weak(passphrase: str) -> None:
    """Raises HistoryLockedError for a passphrase that a new history may not have."""
    if len(unicodedata.normalize("NFC", passphrase)) < SHORTEST:
        raise HistoryLockedError(
            f"A passphrase needs at least {SHORTEST} characters.",
            "Take five or more random words; write them down, because a lost passphrase cannot be recovered.",
        )
    if len(passphrase.encode("utf-8", errors="surrogatepass")) > _MAX_BYTES:
        raise HistoryLockedError("The passphrase is longer than 1 KiB.", "Choose a shorter one.")


def _refuse_unsafe(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise HistoryUnsafeError("The passphrase file is not a regular file.", "Name a regular file.")
    if sys.platform == "win32":
        return
    if found.st_uid != os.geteuid():
        raise HistoryUnsafeError(
            "The passphrase file belongs to another account.", "Use a file of your own, with mode 600."
        )
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        raise HistoryUnsafeError(
            "The passphrase file can be read by other accounts.", "Run: chmod 600 on the passphrase file."
        )


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise HistoryLockedError(
            "The passphrase file is not UTF-8 text.", "Save it as UTF-8 with the passphrase alone."
        ) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise HistoryLockedError("The passphrase file is empty.", "Put the passphrase into the file.")
    return unicodedata.normalize("NFC", text)
