"""The catalog's tables, and the only ways to open its file.

Promises
    * The file and its folder are readable by their owner alone.
    * A file of another program or of another format is refused before anything in it is changed.
    * A new catalog appears whole: it is made beside its place and renamed.
    * Deleted text is overwritten in the tables (secure_delete), and in the full-text index by `optimize`.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from pathlib import Path
from urllib.parse import quote

from grounding.errors import CatalogUnusableError
from grounding.library.sqlite_files import FileKind, set_up

FILE = "catalog.db"
APPLICATION_ID = 0x49_4E_48_43  # "INHC"
FORMAT = 2
_KIND = FileKind(FILE, APPLICATION_ID, FORMAT, "a knowledge base")
DEFAULT_COLLECTION = "documents"
"""There from the beginning, and read by everyone until somebody names groups for it."""

_BUSY_MS = 10_000
_CLOSED = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

-- Who may read what. Rights are never part of a generation: taking a generation back gives no right back.
CREATE TABLE collections (
    name TEXT PRIMARY KEY,
    groups TEXT NOT NULL            -- JSON list; empty: everyone may read it
) WITHOUT ROWID, STRICT;

-- A generation is one command that changed the library. The counts are kept as it changes.
CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    made TEXT NOT NULL,             -- ISO 8601, UTC
    what TEXT NOT NULL,             -- "add", "sync", "remove", "rollback to 3"
    added INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    documents INTEGER NOT NULL,     -- live when it was complete
    chunks INTEGER NOT NULL
) STRICT;

-- Immutable: another content is another version. One that was never live is staged.
CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL,         -- for which it was made; a move may have made it live for another one
    sha256 TEXT NOT NULL,           -- of the file's bytes
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    pages INTEGER,
    characters INTEGER NOT NULL,
    chunker TEXT NOT NULL,
    added TEXT NOT NULL,            -- ISO 8601, UTC
    dated TEXT,                     -- date the document gives itself, if known
    size INTEGER NOT NULL,          -- bytes of the file
    warnings TEXT NOT NULL,         -- of its loader
    chunks INTEGER NOT NULL
) STRICT;
CREATE INDEX versions_by_content ON versions (sha256);
CREATE INDEX versions_by_document ON versions (document);

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,    -- absolute path
    name TEXT NOT NULL,             -- path as it was added, relative to the folder that was named
    root TEXT NOT NULL,             -- absolute path of that folder; empty for a file that was named itself
    collection TEXT NOT NULL REFERENCES collections (name)
) STRICT;
CREATE INDEX documents_by_collection ON documents (collection);
CREATE INDEX documents_by_root ON documents (root);

-- A version is live in generation g if since <= g < until.
CREATE TABLE live (
    document TEXT NOT NULL REFERENCES documents (id),
    version TEXT NOT NULL REFERENCES versions (id),
    since INTEGER NOT NULL,
    until INTEGER,                  -- NULL: it is live
    revision INTEGER NOT NULL,      -- at which its chunks came into the searches
    retired INTEGER,                -- revision at which they went
    mtime_ns INTEGER NOT NULL       -- of the file when it was taken in
) STRICT;
CREATE UNIQUE INDEX live_documents ON live (document) WHERE until IS NULL;
CREATE UNIQUE INDEX live_versions ON live (version) WHERE until IS NULL;
CREATE INDEX live_by_document ON live (document);
CREATE INDEX live_by_version ON live (version);

CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL REFERENCES versions (id),
    ordinal INTEGER NOT NULL,
    title TEXT NOT NULL,            -- of the version; here because the full-text index reads it from here
    headings TEXT NOT NULL,         -- outermost first, one a line
    text TEXT NOT NULL,
    page INTEGER,
    line_start INTEGER,
    line_end INTEGER,
    place TEXT NOT NULL,
    UNIQUE (version, ordinal)
) STRICT;

-- One embedder's vectors; the active one stands in meta, a second one is there only while it is built.
CREATE TABLE spaces (
    id INTEGER PRIMARY KEY,
    embedder TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    UNIQUE (embedder, dimension)
) STRICT;

CREATE TABLE vectors (
    chunk INTEGER NOT NULL REFERENCES chunks (row),
    space INTEGER NOT NULL REFERENCES spaces (id),
    vector BLOB NOT NULL,           -- float32, little-endian, unit length
    UNIQUE (space, chunk)
) STRICT;
CREATE INDEX vectors_by_chunk ON vectors (chunk);

-- Holds the live chunks only, so that older versions are in no word count.
CREATE VIRTUAL TABLE chunk_index USING fts5 (
    title, headings, text,
    content = 'chunks', content_rowid = 'row', tokenize = 'porter unicode61 remove_diacritics 2'
);
"""


def read_only(folder: Path) -> sqlite3.Connection:
    """A connection that cannot write; an empty catalog in memory if there is none yet.

    Raises:
        CatalogUnusableError: the file is not a catalog, is damaged, or is of another format.
    """
    file = folder / FILE
    if not file.exists():
        return _empty_in_memory()
    connection = _connect(f"file:{quote(str(file))}?mode=ro")
    try:
        connection.execute("PRAGMA query_only = ON")
        _refuse_foreign(connection)
    except sqlite3.DatabaseError as reason:
        connection.close()
        raise _unusable(reason) from reason
    except CatalogUnusableError:
        connection.close()
        raise
    return connection


def for_writing(folder: Path) -> sqlite3.Connection:
    """A connection that may write; makes folder and file if there are none yet.

    The caller holds the writer's lock. Raises CatalogUnusableError.
    """
    make_private_folder(folder)
    file = folder / FILE
    if not file.exists():
        _create(file)
    read_only(folder).close()
    connection = _connect(f"file:{quote(str(file))}?mode=rw")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def make_private_folder(folder: Path) -> None:
    """Make the folder with mode 0700; raises CatalogUnusableError if that is impossible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as reason:
        raise CatalogUnusableError(
            f"The folder of the knowledge base cannot be made ({reason.strerror}).",
            "Check the rights and the free space of the data folder.",
        ) from reason


def _connect(uri: str) -> sqlite3.Connection:
    try:
        # A reader may move between threads but is used by one at a time.
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as reason:
        raise _unusable(reason) from reason
    set_up(connection, busy_ms=_BUSY_MS)
    return connection


def _create(file: Path) -> None:
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = _connect(f"file:{quote(str(fresh))}?mode=rw")
    try:
        _lay_out(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    fresh.replace(file)


def _empty_in_memory() -> sqlite3.Connection:
    connection = _connect("file::memory:")
    _lay_out(connection)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.executescript(_TABLES)
    _KIND.sign(connection)
    connection.execute("INSERT INTO meta VALUES ('library', ?), ('revision', '0')", (uuid.uuid4().hex,))
    connection.execute("INSERT INTO collections VALUES (?, '[]')", (DEFAULT_COLLECTION,))


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    found = _KIND.format_of(connection)
    if found < FORMAT:
        raise CatalogUnusableError(
            f"{FILE} has the older format {found}; this version of the program reads {FORMAT}.",
            "Move the folder of the knowledge base away and add the documents again.",
        )


def _unusable(reason: sqlite3.Error) -> CatalogUnusableError:
    if getattr(reason, "sqlite_errorcode", 0) & 0xFF in _CLOSED:
        return CatalogUnusableError(
            "The knowledge base cannot be opened.",
            "Check the rights of its folder, and that its disk is not mounted for reading alone.",
        )
    return CatalogUnusableError(f"The knowledge base cannot be read ({type(reason).__name__}).")
