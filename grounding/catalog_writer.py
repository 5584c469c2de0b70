"""Changes the catalog: one writer at a time, one transaction a document."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogView, translated
from grounding.catalog_schema import for_writing, make_private_folder
from grounding.documents import Chunk
from grounding.errors import CatalogBusyError, EmbedderMismatchError

_LOCK = "writer.lock"
_HOLDER = "writer.json"
_HOLDER_CEILING = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A document's new content, ready to become live."""

    id: str
    document_id: str
    source: str = field(repr=False)
    name: str
    sha256: str
    kind: str
    title: str
    pages: int | None
    characters: int
    chunker: str
    groups: frozenset[str] = frozenset()


@contextmanager
def writing(catalog: Catalog, what: str) -> Iterator[CatalogWriter]:
    """The only way to change a catalog; `what` names the command in the list of generations.

    Raises:
        CatalogBusyError: another process or thread is writing; says which and since when.
        CatalogUnusableError: the catalog cannot be opened or written.
    """
    with _only_writer(catalog.folder):
        connection = for_writing(catalog.folder)
        try:
            yield CatalogWriter(connection, what)
        except sqlite3.DatabaseError as reason:
            raise translated(reason) from reason
        finally:
            connection.close()


class CatalogWriter:
    """Each method that changes something is one transaction: a kill leaves all of it or none."""

    def __init__(self, connection: sqlite3.Connection, what: str) -> None:
        self._sql = connection
        self._what = what
        self._has_generation = False
        self.view = CatalogView(connection)

    def bind_embedder(self, name: str, dimension: int) -> None:
        """Record the embedder at first use; refuse another one while documents stand.

        Raises EmbedderMismatchError.
        """
        state = self.view.state()
        if state.documents and (state.embedder, state.dimension) != (name, dimension):
            raise EmbedderMismatchError(
                f"The documents were embedded with {state.embedder} ({state.dimension} numbers each), "
                f"this is {name} ({dimension})."
            )
        with self._transaction():
            for key, value in (("embedder", name), ("dimension", str(dimension))):
                self._sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def put(self, version: NewVersion, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
        """Make the version live in place of the document's present one, whose chunks are removed."""
        if vectors.shape != (len(chunks), self.view.state().dimension) or not np.isfinite(vectors).all():
            raise ValueError("one finite vector of the recorded length a chunk is needed")
        with self._change():
            self._remove(version.document_id)
            self._sql.execute(
                "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (
                    version.id,
                    version.sha256,
                    version.kind,
                    version.title,
                    version.pages,
                    version.characters,
                    version.chunker,
                    _now(),
                ),
            )
            self._sql.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?)",
                (
                    version.document_id,
                    version.source,
                    version.name,
                    json.dumps(sorted(version.groups)),
                    version.id,
                ),
            )
            for chunk, vector in zip(chunks, vectors, strict=True):
                self._insert(version, chunk, vector)

    def remove(self, document_id: str) -> None:
        """Take the document and all that was made of it out of the catalog; harmless if it is not there."""
        with self._change():
            self._remove(document_id)

    def tidy(self) -> None:
        """Merge the full-text index, so that words of removed text are gone from it, and empty the log.

        Readers keep the log from shrinking while they read; the next writer tries again.
        """
        self._sql.execute("INSERT INTO chunk_index (chunk_index) VALUES ('optimize')")
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _insert(self, version: NewVersion, chunk: Chunk, vector: NDArray[np.float32]) -> None:
        # One heading a line: a line break inside a heading would become a second one.
        headings = "\n".join(" ".join(heading.split()) for heading in chunk.heading)
        place = (chunk.page, chunk.line_start, chunk.line_end)
        row = self._sql.execute(
            "INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                chunk.id,
                version.id,
                chunk.ordinal,
                version.title,
                headings,
                chunk.text,
                *place,
                vector.astype("<f4").tobytes(),
            ),
        ).lastrowid
        self._sql.execute(
            "INSERT INTO chunk_index (rowid, title, headings, text) VALUES (?, ?, ?, ?)",
            (row, version.title, headings, chunk.text),
        )

    def _remove(self, document_id: str) -> None:
        found = self._sql.execute("SELECT version FROM documents WHERE id = ?", (document_id,)).fetchone()
        if found is None:
            return
        # The index must be given the very text it was given before: it keeps none of its own.
        self._sql.execute(
            """INSERT INTO chunk_index (chunk_index, rowid, title, headings, text)
            SELECT 'delete', row, title, headings, text FROM chunks WHERE version = ?""",
            found,
        )
        self._sql.execute("DELETE FROM chunks WHERE version = ?", found)
        self._sql.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        self._sql.execute("DELETE FROM versions WHERE id = ?", found)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """A transaction that makes a new revision, and at the command's first change a new generation."""
        with self._transaction():
            if not self._has_generation:
                self._sql.execute("INSERT INTO generations VALUES (NULL, ?, ?)", (_now(), self._what))
            yield
            self._sql.execute(
                "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'",
            )
        self._has_generation = True

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A full disk or a lost file has ended the transaction already.
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    make_private_folder(folder)
    # Not thread-local: the thread that ends a command need not be the one that began it.
    lock = FileLock(folder / _LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as reason:
        raise CatalogBusyError(f"The knowledge base is being changed {_holder(folder)}.") from reason
    try:
        _write_holder(folder / _HOLDER)
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _write_holder(file: Path) -> None:
    content = json.dumps({"pid": os.getpid(), "since": _now()})
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(content)


def _holder(folder: Path) -> str:
    """Who holds the lock, as far as that can be read: it is written just after the lock is taken."""
    try:
        with (folder / _HOLDER).open(encoding="utf-8") as stream:
            holder = json.loads(stream.read(_HOLDER_CEILING))
        return f"by process {int(holder['pid'])} since {datetime.fromisoformat(holder['since']):%H:%M:%S} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        return "by another process"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
