"""What the library holds: the truth about which documents, versions and chunks are live.

A reader works on one snapshot for as long as it is open, also while another process writes. Everything
about passages asks for a principal, and rights are settled in SQL, before anything is scored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grounding.errors import UnknownDocumentError
from grounding.library import document_collections
from grounding.library.digest import digest_of
from grounding.library.entries import (
    DOCUMENTS,
    CatalogState,
    Collection,
    DocumentEntry,
    Generation,
    Source,
    entry,
    translated,
)
from grounding.library.schema import read_only
from grounding.library.search import SearchView
from grounding.passages import LibraryStatus

__all__ = [
    "Catalog",
    "CatalogState",
    "CatalogView",
    "Collection",
    "DocumentEntry",
    "Generation",
    "Source",
    "translated",
]


class Catalog:
    """The knowledge base in `folder`. Cheap to make; a missing one reads as an empty library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def read(self) -> Iterator[CatalogView]:
        """One consistent snapshot. Raises CatalogUnusableError, CatalogBusyError."""
        connection = read_only(self.folder)
        try:
            connection.execute("BEGIN")
            yield CatalogView(connection)
        except sqlite3.DatabaseError as reason:
            raise translated(reason) from reason
        finally:
            connection.close()

    def status(self) -> LibraryStatus:
        """The library in numbers; which index answers is known to whoever opens it."""
        with self.read() as view:
            state = view.state()
        return LibraryStatus(
            documents=state.documents,
            chunks=state.chunks,
            generation=state.generation,
            updated=state.updated,
            embedder=state.embedder,
        )

    def documents(self) -> tuple[DocumentEntry, ...]:
        """All live documents by path, whoever may read them: for administrators."""
        with self.read() as view:
            return view.documents()


class CatalogView(SearchView):
    """Reads one snapshot through one connection; used by one thread at a time.

    What takes no principal is for administrators and for building indexes, never for answering.
    """

    def digest(self) -> bytes:
        """SHA-256 over everything that answers come from: see `grounding.library.digest`."""
        return digest_of(self._sql)

    def state(self) -> CatalogState:
        """Which state this snapshot shows."""
        meta = dict(self._sql.execute("SELECT key, value FROM meta").fetchall())
        newest = self._sql.execute(
            "SELECT number, made, documents, chunks FROM generations ORDER BY number DESC LIMIT 1"
        ).fetchone()
        space = self._sql.execute(
            "SELECT embedder, dimension FROM spaces WHERE id = ?", (int(meta.get("space", "0")),)
        ).fetchone()
        return CatalogState(
            library=meta["library"],
            generation=newest[0] if newest else 0,
            revision=int(meta["revision"]),
            updated=newest[1] if newest else None,
            documents=newest[2] if newest else 0,
            chunks=newest[3] if newest else 0,
            embedder=space[0] if space else "",
            dimension=space[1] if space else 0,
        )

    def documents(self) -> tuple[DocumentEntry, ...]:
        """All live documents by path."""
        return self._entries("ORDER BY documents.name, source")

    def document_at(self, source: str) -> DocumentEntry | None:
        """The live document that was added from this absolute path."""
        return self._entry("AND source = ?", source)

    def document_with_content(self, sha256: str, collection: str | None = None) -> DocumentEntry | None:
        """A live document that has this content, in this collection if one is named."""
        if collection is None:
            return self._entry("AND sha256 = ? ORDER BY documents.name, source LIMIT 1", sha256)
        return self._entry(
            "AND sha256 = ? AND collection = ? ORDER BY documents.name, source LIMIT 1", sha256, collection
        )

    def home_of(self, source: str, root: str = "") -> str:
        """The collection of a file while nobody names one: see `document_collections.home_of`."""
        return document_collections.home_of(self._sql, source, root)

    def named(self, name: str) -> DocumentEntry:
        """The document with this id, path or absolute path; else the only one with this file name.

        Raises UnknownDocumentError, also if the name fits several.
        """
        every = self.documents()
        exact = [one for one in every if name in {one.id, one.path, one.source}]
        found = exact or [one for one in every if Path(one.path).name == name]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnknownDocumentError(f"There is no document {name!r}.")
        raise UnknownDocumentError(
            f"{name!r} fits {len(found)} documents.",
            f"Use the id of one: {', '.join(one.id for one in found[:5])}.",
        )

    def sources(self) -> Mapping[str, Source]:
        """The file behind each live document, by document id."""
        rows = self._sql.execute(
            """SELECT documents.id, name, source, root, size, mtime_ns, sha256, collection
            FROM live JOIN documents ON documents.id = live.document
                JOIN versions ON versions.id = live.version
            WHERE live.until IS NULL ORDER BY name, source"""
        )
        columns = ("name", "source", "root", "size", "mtime_ns", "sha256", "collection")
        return {row[0]: Source(**dict(zip(columns, row[1:], strict=True))) for row in rows}

    def texts(self, document_id: str) -> tuple[str, ...]:
        """The chunks of a live document in order; empty if there is no such document."""
        rows = self._sql.execute(
            """SELECT text FROM chunks JOIN live ON live.version = chunks.version AND live.until IS NULL
            WHERE live.document = ? ORDER BY ordinal""",
            (document_id,),
        )
        return tuple(row[0] for row in rows)

    def texts_of(self, version_id: str) -> tuple[str, ...]:
        """The chunks of a version in order, live or not; empty if there is no such version."""
        rows = self._sql.execute("SELECT text FROM chunks WHERE version = ? ORDER BY ordinal", (version_id,))
        return tuple(row[0] for row in rows)

    def collections(self) -> tuple[Collection, ...]:
        """Every collection by name, with what is live in it."""
        rows = self._sql.execute(
            """SELECT name, groups, count(version), CAST(total(chunks) AS INTEGER) FROM collections
                LEFT JOIN (SELECT collection, version, versions.chunks AS chunks FROM live
                    JOIN documents ON documents.id = live.document
                    JOIN versions ON versions.id = live.version
                    WHERE live.until IS NULL) AS held ON held.collection = collections.name
            GROUP BY name ORDER BY name"""
        )
        return tuple(
            Collection(name=row[0], groups=frozenset(json.loads(row[1])), documents=row[2], chunks=row[3])
            for row in rows
        )

    def generations(self) -> tuple[Generation, ...]:
        """Those that are kept, newest first."""
        columns = ("number", "made", "what", "added", "updated", "removed", "documents", "chunks")
        rows = self._sql.execute(
            f"SELECT {', '.join(columns)} FROM generations ORDER BY number DESC"  # noqa: S608 - our constants
        )
        return tuple(Generation(**dict(zip(columns, row, strict=True))) for row in rows)

    def live_in(self, generation: int) -> Mapping[str, str]:
        """Document id to version id of what was live in a kept generation."""
        rows = self._sql.execute(
            """SELECT document, version FROM live
            WHERE since <= :number AND (until IS NULL OR until > :number) ORDER BY document""",
            {"number": generation},
        )
        return dict(rows.fetchall())

    def library_size(self) -> int:
        """Bytes on disk, with the log; 0 if there is no catalog yet."""
        [(_, _, file)] = self._sql.execute("PRAGMA database_list").fetchall()
        places = [Path(file), Path(f"{file}-wal")] if file else []
        return sum(place.stat().st_size for place in places if place.exists())

    def _entry(self, condition: str, *values: str) -> DocumentEntry | None:
        found = self._entries(condition, *values)
        return found[0] if found else None

    def _entries(self, condition: str, *values: str) -> tuple[DocumentEntry, ...]:
        cursor = self._sql.cursor()
        cursor.row_factory = entry
        return tuple(cursor.execute(f"{DOCUMENTS} {condition}", values))
