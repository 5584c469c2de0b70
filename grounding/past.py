"""An earlier generation as it answered then: a private copy of the catalog, rolled back.

The full-text index holds what is live, so an earlier state cannot be searched in place without loss. The copy
is searched by the same steps as the library itself, with exact search instead of the vector index. It lies
in the catalog's own private folder and goes with the search; what a killed process left is removed by the
next one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from grounding.catalog import Catalog, translated
from grounding.catalog_schema import FILE, make_private_folder, read_only
from grounding.catalog_writer import writing

_PREFIX = "past-"


@contextmanager
def past_catalog(folder: Path, number: int) -> Iterator[Path]:
    """The folder of a catalog whose live documents are those of generation `number`; gone afterwards.

    Raises CatalogUnusableError, also when the disk is full, and what a rollback raises for a generation that
    is not kept.
    """
    _remove_orphans(folder)
    copy = folder / f"{_PREFIX}{os.getpid()}"
    make_private_folder(copy)
    try:
        _copied(folder, copy / FILE)
        with writing(Catalog(copy), "rollback") as writer:
            writer.rollback(number)
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _copied(folder: Path, target: Path) -> None:
    # Made before SQLite opens it, so that it is never readable by others.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(read_only(folder)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.DatabaseError as reason:
        raise translated(reason) from reason


def _remove_orphans(folder: Path) -> None:
    for place in folder.glob(f"{_PREFIX}*"):
        owner = place.name.removeprefix(_PREFIX)
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(place, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
