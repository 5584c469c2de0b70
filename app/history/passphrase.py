"""Where a command's passphrase comes from, how strong one is, and which are taken for a history.

Never from the command line: arguments are seen by every process of the machine. The only door to
`zxcvbn`, which estimates how many guesses a passphrase resists.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import HistoryLockedError, HistoryUnsafeError
from app.words import listed

VARIABLE = "INHOUSE_PASSPHRASE_FILE"
SHORTEST = 8
"""Characters."""

LEAST_SCORE = 2
"""Of 0 to 4; below it a million guesses are enough, which takes days and no special machine."""

SUGGESTED_WORDS = 5
"""Of 2,048: 55 bits, a thousand years for a million machines at one guess a second."""

_MAX_BYTES = 1024
_JUDGED = 72
"""Characters that are looked at; zxcvbn takes no more, and they are plenty."""

_SAID = (
    "Trivial: it falls within minutes.",
    "Weak: it falls within days.",
    "Fair: it resists a casual attacker. One more word makes it good.",
    "Good.",
    "Strong.",
)
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


@dataclass(frozen=True, slots=True)
class Strength:
    """What a passphrase is worth against someone who has the file and guesses."""

    score: int
    """0 trivial, 1 weak, 2 fair, 3 good, 4 strong."""

    words: str
    """For the person; never holds a part of the passphrase."""


def strength(passphrase: str) -> Strength:
    """Estimate it by dictionaries, names, dates, keyboard patterns and repetitions (zxcvbn)."""
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it has no annotations

    if not passphrase:
        return Strength(0, "Nothing typed yet.")
    judged = zxcvbn(unicodedata.normalize("NFC", passphrase)[:_JUDGED])
    score = min(4, max(0, int(judged["score"])))
    if len(unicodedata.normalize("NFC", passphrase)) < SHORTEST:
        return Strength(0, f"Too short: it needs at least {SHORTEST} characters.")
    warning = str(judged["feedback"]["warning"] or "")
    return Strength(score, f"{_SAID[score]} {warning}".strip())


def suggestion() -> str:
    """Five random words of the BIP 39 list, 55 bits."""
    words = listed()
    return " ".join(secrets.choice(words) for _ in range(SUGGESTED_WORDS))


def refuse_weak(passphrase: str) -> None:
    """Raises HistoryLockedError, with the reason, for a passphrase that a history may not have."""
    if len(unicodedata.normalize("NFC", passphrase)) < SHORTEST:
        raise HistoryLockedError(
            f"A passphrase needs at least {SHORTEST} characters.",
            "Take five or more random words; write them down, because a lost passphrase cannot be recovered.",
        )
    if len(passphrase.encode("utf-8", errors="surrogatepass")) > _MAX_BYTES:
        raise HistoryLockedError("The passphrase is longer than 1 KiB.", "Choose a shorter one.")
    if (found := strength(passphrase)).score < LEAST_SCORE:
        raise HistoryLockedError(
            f"This passphrase is too easy to guess. {found.words}",
            "Take five or more random words; write them down, because a lost passphrase cannot be recovered.",
        )


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
