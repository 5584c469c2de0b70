"""What the catalog says about itself: its state, its documents, collections and generations."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import NamedTuple

from grounding.errors import CatalogBusyError, CatalogUnusableError
from grounding.library.schema import DEFAULT_COLLECTION
from grounding.passages import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogState:
    """Which state of which library a snapshot shows."""

    library: str
    """Random name of this catalog; another catalog never has it."""

    generation: int
    revision: int
    """Counts every change; equal revisions of one library are equal contents."""

    updated: str | None
    documents: int
    chunks: int
    embedder: str
    """Empty until the first document is taken in."""

    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """One live document."""

    id: str
    path: str
    """As it was added, relative to the folder that was named."""

    title: str
    kind: str
    pages: int | None
    characters: int
    chunks: int
    added: str
    sha256: str
    groups: frozenset[str] = frozenset()
    """Those of its collection. Empty: everyone may read it."""

    source: str = field(default="", repr=False)
    """Absolute path when it was added."""

    chunker: str = ""
    version: str = ""
    collection: str = ""
    dated: str | None = None
    """The date the document gives itself."""

    warnings: str = ""
    """What its loader warned of."""

    mtime_ns: int = 0
    """Of its file when it was taken in."""


class ChunkText(NamedTuple):
    """What a chunk says, for whoever reads many."""

    id: str
    title: str
    headings: str
    """One a line, the outermost first."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file behind a live document, as it was when it was taken in."""

    name: str
    source: str = field(repr=False)
    """Absolute path."""

    root: str = field(repr=False)
    """Absolute path of the folder that was named or synced; empty for a file that was named itself."""

    size: int
    """Bytes."""

    mtime_ns: int
    sha256: str
    collection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Documents that are read by the same people."""

    name: str
    groups: frozenset[str] = frozenset()
    """Empty: everyone may read it."""

    documents: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One command that changed the library, and what it left."""

    number: int
    made: str
    """ISO 8601, UTC."""

    what: str
    added: int
    updated: int
    removed: int
    """Documents, against the generation before; erased ones stay counted here."""

    documents: int
    chunks: int
    """Live in this generation, without what was erased for good since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A document's new content, ready to be stored."""

    id: str
    document_id: str
    sha256: str
    kind: str
    title: str
    pages: int | None
    characters: int
    chunker: str
    size: int
    """Bytes of the file."""

    dated: str | None = None
    warnings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a document stands: its file, and its collection."""

    document_id: str
    source: str = field(repr=False)
    """Absolute path; no two documents have the same."""

    name: str
    """For people: from the named folder on."""

    root: str = field(default="", repr=False)
    """Absolute path of the folder that was named; empty for a file that was named itself."""

    collection: str = DEFAULT_COLLECTION
    mtime_ns: int = 0


def translated(reason: sqlite3.DatabaseError) -> CatalogUnusableError | CatalogBusyError:
    """SQLite's error as one of ours."""
    code = getattr(reason, "sqlite_errorcode", None)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return CatalogBusyError("The knowledge base is being changed by another process.")
    if code == sqlite3.SQLITE_FULL:
        return CatalogUnusableError("The disk is full.", "Free disk space, then try again; nothing is lost.")
    return CatalogUnusableError(f"The knowledge base cannot be read ({type(reason).__name__}).")


DOCUMENTS = """
    SELECT documents.id AS id, documents.name AS path, title, kind, pages, characters, chunks, added, sha256,
        groups, source, chunker, version, collection, dated, warnings, mtime_ns
    FROM live JOIN documents ON documents.id = live.document JOIN versions ON versions.id = live.version
        JOIN collections ON collections.name = documents.collection
    WHERE live.until IS NULL
"""
"""Every live document, as `entry` reads it."""

PASSAGE = """chunks.id, documents.id, documents.name, chunks.title, text, headings, page, line_start,
    line_end, place, dated, collection"""
"""Columns that `passage` reads."""


def entry(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> DocumentEntry:
    """A row factory for `DOCUMENTS`."""
    values = dict(zip((column[0] for column in cursor.description), row, strict=True))
    values["groups"] = frozenset(json.loads(str(values["groups"])))
    return DocumentEntry(**values)


def passage(
    row: tuple[str, str, str, str, str, str, int | None, int | None, int | None, str, str | None, str],
) -> Passage:
    """A row of `PASSAGE`, without scores."""
    return Passage(
        id=row[0],
        document_id=row[1],
        document=row[2],
        title=row[3],
        text=row[4],
        heading=tuple(row[5].split("\n")) if row[5] else (),
        page=row[6],
        line_start=row[7],
        line_end=row[8],
        place=row[9],
        dated=row[10],
        collection=row[11],
    )
