"""Changes the catalog: one writer at a time, one transaction a step.

A new version is stored first (`stage`) and made live afterwards (`go_live`); a kill between the two leaves
the old one answering, and the stored one is found again by its id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogView, translated
from grounding.documents import Chunk
from grounding.errors import EmbedderMismatchError
from grounding.index import vector_spaces
from grounding.index.vector_spaces import Unembedded
from grounding.library import document_collections, generations
from grounding.library.entries import NewVersion, Placed
from grounding.library.generations import LiveSet, Pruned, begin_generation, now
from grounding.library.lock import only_writer
from grounding.library.schema import for_writing

__all__ = ["CatalogWriter", "NewVersion", "Placed", "writing"]

Vectors = NDArray[np.float32]


_COLUMNS = tuple("document" if one.name == "document_id" else one.name for one in fields(NewVersion))
"""Columns of `versions`, in the order of the fields."""


@contextmanager
def writing(catalog: Catalog, what: str) -> Iterator[CatalogWriter]:
    """The only way to change a catalog; `what` names the command in the list of generations.

    Raises:
        CatalogBusyError: another process or thread is writing; says which and since when.
        CatalogUnusableError: the catalog cannot be opened or written.
    """
    with only_writer(catalog.folder):
        connection = for_writing(catalog.folder)
        try:
            yield CatalogWriter(connection, what)
        except sqlite3.DatabaseError as reason:
            raise translated(reason) from reason
        finally:
            connection.close()


class CatalogWriter:
    """Each method that changes something is one transaction: a kill leaves all of it or none.

    The first change of a writer makes a generation, the later ones belong to it.
    """

    def __init__(self, connection: sqlite3.Connection, what: str) -> None:
        self._sql = connection
        self._what = what
        self._has_generation = False
        self.view = CatalogView(connection)

    def bind_embedder(self, name: str, dimension: int) -> None:
        """Record the embedder at first use; refuse another one while versions stand.

        Raises EmbedderMismatchError.
        """
        state = self.view.state()
        if (state.embedder, state.dimension) == (name, dimension):
            return
        [kept] = self._sql.execute("SELECT count(*) FROM live").fetchone()
        if kept:
            raise EmbedderMismatchError(
                f"The documents were embedded with {state.embedder} ({state.dimension} numbers each), "
                f"this is {name} ({dimension})."
            )
        with self._transaction():
            generations.drop_versions(self._sql, self._staged())
            vector_spaces.switch(self._sql, vector_spaces.begin(self._sql, name, dimension))

    def stored(self, version_id: str) -> NewVersion | None:
        """A version that can go live as it is, with all its chunks and vectors; None if there is none."""
        columns = [one.name for one in fields(NewVersion)]
        found = self._sql.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM versions WHERE id = ?",  # noqa: S608 - our constants
            (version_id,),
        ).fetchone()
        return NewVersion(**dict(zip(columns, found, strict=True))) if found else None

    def stage(self, version: NewVersion, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Store a version that is not live yet. Storing it again is harmless."""
        if vectors.shape != (len(chunks), self.view.dimension()) or not np.isfinite(vectors).all():
            raise ValueError("one finite vector of the recorded length a chunk is needed")
        if self.stored(version.id):
            return
        with self._transaction():
            marks = ", ".join("?" * (len(_COLUMNS) + 2))
            self._sql.execute(
                f"INSERT INTO versions ({', '.join(_COLUMNS)}, added, chunks) VALUES ({marks})",  # noqa: S608
                (*astuple(version), now(), len(chunks)),
            )
            for chunk, vector in zip(chunks, vectors, strict=True):
                self._insert(version, chunk, vector)

    def go_live(self, version_id: str, placed: Placed) -> None:
        """Make a stored version the document's live one; the one before stays for rollback.

        Raises CollectionError if there is no such collection.
        """
        with self._change() as live:
            self._place(placed)
            live.go_live(placed.document_id, version_id, placed.mtime_ns)

    def put(self, version: NewVersion, placed: Placed, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Store a version and make it live."""
        self.stage(version, chunks, vectors)
        self.go_live(version.id, placed)

    def hand_over(self, document_id: str, placed: Placed) -> None:
        """The same content under another path: the live version of one document becomes that of another."""
        with self._change() as live:
            self._place(placed)
            live.hand_over(document_id, placed.document_id, placed.mtime_ns)
            document_collections.follow(self._sql, placed.document_id)

    def seen(self, document_id: str, mtime_ns: int) -> None:
        """Note another time of a file whose content is as it was; makes no generation."""
        with self._transaction():
            self._sql.execute(
                "UPDATE live SET mtime_ns = ? WHERE document = ? AND until IS NULL", (mtime_ns, document_id)
            )

    def retire(self, document_id: str) -> None:
        """The document answers no more; a rollback can bring it back until it is pruned."""
        with self._change() as live:
            live.retire(document_id)

    def erase(self, document_id: str) -> None:
        """Take the document and all that was made of it out of every generation; then call `shrink`."""
        with self._change() as live:
            live.erase(document_id)

    def rollback(self, number: int) -> None:
        """A new generation with the documents of a kept one; rights stay as they are.

        Raises UnknownGenerationError, which lists those that are kept.
        """
        generations.refuse_unknown(self.view, number)
        with self._change() as live:
            live.restore(number)

    def prune(self, keep: int) -> Pruned:
        """Drop what the newest `keep` generations (at least 1) do not need; then call `shrink`."""
        if keep < 1:
            raise ValueError("the newest generation is always kept")
        with self._transaction():
            return generations.prune(self._sql, keep)

    def refuse_unknown_collection(self, name: str) -> None:
        """Raises CollectionError, which lists the collections there are."""
        document_collections.refuse_unknown(self._sql, name)

    def put_collection(self, name: str, groups: frozenset[str] = frozenset()) -> None:
        """Make a collection, or name other groups for it; none: everyone reads it. Raises CollectionError."""
        with self._change():
            document_collections.put_collection(self._sql, name, groups)

    def move(self, document_id: str, collection: str) -> None:
        """Put a document into another collection. Raises CollectionError, UnknownDocumentError."""
        with self._change():
            document_collections.move(self._sql, document_id, collection)

    def drop_collection(self, name: str) -> None:
        """Drop an empty collection. Raises CollectionError."""
        with self._change():
            document_collections.drop_collection(self._sql, name)

    def begin_space(self, embedder: str, dimension: int) -> int:
        """The space for this embedder's vectors, beside the active one; a third one is dropped."""
        with self._transaction():
            return vector_spaces.begin(self._sql, embedder, dimension)

    def unembedded(self, space: int) -> int:
        """How many chunks of any generation have no vector in the space."""
        return vector_spaces.count_missing(self._sql, space)

    def next_unembedded(self, space: int, after: int, limit: int) -> list[Unembedded]:
        """Some of them, those after the row `after`."""
        return vector_spaces.missing(self._sql, space, after, limit)

    def fill_space(self, space: int, chunks: Sequence[Unembedded], vectors: Vectors) -> None:
        """Store the vectors of some chunks."""
        with self._transaction():
            vector_spaces.fill(self._sql, space, chunks, vectors)

    def switch_space(self, space: int) -> None:
        """Let the space answer, if it does not yet, and drop the vectors of every other one."""
        if vector_spaces.active_space(self._sql) == space:
            return
        with self._change():
            vector_spaces.switch(self._sql, space)

    def tidy(self) -> None:
        """Merge the full-text index, so that words of removed text are gone from it, and empty the log.

        Readers keep the log from shrinking while they read; the next writer tries again.
        """
        self._sql.execute("INSERT INTO chunk_index (chunk_index) VALUES ('optimize')")
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def shrink(self) -> None:
        """Give the space of what was dropped back to the disk; needs as much memory as is kept."""
        self._sql.execute("INSERT INTO chunk_index (chunk_index) VALUES ('optimize')")
        self._sql.execute("VACUUM")
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _staged(self) -> list[str]:
        rows = self._sql.execute("SELECT id FROM versions WHERE id NOT IN (SELECT version FROM live)")
        return [row[0] for row in rows]

    def _place(self, placed: Placed) -> None:
        document_collections.refuse_unknown(self._sql, placed.collection)
        self._sql.execute(
            """INSERT INTO documents VALUES (:id, :source, :name, :root, :collection) ON CONFLICT (id)
            DO UPDATE SET source = :source, name = :name, root = :root, collection = :collection""",
            {
                "id": placed.document_id,
                "source": placed.source,
                "name": placed.name,
                "root": placed.root,
                "collection": placed.collection,
            },
        )

    def _insert(self, version: NewVersion, chunk: Chunk, vector: Vectors) -> None:
        # One heading a line: a line break inside a heading would become a second one.
        headings = "\n".join(" ".join(heading.split()) for heading in chunk.heading)
        place = (chunk.page, chunk.line_start, chunk.line_end, chunk.place)
        row = self._sql.execute(
            "INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (chunk.id, version.id, chunk.ordinal, version.title, headings, chunk.text, *place),
        ).lastrowid
        self._sql.execute(
            "INSERT INTO vectors SELECT ?, CAST(value AS INTEGER), ? FROM meta WHERE key = 'space'",
            (row, vector.astype("<f4").tobytes()),
        )

    @contextmanager
    def _change(self) -> Iterator[LiveSet]:
        """A transaction that makes a new revision, and at the command's first change a new generation."""
        with self._transaction():
            if not self._has_generation:
                begin_generation(self._sql, self._what)
            self._sql.execute(
                "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'",
            )
            yield LiveSet(self._sql)
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
