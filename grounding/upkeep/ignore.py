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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
        self._folders: dict[PurePosixPath, PurePosixPath | None] = {}

    def ignores(self, path: Path, *, folder: bool = False) -> bool:
        """Whether `path`, which lies below the root, is left alone. Raises FileRefusedError."""
        return self.hidden_by(path, folder=folder) is not None

    def hidden_by(self, path: Path, *, folder: bool = False) -> Path | None:
        """The ignore file that hides `path`, which lies below the root. Raises FileRefusedError."""
        inner = PurePosixPath(path.relative_to(self._root).as_posix())
        holder = self._folder(inner) if folder else self._folder(inner.parent) or self._holder(inner, "")
        return None if holder is None else self._root / holder / NAME

    def _folder(self, inner: PurePosixPath) -> PurePosixPath | None:
        if inner == PurePosixPath():
            return None
        if inner not in self._folders:
            self._folders[inner] = self._folder(inner.parent) or self._holder(inner, "/")
        return self._folders[inner]

    def _holder(self, inner: PurePosixPath, mark: str) -> PurePosixPath | None:
        """The folder whose ignore file hides this entry itself."""
        for holder in inner.parents:
            entry = f"{inner.relative_to(holder)}{mark}"
            for pattern in reversed(self._patterns(holder)):
                if pattern.regex is not None and _fits(pattern.regex, entry):
                    return holder if pattern.include else None
        return None

    def _patterns(self, holder: PurePosixPath) -> Sequence[GitIgnoreSpecPattern]:
        if holder not in self._rules:
            text = _read(self._root / holder / NAME)
            self._rules[holder] = [] if text is None else _patterns(text)
        return self._rules[holder]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one ignore file hid."""

    path: str
    """Of the ignore file, for people: from the named folder on."""

    files: int
    folders: int
    """They are not entered, so nobody counts what lies in them."""


class Tally:
    """Counts what ignore files hide, each file and folder once however often it is met."""

    def __init__(self) -> None:
        self._files: dict[str, set[Path]] = {}
        self._folders: dict[str, set[Path]] = {}

    def note(self, rules: str, place: Path, *, folder: bool) -> None:
        """`place` is hidden by the ignore file `rules`."""
        hidden = self._folders if folder else self._files
        hidden.setdefault(rules, set()).add(place)

    def left_out(self) -> tuple[LeftOut, ...]:
        """By path of the ignore file."""
        return tuple(
            LeftOut(rules, len(self._files.get(rules, ())), len(self._folders.get(rules, ())))
            for rules in sorted(self._files.keys() | self._folders.keys())
        )


def chosen(paths: Iterable[Path], tally: Tally | None = None) -> Iterator[Candidate]:
    """What `paths` name, each file once: of folders what `wanted` gives, and every file that is named itself.

    Raises FileRefusedError.
    """
    seen: set[Path] = set()
    for path in paths:
        found = wanted(path, tally=tally) if os.path.isdir(path) else walk([path])  # noqa: PTH112 - Path.is_dir raises
        for candidate in found:
            if candidate.path not in seen:
                seen.add(candidate.path)
                yield candidate


def wanted(root: Path, *, limits: Limits = LIMITS, tally: Tally | None = None) -> Iterator[Candidate]:
    """Every file below `root` that no ignore file hides. Raises FileRefusedError.

    An ignored folder is not entered: what fills it counts against no ceiling.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - Path.resolve would follow links
    rules = IgnoreRules(root)

    def enter(place: Path) -> bool:
        folder = os.path.isdir(place) and not os.path.islink(place)  # noqa: PTH112, PTH114 - Path's raise
        hides = rules.hidden_by(place, folder=folder)
        if hides is not None and tally is not None:
            tally.note(_for_people(hides, root), place, folder=folder)
        return hides is None

    return walk([root], limits=limits, enter=enter)


def _for_people(path: Path, root: Path) -> str:
    named = (root.name / path.relative_to(root)).as_posix()
    # Bytes of a name that are no UTF-8 could not be printed.
    return os.fsencode(named).decode("utf-8", "backslashreplace")


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
