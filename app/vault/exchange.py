"""Puts another vault file in the place of the present one, which is kept under another name.

Promises
    * At every moment, through a kill or power cut too, `vault.db` is the old vault or the new one, and
      what was there before lies whole under its other name before it is replaced.
    * A log that belongs to the old file never meets the new one.
    * An exchange that was cut off is completed by whoever opens, restores or repairs next, so that it
      never comes later over something newer.

Not promised
    * Room: the old vault is copied, not moved, so both need space for a while and afterwards.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.vault import database, guard

FILE = "vault.db"
NEXT = FILE + ".next"
"""A whole vault that is to replace one whose log SQLite cannot take in any more."""

_LOG, _LOG_INDEX = FILE + "-wal", FILE + "-shm"


def put_in_place(folder: Path, fresh: Path, why: str, at: datetime) -> Path | None:
    """Make `fresh`, a whole and closed vault in `folder`, the vault. The caller holds the lock.

    Returns where the old one lies (None if there was none), named `vault.db.<why>-<time>`.
    Raises VaultNotSavedError.
    """
    with database.guarded():
        if not (folder / FILE).exists():
            os.replace(fresh, folder / FILE)  # noqa: PTH105 - the same on every system
            guard.sync_folder(folder)
            return None
        take_in_log(folder)
        aside = _keep(folder, why, at)
        if (folder / _LOG).exists():
            os.replace(fresh, folder / NEXT)  # noqa: PTH105 - the same on every system
            guard.sync_folder(folder)
            _finish(folder)
        else:
            (folder / _LOG_INDEX).unlink(missing_ok=True)
            os.replace(fresh, folder / FILE)  # noqa: PTH105 - the same on every system
            guard.sync_folder(folder)
        return aside


def finish(folder: Path, at: datetime) -> bool:
    """Complete an exchange that was cut off, if there is one. The caller holds the lock."""
    with database.guarded():
        if not (folder / NEXT).exists():
            return False
        # Somebody may have gone on with the old one meanwhile.
        _keep(folder, "before-finishing", at)
        _finish(folder)
        return True


def _finish(folder: Path) -> None:
    for name in (_LOG, _LOG_INDEX):
        (folder / name).unlink(missing_ok=True)
    guard.sync_folder(folder)
    os.replace(folder / NEXT, folder / FILE)  # noqa: PTH105 - the same on every system
    guard.sync_folder(folder)


def take_in_log(folder: Path) -> None:
    """Bring what a killed program left in the log into the file, where SQLite can. The lock is held."""
    if not (folder / FILE).exists():
        return
    try:
        with closing(database.connect(folder / FILE)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        return  # it is broken; its log is kept beside it


def _keep(folder: Path, why: str, at: datetime) -> Path:
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = folder / f"{FILE}.{why}-{stamp}"
    number = 1
    while aside.exists():
        number += 1
        aside = folder / f"{FILE}.{why}-{stamp}-{number}"
    # The log first: the name of the file itself says that all of it is there.
    for source, kept in ((_LOG, aside.with_name(aside.name + "-wal")), (FILE, aside)):
        if (folder / source).exists():
            copy_file(folder / source, kept)
    guard.sync_folder(folder)
    return aside


def copy_file(source: Path, target: Path) -> None:
    """Copy into a new file of the owner alone, on disk when it returns. OSError if it exists."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    guard.make_file(part)
    with source.open("rb") as read, part.open("wb") as written:
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())
    os.replace(part, target)  # noqa: PTH105 - the same on every system
