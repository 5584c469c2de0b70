"""The gate before every parser: opens a file safely, reads it once, and looks at it from outside.

Promises
    * What is hashed is what is parsed: the bytes are read once through one descriptor and handed on.
    * With `root` no byte outside that folder is read, even if folders are swapped for links meanwhile.
    * Links, pipes, devices and sockets are refused, and none of them makes the reader wait.

Not promised
    * That a hard link inside the folder does not name a file that also lies elsewhere.
    * The same strength on Windows, which has no way to open a path one folder at a time.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grounding.errors import FileEmptyError, FileRefusedError, IntakeError
from grounding.loaders.limits import LIMITS, Limits
from grounding.loaders.sniffing import KIND_OF_ENDING, Kind, inspected, too_large

__all__ = ["KIND_OF_ENDING", "Admitted", "Candidate", "Kind", "Limits", "admit", "walk"]

_TEMPORARY_STARTS = (".", "~$", "~lock")
_TEMPORARY_ENDS = ("~", ".tmp", ".temp", ".part", ".crdownload", ".swp", ".lock", ".lck")
_TEMPORARY_NAMES = frozenset({"thumbs.db", "desktop.ini"})

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# A pipe would otherwise block until somebody writes to it.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that passed the gate, as the bytes that were looked at."""

    name: str
    """For people: the path from the named folder on, or the file's own name."""

    kind: Kind
    data: bytes = field(repr=False)
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something found below the named paths."""

    path: Path
    """Absolute."""

    name: str
    """For people, unique below what was named; never a path to open."""

    root: Path | None = None
    """The named folder, absolute; give it to `admit`. None for a file that was named itself."""

    problem: IntakeError | None = None
    """Why it cannot be taken in at all; a folder that cannot be read or a link, say."""


def admit(path: Path, *, root: Path | None = None, limits: Limits = LIMITS) -> Admitted:
    """Read `path` through the gate. Raises FileRefusedError or FileEmptyError, with reason and remedy."""
    descriptor = _open(path, root)
    try:
        data = _read(descriptor, limits.file_bytes)
    except OSError as fault:
        raise _refusal(fault) from None
    finally:
        os.close(descriptor)
    kind = inspected(data, _readable(path.name), limits)
    return Admitted(_name(path, root), kind, data, hashlib.sha256(data).hexdigest(), len(data))


def _all(_: Path) -> bool:
    return True


def walk(
    paths: Iterable[Path], *, limits: Limits = LIMITS, enter: Callable[[Path], bool] = _all
) -> Iterator[Candidate]:
    """Every file at or below `paths`, folders in order of name, each once.

    Hidden, temporary and lock files below a folder are passed over, and so is, unopened, what lies below a
    named folder and `enter` says no to; it is asked of files, too. Links, folders that cannot be read and
    paths that do not exist come as candidates with a problem. A folder that was named may itself be a link.
    """
    seen: set[Path] = set()
    for named in paths:
        path = Path(os.path.abspath(named))  # noqa: PTH100 - Path.resolve would follow links
        found = _below(path, limits, enter) if os.path.isdir(path) else _single(path)  # noqa: PTH112 - Path.is_dir raises
        for candidate in found:
            if candidate.path not in seen:
                seen.add(candidate.path)
                yield candidate


def _single(path: Path) -> Iterator[Candidate]:
    missing = FileRefusedError("There is no such file or folder.", "Check the path.")
    exists = os.path.lexists(path)
    yield Candidate(path, _readable(path.name), problem=None if exists else missing)


def _below(root: Path, limits: Limits, enter: Callable[[Path], bool]) -> Iterator[Candidate]:
    waiting = [(root, 0)]
    entries = 0
    while waiting:
        path, depth = waiting.pop()
        try:
            is_link, is_folder = path.is_symlink() and path != root, path.is_dir()
            names = sorted(entry.name for entry in path.iterdir()) if is_folder and not is_link else []
        except OSError as fault:
            yield Candidate(path, _name(path, root), root, _refusal(fault))
            continue
        if is_link or not is_folder:
            link = FileRefusedError("It is a link; links are not followed.", "Add what it points to.")
            yield Candidate(path, _name(path, root), root, link if is_link else None)
            continue
        entries += len(names)
        if depth >= limits.walk_depth or entries > limits.walk_entries:
            large = FileRefusedError("The folder is too deep or too full.", "Add smaller folders one by one.")
            yield Candidate(path, _name(path, root), root, large)
            continue
        inner = [path / name for name in reversed(names) if not _is_temporary(name)]
        waiting += [(place, depth + 1) for place in inner if enter(place)]


def _is_temporary(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_TEMPORARY_STARTS) or lower.endswith(_TEMPORARY_ENDS) or lower in _TEMPORARY_NAMES


def _name(path: Path, root: Path | None) -> str:
    return _readable(path.name if root is None else (root.name / path.relative_to(root)).as_posix())


def _readable(name: str) -> str:
    """`name` as text that can be stored: bytes that are no UTF-8 become escapes and stay distinct."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _open(path: Path, root: Path | None) -> int:
    try:
        if root is None:
            return os.open(path, _FLAGS | _NO_LINK | _NO_WAIT)
        return _open_beneath(root, path.relative_to(root).parts)
    except ValueError:
        raise FileRefusedError("It lies outside the folder that was named.", "Add its own folder.") from None
    except OSError as fault:
        raise _refusal(fault) from None


def _open_beneath(root: Path, parts: tuple[str, ...]) -> int:
    """Open one folder after the other: a link put in the way meanwhile is refused, not followed."""
    if not parts or ".." in parts:
        raise ValueError
    if os.open not in os.supports_dir_fd:
        if (root.resolve() / Path(*parts)).resolve() != root.resolve() / Path(*parts):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return os.open(root / Path(*parts), _FLAGS)
    folder = os.open(root, _FLAGS | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _FLAGS | os.O_DIRECTORY | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], _FLAGS | _NO_LINK | _NO_WAIT, dir_fd=folder)
    finally:
        os.close(folder)


def _refusal(fault: OSError) -> FileRefusedError:
    # On a link, O_NOFOLLOW gives ELOOP for a file and ENOTDIR for a folder (open(2)).
    if fault.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
        return FileRefusedError("It is a link; links are not followed.", "Add what it points to.")
    if fault.errno in (errno.EACCES, errno.EPERM):
        return FileRefusedError("It may not be read.", "Allow yourself to read it, then add it again.")
    if fault.errno == errno.ENOENT:
        return FileRefusedError("There is no such file.", "Check the path.")
    if fault.errno == errno.ENXIO:
        return FileRefusedError("It is no ordinary file.", "Add ordinary files only.")
    reason = os.strerror(fault.errno) if fault.errno else "unknown fault"
    return FileRefusedError(f"It cannot be opened: {reason}.", "Mend that, then add it again.")


def _read(descriptor: int, ceiling: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise FileRefusedError("It is no ordinary file.", "Add ordinary files only.")
    if status.st_size == 0:
        raise FileEmptyError("It is empty: zero bytes.", "Add a file that has text in it.")
    if status.st_size > ceiling:
        raise too_large(ceiling)
    data = bytearray()
    while piece := os.read(descriptor, min(1 << 20, ceiling + 1 - len(data))):
        data += piece
        if len(data) > ceiling:
            raise too_large(ceiling)
    if len(data) != status.st_size:
        raise FileRefusedError("It changed while it was read.", "Add it again when nobody writes to it.")
    return bytes(data)
