"""What the library holds: the truth about which documents, versions and chunks are live.

A reader works on one snapshot for as long as it is open, also while another process writes. Everything
about passages asks for a principal, and rights are settled in SQL, before anything is scored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog_schema import read_only
from grounding.errors import CatalogBusyError, CatalogUnusableError, UnknownDocumentError
from grounding.passages import LibraryStatus, Passage, Principal
from grounding.terms import match_any

_LIVE = "chunks JOIN documents ON documents.version = chunks.version"
_READABLE = """(documents.groups = '[]' OR EXISTS (
    SELECT 1 FROM json_each(documents.groups) AS allowed
    WHERE allowed.value IN (SELECT value FROM json_each(:groups))))"""
_WEIGHTS = "0.5, 1.0, 1.0"
"""BM25 weights of title, headings, text. A title stands in every chunk of its document, so it says less."""

_SHAPE_SQL = """
    SELECT documents.id, documents.name, versions.title, versions.kind, versions.pages,
        versions.characters, (SELECT count(*) FROM chunks WHERE chunks.version = versions.id),
        versions.added, versions.sha256, documents.groups, documents.source, versions.chunker
    FROM documents JOIN versions ON versions.id = documents.version
"""


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
    """Empty: everyone may read it."""

    source: str = field(default="", repr=False)
    """Absolute path when it was added."""

    chunker: str = ""


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


class CatalogView:
    """Reads one snapshot through one connection; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def state(self) -> CatalogState:
        """Which state this snapshot shows."""
        meta = dict(self._sql.execute("SELECT key, value FROM meta").fetchall())
        newest = self._sql.execute(
            "SELECT number, made FROM generations ORDER BY number DESC LIMIT 1"
        ).fetchone()
        [documents] = self._sql.execute("SELECT count(*) FROM documents").fetchone()
        # Counted in the index on versions: a scan of the chunks would read every vector past.
        [chunks] = self._sql.execute(
            "SELECT total((SELECT count(*) FROM chunks WHERE version = documents.version)) FROM documents"
        ).fetchone()
        return CatalogState(
            library=meta["library"],
            generation=newest[0] if newest else 0,
            revision=int(meta["revision"]),
            updated=newest[1] if newest else None,
            documents=documents,
            chunks=int(chunks),
            embedder=meta.get("embedder", ""),
            dimension=int(meta.get("dimension", "0")),
        )

    def documents(self) -> tuple[DocumentEntry, ...]:
        """All live documents by path."""
        return tuple(_entry(row) for row in self._sql.execute(f"{_SHAPE_SQL} ORDER BY name, source"))

    def document_at(self, source: str) -> DocumentEntry | None:
        """The live document that was added from this absolute path."""
        row = self._sql.execute(f"{_SHAPE_SQL} WHERE source = ?", (source,)).fetchone()
        return _entry(row) if row else None

    def document_with_content(self, sha256: str) -> DocumentEntry | None:
        """The live document that has this content."""
        row = self._sql.execute(f"{_SHAPE_SQL} WHERE sha256 = ? LIMIT 1", (sha256,)).fetchone()
        return _entry(row) if row else None

    def named(self, name: str) -> DocumentEntry:
        """The document with this id, path or absolute path; else the only one with this file name.

        Raises UnknownDocumentError, also if the name fits several.
        """
        every = self.documents()
        exact = [entry for entry in every if name in {entry.id, entry.path, entry.source}]
        found = exact or [entry for entry in every if Path(entry.path).name == name]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnknownDocumentError(f"There is no document {name!r}.")
        raise UnknownDocumentError(
            f"{name!r} fits {len(found)} documents.",
            f"Use the id of one: {', '.join(entry.id for entry in found[:5])}.",
        )

    def readable_chunks(self, principal: Principal) -> int:
        """How many live chunks `principal` may read."""
        [count] = self._sql.execute(
            f"SELECT count(*) FROM {_LIVE} WHERE {_READABLE}",  # noqa: S608 - our constants
            {"groups": _groups(principal)},
        ).fetchone()
        return int(count)

    def vectors(self, principal: Principal | None = None) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Ids and vectors, shape (n, dimension), of what `principal` may read; of everything without one.

        Without a principal only for building an index, never for answering.
        """
        rights = _READABLE if principal else "1"
        rows = self._sql.execute(
            f"SELECT chunks.id, vector FROM {_LIVE} WHERE {rights} ORDER BY row",  # noqa: S608
            {"groups": _groups(principal)} if principal else {},
        ).fetchall()
        dimension = self.state().dimension
        joined = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        if joined.size != len(rows) * dimension:
            raise CatalogUnusableError("The knowledge base holds vectors of different lengths.")
        return tuple(row[0] for row in rows), joined.reshape(len(rows), dimension)

    def vectors_of(self, ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of some live chunks."""
        rows = self._sql.execute(
            f"SELECT chunks.id, vector FROM {_LIVE} WHERE chunks.id IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(list(ids)),),
        )
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}

    def lexical(self, terms: Sequence[str], principal: Principal, limit: int) -> list[tuple[str, float]]:
        """Chunk id and BM25, larger is better, best first; of chunks with at least one of the terms.

        Word frequencies are those of the whole library, so a score can differ by what others may read.
        """
        expression = match_any(terms)
        if not expression:
            return []
        rows = self._sql.execute(
            f"""SELECT chunks.id, -bm25(chunk_index, {_WEIGHTS}) AS score
            FROM chunk_index JOIN chunks ON chunks.row = chunk_index.rowid
                JOIN documents ON documents.version = chunks.version
            WHERE chunk_index MATCH :match AND {_READABLE}
            ORDER BY score DESC, chunks.id LIMIT :limit""",  # noqa: S608 - our constants
            {"match": expression, "groups": _groups(principal), "limit": limit},
        )
        return [(row[0], float(row[1])) for row in rows]

    def chunks_with(self, term: str, ids: Sequence[str]) -> tuple[int, frozenset[str]]:
        """In how many chunks the term or a form of it occurs, and in which of `ids`."""
        expression = match_any([term])
        if not expression:
            return 0, frozenset()
        [count] = self._sql.execute(
            "SELECT count(*) FROM chunk_index WHERE chunk_index MATCH ?", (expression,)
        ).fetchone()
        rows = self._sql.execute(
            """SELECT id FROM chunk_index JOIN chunks ON row = chunk_index.rowid
            WHERE chunk_index MATCH ? AND id IN (SELECT value FROM json_each(?))""",
            (expression, json.dumps(list(ids))),
        )
        return int(count), frozenset(row[0] for row in rows)

    def passages(self, ids: Sequence[str], principal: Principal) -> Mapping[str, Passage]:
        """Live passages among `ids` that `principal` may read; without scores."""
        rows = self._sql.execute(
            f"""SELECT chunks.id, documents.id, name, title, text, headings, page, line_start, line_end
            FROM {_LIVE} WHERE chunks.id IN (SELECT value FROM json_each(:ids)) AND {_READABLE}""",  # noqa: S608
            {"ids": json.dumps(list(ids)), "groups": _groups(principal)},
        )
        return {row[0]: _passage(row) for row in rows}


def translated(reason: sqlite3.DatabaseError) -> CatalogUnusableError | CatalogBusyError:
    """SQLite's error as one of ours."""
    code = getattr(reason, "sqlite_errorcode", None)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return CatalogBusyError("The knowledge base is being changed by another process.")
    if code == sqlite3.SQLITE_FULL:
        return CatalogUnusableError("The disk is full.", "Free disk space, then try again; nothing is lost.")
    return CatalogUnusableError(f"The knowledge base cannot be read ({type(reason).__name__}).")


def _groups(principal: Principal) -> str:
    return json.dumps(sorted(principal.groups))


def _entry(row: tuple[str, str, str, str, int | None, int, int, str, str, str, str, str]) -> DocumentEntry:
    return DocumentEntry(
        id=row[0],
        path=row[1],
        title=row[2],
        kind=row[3],
        pages=row[4],
        characters=row[5],
        chunks=row[6],
        added=row[7],
        sha256=row[8],
        groups=frozenset(json.loads(row[9])),
        source=row[10],
        chunker=row[11],
    )


def _passage(row: tuple[str, str, str, str, str, str, int | None, int | None, int | None]) -> Passage:
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
    )
