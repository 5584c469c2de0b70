"""Which files of a folder the knowledge base leaves alone: `.inhouseignore`, with the rules of gitignore(5).

Promises
    * A file below an ignored folder is ignored, whatever a deeper rule says.
    * Otherwise the last rule that fits, in the nearest ignore file that has one, decides.
    * An ignore file that cannot be read stops the command: what it hides might be confidential.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from grounding.errors import FileRefusedError
from grounding.intake import Candidate, walk
from grounding.loaders.limits import LIMITS, Limits

NAME = ".inhouseignore"
_CEILING = 1 << 20
"""Bytes of one ignore file."""

_FLAGS = (
    os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


class IgnoreRules:
    """The rules of every ignore file below `root`, each read when a path beside or below it is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: dict[PurePosixPath, Sequence[GitIgnoreSpecPattern]] = {}
        self._folders: dict[PurePosixPath, bool] = {}

    def ignores(self, path: Path, *, folder: bool = False) -> bool:
        """Whether `path`, which lies below the root, is left alone. Raises FileRefusedError."""
        inner = PurePosixPath(path.relative_to(self._root).as_posix())
        return self._folder(inner) if folder else self._folder(inner.parent) or self._matches(inner, "")

    def _folder(self, inner: PurePosixPath) -> bool:
        if inner == PurePosixPath():
            return False
        if inner not in self._folders:
            self._folders[inner] = self._folder(inner.parent) or self._matches(inner, "/")
        return self._folders[inner]

    def _matches(self, inner: PurePosixPath, mark: str) -> bool:
        for holder in inner.parents:
            entry = f"{inner.relative_to(holder)}{mark}"
            for pattern in reversed(self._patterns(holder)):
                if pattern.regex is not None and _fits(pattern.regex, entry):
                    return bool(pattern.include)
        return False

    def _patterns(self, holder: PurePosixPath) -> Sequence[GitIgnoreSpecPattern]:
        if holder not in self._rules:
            text = _read(self._root / holder / NAME)
            self._rules[holder] = [] if text is None else _patterns(text)
        return self._rules[holder]


def wanted(root: Path, *, limits: Limits = LIMITS) -> Iterator[Candidate]:
    """Every file below `root` that no ignore file hides. Raises FileRefusedError.

    An ignored folder is not entered: what fills it counts against no ceiling.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - Path.resolve would follow links
    rules = IgnoreRules(root)

    def enter(place: Path) -> bool:
        folder = os.path.isdir(place) and not os.path.islink(place)  # noqa: PTH112, PTH114 - Path's raise
        return not rules.ignores(place, folder=folder)

    return walk([root], limits=limits, enter=enter)


def _read(file: Path) -> str | None:
    try:
        descriptor = os.open(file, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        raise _unusable(os.strerror(fault.errno) if fault.errno else "unknown fault") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unusable("it is no ordinary file")
    with os.fdopen(descriptor, "rb") as stream:
        data = stream.read(_CEILING + 1)
    if len(data) > _CEILING:
        raise _unusable(f"it has more than {_CEILING >> 20} MiB")
    return data.decode("utf-8-sig", "surrogateescape")


def _patterns(text: str) -> list[GitIgnoreSpecPattern]:
    # Git ends a rule at a line feed alone: what else Python takes for line ends may stand in names.
    try:
        return [GitIgnoreSpecPattern(_plain(line.removesuffix("\r"))) for line in text.split("\n")]
    except ValueError:
        raise _unusable("one of its lines is no rule") from None


def _plain(line: str) -> str:
    # pathspec takes "a/**/" for a itself; git means the folders in a.
    return re.sub(r"(^!?|/)\*\*/ *$", r"\1**/*/", line)


def _fits(regex: re.Pattern[str], entry: str) -> bool:
    """Whether a rule names this very entry.

    pathspec's expressions also fit whatever lies below what they name, through the group `ps_d`. Git asks
    folder by folder, so that a folder that a nearer rule takes back does not take back what is in it.
    """
    if "ps_d" not in regex.groupindex:
        # "a/**" means what lies in a, and not a itself.
        return regex.search(entry.removesuffix("/")) is not None
    if not regex.pattern.startswith("^"):
        return entry.endswith("/")
    return regex.fullmatch(entry) is not None


def _unusable(why: str) -> FileRefusedError:
    return FileRefusedError(
        f"An ignore file ({NAME}) cannot be read: {why}.",
        "Mend or remove it: it may hide confidential files.",
    )
