"""Entities that admins load, and their corrections of mined ones: a SQLite file beside the catalog.

Promises
    * The file and its folder are readable by their owner alone.
    * A load, removal or correction is one transaction: a kill leaves all of it or none.
    * One writer at a time; a second is told so instead of waiting for long.
    * What was rejected stays rejected, also when its document is taken in again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from grounding.entity_catalogue import CatalogueEntry
from grounding.errors import CatalogBusyError, CatalogUnusableError, EntityFileError
from grounding.library.sqlite_files import FileKind, set_up

FILE = "entities.db"
APPLICATION_ID = 0x49_4E_48_45  # "INHE"
FORMAT = 1
_KIND = FileKind(FILE, APPLICATION_ID, FORMAT, "a list of entities")
MOST_ENTRIES = 200_000
_BUSY_MS = 2_000

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE entries (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    aliases TEXT NOT NULL,          -- JSON list
    description TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- What an admin said about an entry that was mined from documents.
CREATE TABLE corrections (
    id TEXT PRIMARY KEY,            -- of the mined entry: the same words always give the same id
    verdict TEXT NOT NULL CHECK (verdict IN ('rejected', 'changed')),
    name TEXT NOT NULL,             -- empty, like the next three, where nothing is changed
    kind TEXT NOT NULL,
    aliases TEXT NOT NULL,          -- JSON list, or null
    description TEXT NOT NULL
) WITHOUT ROWID, STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an admin said about a mined entry; a part that is empty or None stays as mined."""

    verdict: Literal["rejected", "changed"]
    name: str = field(default="", repr=False)
    kind: str = ""
    aliases: tuple[str, ...] | None = field(default=None, repr=False)
    description: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load did, in numbers of entries."""

    added: int
    changed: int
    unchanged: int
    removed: int


class EntityStore:
    """Loaded entities and corrections in `folder`. Cheap to make; a missing file reads as empty."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def entries(self) -> tuple[CatalogueEntry, ...]:
        """All loaded entities by id. Raises CatalogUnusableError."""
        with self._reading() as sql:
            rows = (
                sql.execute("SELECT id, name, kind, aliases, description FROM entries ORDER BY id")
                if sql
                else ()
            )
            return tuple(_entry(row) for row in rows)

    def corrections(self) -> Mapping[str, Correction]:
        """Corrections by the id of the mined entry. Raises CatalogUnusableError."""
        with self._reading() as sql:
            rows = (
                sql.execute("SELECT id, verdict, name, kind, aliases, description FROM corrections")
                if sql
                else ()
            )
            return {row[0]: _correction(row[1:]) for row in rows}

    def revision(self) -> int:
        """Counts the changes; equal revisions of one store are equal contents."""
        with self._reading() as sql:
            return (
                int(sql.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0]) if sql else 0
            )

    def load(self, entries: Iterable[CatalogueEntry], *, replace: bool = False) -> LoadReport:
        """Add entries, and change those whose id is known; with `replace`, drop all that are not among them.

        Raises CatalogBusyError, CatalogUnusableError, EntityFileError if there would be too many.
        """
        wanted = {entry.id: _row(entry) for entry in entries}
        with self._writing() as sql:
            known = {
                row[0]: row for row in sql.execute("SELECT id, name, kind, aliases, description FROM entries")
            }
            gone = set(known) - set(wanted) if replace else set()
            if len(known.keys() | wanted.keys()) - len(gone) > MOST_ENTRIES:
                raise EntityFileError(f"There would be more than {MOST_ENTRIES:,} entities.", "Load fewer.")
            sql.executemany("DELETE FROM entries WHERE id = ?", [(one,) for one in sorted(gone)])
            sql.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", wanted.values())
        same = sum(known.get(one) == row for one, row in wanted.items())
        added = len(wanted.keys() - known.keys())
        return LoadReport(added=added, changed=len(wanted) - added - same, unchanged=same, removed=len(gone))

    def remove(self, entry_id: str) -> bool:
        """Drop a loaded entity; whether it was there."""
        with self._writing() as sql:
            return sql.execute("DELETE FROM entries WHERE id = ?", (entry_id,)).rowcount > 0

    def correct(self, entry_id: str, correction: Correction) -> None:
        """Remember a correction of a mined entry, in place of an earlier one."""
        aliases = None if correction.aliases is None else list(correction.aliases)
        row = (
            correction.verdict,
            correction.name,
            correction.kind,
            json.dumps(aliases),
            correction.description,
        )
        with self._writing() as sql:
            sql.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?, ?, ?)", (entry_id, *row))

    def forget_correction(self, entry_id: str) -> bool:
        """Take the mined entry as it is found again; whether it had a correction."""
        with self._writing() as sql:
            return sql.execute("DELETE FROM corrections WHERE id = ?", (entry_id,)).rowcount > 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """One consistent snapshot; None when nothing was ever stored."""
        if not self._file.exists() or self._file.stat().st_size == 0:
            yield None
            return
        with _translated():
            connection = self._connect("ro")
            try:
                connection.execute("BEGIN")
                _KIND.format_of(connection)
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._make()
        with _translated():
            connection = self._connect("rw")
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("BEGIN IMMEDIATE")
                _lay_out(connection)
                yield connection
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
                connection.execute("COMMIT")
            finally:
                # An open transaction is rolled back by closing.
                connection.close()

    def _make(self) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as reason:
            raise CatalogUnusableError(
                f"{FILE} cannot be made or written ({reason.strerror}).",
                "Check the rights and the free space of the data folder.",
            ) from None

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(self._file))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        set_up(connection, busy_ms=_BUSY_MS)
        return connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as reason:
        code = getattr(reason, "sqlite_errorcode", 0)
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise CatalogBusyError(
                "Another process is changing the entities.", "Wait until it is done, then try again."
            ) from None
        raise CatalogUnusableError(
            f"{FILE} cannot be read or written ({type(reason).__name__}).",
            "Restore it from a backup, or move it away and load the entities again.",
        ) from None


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables within the writer's transaction, unless they are there."""
    [tables] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables:
        _KIND.format_of(connection)
        return
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('revision', 0)")
    _KIND.sign(connection)


def _row(entry: CatalogueEntry) -> tuple[str, str, str, str, str]:
    return (entry.id, entry.name, entry.kind, json.dumps(list(entry.aliases)), entry.description)


def _entry(row: tuple[str, str, str, str, str]) -> CatalogueEntry:
    return CatalogueEntry(
        id=row[0],
        name=row[1],
        kind=row[2],
        aliases=tuple(json.loads(row[3])),
        description=row[4],
        origin="loaded",
    )


def _correction(row: tuple[str, str, str, str, str]) -> Correction:
    aliases = json.loads(row[3])
    return Correction(
        verdict="rejected" if row[0] == "rejected" else "changed",
        name=row[1],
        kind=row[2],
        aliases=None if aliases is None else tuple(aliases),
        description=row[4],
    )
