"""An earlier generation as it answered then: a private copy of the catalog, rolled back.

The full-text index holds what is live, so an earlier state cannot be searched in place without loss. The copy
is searched by the same steps as the library itself, with exact search instead of the vector index. It lies
in the catalog's own private folder and goes with the search. A killed process leaves its copy behind, which
is told by its lock being free; the next search and the next change of the library remove it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from grounding.catalog import Catalog, translated
from grounding.index.own_copy import is_held, lock_of
from grounding.library.schema import FILE, make_private_folder, read_only
from grounding.library.writer import writing

_PREFIX = "past-"


@contextmanager
def past_catalog(folder: Path, number: int) -> Iterator[Path]:
    """The folder of a catalog whose live documents are those of generation `number`; gone afterwards.

    Raises CatalogUnusableError, also when the disk is full, and what a rollback raises for a generation that
    is not kept.
    """
    remove_orphans(folder)
    copy = folder / f"{_PREFIX}{secrets.token_hex(8)}"
    lock = FileLock(lock_of(copy), timeout=0, mode=0o600, thread_local=False)
    make_private_folder(folder)
    lock.acquire()
    try:
        make_private_folder(copy)
        _copied(folder, copy / FILE)
        with writing(Catalog(copy), "rollback") as writer:
            writer.rollback(number)
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        lock.release()
        lock_of(copy).unlink(missing_ok=True)


def remove_orphans(folder: Path) -> None:
    """Remove copies that no living process uses: they hold text that may have been erased since."""
    for place in folder.glob(f"{_PREFIX}*"):
        if place.is_dir() and not is_held(place):
            shutil.rmtree(place, ignore_errors=True)
            lock_of(place).unlink(missing_ok=True)


def _copied(folder: Path, target: Path) -> None:
    # Made before SQLite opens it, so that it is never readable by others.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(read_only(folder)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.DatabaseError as reason:
        raise translated(reason) from reason
