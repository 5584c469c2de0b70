"""Looks at folder and files before they are opened, and holds the lock.

Promises
    * Nothing is opened below a link, in a folder or file that others may reach, or that another
      account owns. Links directly in the root folder (/home or /var on some systems) are followed:
      only root can make those.
    * One process at a time: the operating system drops the lock when its holder dies, however.

Not promised
    * On Windows modes say nothing; there the protection is that of the user's profile folder.
    * Protection from the owner's own account or from root.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from app.vault.errors import VaultAbsentError, VaultInUseError, VaultUnsafeError

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS = 0o077


def make_folder(folder: Path) -> None:
    """Make the folder for its owner alone, or check the one that stands there."""
    _refuse_links(folder)
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    check_folder(folder)


def check_folder(folder: Path) -> None:
    """Raises VaultAbsentError or VaultUnsafeError."""
    _refuse_links(folder)
    try:
        found = folder.lstat()
    except FileNotFoundError:
        raise VaultAbsentError("There is no history yet.") from None
    if not stat.S_ISDIR(found.st_mode):
        raise VaultUnsafeError("The place of the history is not a folder.")
    _refuse_others(found, "history folder")


def check_file(file: Path) -> None:
    """A regular file of the owner alone with one name; absent is fine. Raises VaultUnsafeError."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise VaultUnsafeError(f"{file.name} in the history folder is a link or not a regular file.")
    if found.st_nlink != 1:
        raise VaultUnsafeError(f"{file.name} in the history folder has a second name elsewhere.")
    _refuse_others(found, file.name)


def make_file(file: Path) -> None:
    """Make an empty file for the owner alone; one that stands there is an error."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(file, flags, _FILE_MODE))


def check_copy(file: Path) -> None:
    """A regular file, whoever may reach it: a copy is read only, and vouched for by its seals."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        raise VaultAbsentError("There is no such copy.", "List the copies to see which there are.") from None
    if not stat.S_ISREG(found.st_mode):
        raise VaultUnsafeError(f"{file.name} is a link or not a regular file.")


def sync_file(file: Path) -> None:
    """Make what was written to a file last through a power cut."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make renames in the folder last through a power cut; Windows offers no such call."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_links(path: Path) -> None:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links looked for
    for part in (absolute, *absolute.parents):
        if part.is_symlink() and part.parent != Path(part.anchor):
            raise VaultUnsafeError(f"The path of the history crosses a link ({part.name}).")


def _refuse_others(found: os.stat_result, what: str) -> None:
    if sys.platform == "win32":
        return
    if found.st_uid != os.geteuid():
        raise VaultUnsafeError(f"The {what} belongs to another account.")
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        raise VaultUnsafeError(f"The {what} can be reached by other accounts.")


class Lock:
    """Held from construction to `release`. Raises VaultInUseError where another holder is."""

    def __init__(self, file: Path) -> None:
        check_file(file)
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        self._descriptor = os.open(file, flags, _FILE_MODE)
        try:
            _take(self._descriptor)
        except OSError:
            self.release()
            raise VaultInUseError("The history is in use by another window or command.") from None

    def release(self) -> None:
        """Let others in; harmless when called again."""
        if self._descriptor >= 0:
            _give(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _give(descriptor: int) -> None:
    """Closing alone would not do: a child that is just being started holds a copy of the descriptor."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)
