"""What is known beside the catalog: signatures of contents, further places of a content, files not read.

All of it can be learnt again from the files and the catalog; a damaged file of notes is begun anew. No text
of a document is in it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grounding.library.entries import translated
from grounding.library.kinship import Signature
from grounding.library.schema import make_private_folder
from grounding.library.sqlite_files import set_up
from grounding.library.staleness import opened_path

_FILE = "notes.db"
_BUSY_MS = 5_000
_TABLES = """
CREATE TABLE IF NOT EXISTS signatures (
    version TEXT PRIMARY KEY, rows BLOB NOT NULL, words BLOB NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS copies (
    source TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS unread (
    source TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID, STRICT;
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file whose content another file holds as well, which is the one in the catalog."""

    source: str = field(repr=False)
    """Absolute path."""

    name: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be taken in when it was last tried."""

    source: str = field(repr=False)
    name: str
    size: int
    mtime_ns: int
    status: str
    """"empty", "skipped" or "failed"."""

    reason: str


class FileNotes:
    """The notes beside the catalog in `folder`. Cheap to make."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def signatures(self) -> Mapping[str, Signature]:
        """By version id."""
        return {row[0]: Signature(row[1], row[2]) for row in self._rows("signatures")}

    def copies(self) -> tuple[Copy, ...]:
        """By name; as they were when they were last looked at."""
        return tuple(sorted((Copy(*row) for row in self._rows("copies")), key=lambda one: one.name))

    def copies_there(self) -> tuple[Copy, ...]:
        """Those of them whose file is there still."""
        return tuple(one for one in self.copies() if os.path.lexists(opened_path(one.source)))

    def unread(self) -> tuple[Unread, ...]:
        """By name."""
        return tuple(sorted((Unread(*row) for row in self._rows("unread")), key=lambda one: one.name))

    def add_signatures(self, signatures: Mapping[str, Signature]) -> None:
        """By version id, live or about to be."""
        with self._changing() as sql:
            _insert_signatures(sql, signatures)

    def keep_signatures(self, signatures: Mapping[str, Signature], live: Iterable[str]) -> None:
        """Add signatures; those of versions that are not in `live` go."""
        with self._changing() as sql:
            _insert_signatures(sql, signatures)
            sql.execute("CREATE TEMP TABLE kept (version TEXT PRIMARY KEY)")
            sql.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(version,) for version in live])
            sql.execute("DELETE FROM signatures WHERE version NOT IN (SELECT version FROM kept)")

    def note(
        self, looked_at: Iterable[str], copies: Iterable[Copy] = (), unread: Iterable[Unread] = ()
    ) -> None:
        """Replace what is known of the files at these absolute paths."""
        with self._changing() as sql:
            for source in looked_at:
                sql.execute("DELETE FROM copies WHERE source = ?", (source,))
                sql.execute("DELETE FROM unread WHERE source = ?", (source,))
            sql.executemany("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)", map(astuple, copies))
            sql.executemany("INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?, ?)", map(astuple, unread))

    def forget_contents(self, live: Iterable[str]) -> None:
        """Copies of contents that no document in the catalog holds any more go; `live` are their SHA-256."""
        kept = set(live)
        with self._changing() as sql:
            gone = [row[0] for row in sql.execute("SELECT source, sha256 FROM copies") if row[1] not in kept]
            sql.executemany("DELETE FROM copies WHERE source = ?", [(source,) for source in gone])

    def _rows(self, table: str) -> list[tuple[Any, ...]]:
        """Read without writing: a full or closed disk keeps nobody from looking."""
        file = self._folder / _FILE
        if not file.exists():
            return []
        try:
            with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as sql:
                set_up(sql, busy_ms=_BUSY_MS)
                rows: list[tuple[Any, ...]] = sql.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - ours
                return rows
        except sqlite3.DatabaseError as reason:
            if _is_damaged(reason):
                return []
            raise translated(reason) from reason

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connected()) as sql:
                sql.execute("BEGIN IMMEDIATE")
                yield sql
                sql.execute("COMMIT")
        except sqlite3.DatabaseError as reason:
            raise translated(reason) from reason

    def _connected(self) -> sqlite3.Connection:
        file = self._folder / _FILE
        try:
            return _laid_out(file, self._folder)
        except sqlite3.DatabaseError as reason:
            if not _is_damaged(reason):
                raise
            for ending in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    file.with_name(file.name + ending).unlink()
            return _laid_out(file, self._folder)


def _insert_signatures(sql: sqlite3.Connection, signatures: Mapping[str, Signature]) -> None:
    rows = [(version, one.rows, one.words) for version, one in signatures.items()]
    sql.executemany("INSERT OR REPLACE INTO signatures VALUES (?, ?, ?)", rows)


def _is_damaged(reason: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is at fault; not a full disk or another process."""
    code = getattr(reason, "sqlite_errorcode", 0) & 0xFF
    # A table or a column that is not there is an error of the first kind.
    return code in {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _laid_out(file: Path, folder: Path) -> sqlite3.Connection:
    make_private_folder(folder)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        set_up(connection, busy_ms=_BUSY_MS)
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_TABLES)
        for table in ("signatures", "copies", "unread"):
            connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()  # noqa: S608 - our names
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
