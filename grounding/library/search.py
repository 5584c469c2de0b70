"""Reading chunks of one snapshot. Rights are settled in SQL, before anything is scored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from grounding.errors import CatalogUnusableError
from grounding.library.entries import PASSAGE, ChunkText, passage
from grounding.passages import Passage, Principal
from grounding.text.terms import match_any

Vectors = NDArray[np.float32]

_LIVE = """chunks JOIN live ON live.version = chunks.version AND live.until IS NULL
    JOIN documents ON documents.id = live.document"""
_READABLE = """documents.collection IN (SELECT name FROM collections WHERE groups = '[]' OR EXISTS (
    SELECT 1 FROM json_each(collections.groups) AS allowed
    WHERE allowed.value IN (SELECT value FROM json_each(:groups))))"""
# CROSS JOIN keeps SQLite from walking through all vectors to find those of a few chunks.
_VECTORS = """CROSS JOIN vectors ON vectors.chunk = chunks.row AND vectors.space =
    (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'space')"""
_WEIGHTS = "0.5, 1.0, 1.0"
"""BM25 weights of title, headings, text. A title stands in every chunk of its document, so it says less."""

MOST_NEIGHBOURS = 20


class SearchView:
    """Chunks, vectors and passages of one snapshot; only what is live is ever given."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def readable_chunks(self, principal: Principal) -> int:
        """How many live chunks `principal` may read."""
        return self._readable_total("chunks", principal)

    def readable_characters(self, principal: Principal) -> int:
        """How many characters the documents have that `principal` may read."""
        return self._readable_total("characters", principal)

    def _readable_total(self, column: str, principal: Principal) -> int:
        # Counted by documents: a walk over the chunks would take long in a large library.
        [count] = self._sql.execute(
            f"""SELECT total(versions.{column}) FROM live JOIN versions ON versions.id = live.version
                JOIN documents ON documents.id = live.document
            WHERE live.until IS NULL AND {_READABLE}""",  # noqa: S608 - our constants
            {"groups": _groups(principal)},
        ).fetchone()
        return int(count)

    def readable_documents(self, principal: Principal) -> frozenset[str]:
        """Ids of the live documents that `principal` may read."""
        rows = self._sql.execute(
            f"""SELECT documents.id FROM live JOIN documents ON documents.id = live.document
            WHERE live.until IS NULL AND {_READABLE}""",  # noqa: S608 - our constants
            {"groups": _groups(principal)},
        )
        return frozenset(row[0] for row in rows)

    def readable_texts(self, principal: Principal, *, every: int = 1) -> Iterator[ChunkText]:
        """Texts of the live chunks that `principal` may read, in the order they came; every n-th of them.

        One after the other: the snapshot must stay open until all that is wanted has been taken.
        """
        rows = self._sql.execute(
            f"""SELECT id, title, headings, text FROM
                (SELECT row AS found, row_number() OVER (ORDER BY row) AS nth
                    FROM {_LIVE} WHERE {_READABLE})
                JOIN chunks ON chunks.row = found WHERE (nth - 1) % :every = 0 ORDER BY found""",  # noqa: S608
            {"groups": _groups(principal), "every": max(1, every)},
        )
        return (ChunkText(*row) for row in rows)

    def vectors(self, principal: Principal | None = None) -> tuple[tuple[str, ...], Vectors]:
        """Ids and vectors, shape (n, dimension), of what `principal` may read; of everything without one.

        Without a principal only for building an index, never for answering.
        """
        rights = _READABLE if principal else "1"
        rows = self._sql.execute(
            f"SELECT chunks.id, vector FROM {_LIVE} {_VECTORS} WHERE {rights} ORDER BY row",  # noqa: S608
            {"groups": _groups(principal)} if principal else {},
        ).fetchall()
        return self._joined(rows)

    def vectors_of(self, ids: Sequence[str]) -> Mapping[str, Vectors]:
        """Vectors of some live chunks."""
        rows = self._sql.execute(
            f"""SELECT chunks.id, vector FROM {_LIVE} {_VECTORS}
            WHERE chunks.id IN (SELECT value FROM json_each(?))""",  # noqa: S608 - our constants
            (json.dumps(list(ids)),),
        )
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}

    def delta(self, revision: int) -> tuple[tuple[str, ...], Vectors]:
        """Ids and vectors of live chunks that came into the searches after that revision.

        For an index that is a little old. It may hold some of them already: a rollback brings chunks back.
        """
        rows = self._sql.execute(
            f"""SELECT chunks.id, vector
            FROM live CROSS JOIN chunks ON chunks.version = live.version {_VECTORS}
            WHERE live.until IS NULL AND live.revision > ? ORDER BY row""",  # noqa: S608 - our constants
            (revision,),
        ).fetchall()
        return self._joined(rows)

    def retired_since(self, revision: int) -> int:
        """How many chunks were live at that revision and are not now.

        What was pruned or erased is forgotten; for a revision before that the number is that of all chunks.
        """
        meta = dict(self._sql.execute("SELECT key, value FROM meta").fetchall())
        [count] = self._sql.execute(
            """SELECT CASE WHEN :revision < :horizon
                THEN (SELECT total(chunks) FROM versions)
                ELSE (SELECT total(chunks) FROM versions
                    WHERE id IN (SELECT version FROM live WHERE retired > :revision AND revision <= :revision)
                    AND id NOT IN (SELECT version FROM live WHERE until IS NULL)) END""",
            {"revision": revision, "horizon": int(meta.get("horizon", "0"))},
        ).fetchone()
        return int(count)

    def remembers(self, revision: int) -> bool:
        """Whether nothing that was live at that revision has been erased or pruned since."""
        found = self._sql.execute("SELECT value FROM meta WHERE key = 'horizon'").fetchone()
        return found is None or revision >= int(found[0])

    def live_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of some chunks that are live; says nothing about rights."""
        rows = self._sql.execute(
            """SELECT chunks.id FROM chunks JOIN live ON live.version = chunks.version AND live.until IS NULL
            WHERE chunks.id IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(ids)),),
        )
        return frozenset(row[0] for row in rows)

    def lexical(self, terms: Sequence[str], principal: Principal, limit: int) -> list[tuple[str, float]]:
        """Chunk id and BM25, larger is better, best first; of chunks with at least one of the terms.

        Word frequencies are those of the whole library, so a score can differ by what others may read.
        """
        expression = match_any(terms)
        if not expression:
            return []
        given = {"match": expression, "groups": _groups(principal), "limit": limit}
        if self._reads_everything(principal):
            # The index holds live chunks only, so nothing need be looked up for each match.
            rows = self._sql.execute(
                f"""SELECT chunks.id, -distance AS score FROM
                    (SELECT rowid AS found, bm25(chunk_index, {_WEIGHTS}) AS distance FROM chunk_index
                    WHERE chunk_index MATCH :match ORDER BY distance, found LIMIT :limit)
                    JOIN chunks ON chunks.row = found ORDER BY score DESC, chunks.id""",  # noqa: S608 - our constants
                given,
            )
            return [(row[0], float(row[1])) for row in rows]
        rows = self._sql.execute(
            f"""SELECT chunks.id, -bm25(chunk_index, {_WEIGHTS}) AS score
            FROM chunk_index JOIN chunks ON chunks.row = chunk_index.rowid
                JOIN live ON live.version = chunks.version AND live.until IS NULL
                JOIN documents ON documents.id = live.document
            WHERE chunk_index MATCH :match AND {_READABLE}
            ORDER BY score DESC, chunks.id LIMIT :limit""",  # noqa: S608 - our constants
            given,
        )
        return [(row[0], float(row[1])) for row in rows]

    def _reads_everything(self, principal: Principal) -> bool:
        [closed] = self._sql.execute(
            """SELECT count(*) FROM collections WHERE groups != '[]' AND NOT EXISTS (
                SELECT 1 FROM json_each(collections.groups) AS allowed
                WHERE allowed.value IN (SELECT value FROM json_each(:groups)))""",
            {"groups": _groups(principal)},
        ).fetchone()
        return not closed

    def chunks_with(self, term: str, ids: Sequence[str]) -> tuple[int, frozenset[str]]:
        """In how many chunks the term or a form of it occurs, and in which of `ids`."""
        expression = match_any([term])
        if not expression:
            return 0, frozenset()
        [count] = self._sql.execute(
            "SELECT count(*) FROM chunk_index WHERE chunk_index MATCH ?", (expression,)
        ).fetchone()
        if not ids:
            return int(count), frozenset()
        rows = self._sql.execute(
            """SELECT id FROM chunk_index JOIN chunks ON row = chunk_index.rowid
            WHERE chunk_index MATCH ? AND id IN (SELECT value FROM json_each(?))""",
            (expression, json.dumps(list(ids))),
        )
        return int(count), frozenset(row[0] for row in rows)

    def passages(self, ids: Sequence[str], principal: Principal) -> Mapping[str, Passage]:
        """Live passages among `ids` that `principal` may read; without scores."""
        rows = self._sql.execute(
            f"""SELECT {PASSAGE} FROM {_LIVE} JOIN versions ON versions.id = chunks.version
            WHERE chunks.id IN (SELECT value FROM json_each(:ids)) AND {_READABLE}""",  # noqa: S608
            {"ids": json.dumps(list(ids)), "groups": _groups(principal)},
        )
        return {row[0]: passage(row) for row in rows}

    def around(self, chunk_id: str, before: int, after: int, principal: Principal) -> tuple[Passage, ...]:
        """Passages next to a chunk in its version, the chunk's own among them, in order of the text.

        Empty if the chunk is not live or `principal` may not read it.
        """
        return self.neighbours([chunk_id], before, after, principal).get(chunk_id, ())

    def neighbours(
        self, ids: Sequence[str], before: int, after: int, principal: Principal
    ) -> Mapping[str, tuple[Passage, ...]]:
        """What `around` says, for many chunks at once; chunks without readable passages are left out."""
        before, after = (min(max(count, 0), MOST_NEIGHBOURS) for count in (before, after))
        rows = self._sql.execute(
            f"""SELECT {PASSAGE}, wanted FROM
                (SELECT id AS wanted, row AS first, version AS whole, ordinal AS middle
                    FROM chunks WHERE id IN (SELECT value FROM json_each(:ids)))
                JOIN chunks ON chunks.version = whole
                    AND chunks.ordinal BETWEEN middle - :before AND middle + :after
                JOIN live ON live.version = chunks.version AND live.until IS NULL
                JOIN documents ON documents.id = live.document
                JOIN versions ON versions.id = chunks.version
            WHERE {_READABLE}
            ORDER BY first, chunks.ordinal""",  # noqa: S608 - our constants
            {
                "ids": json.dumps(list(ids)),
                "before": before,
                "after": after,
                "groups": _groups(principal),
            },
        )
        found: dict[str, tuple[Passage, ...]] = {}
        for *columns, wanted in rows:
            found[wanted] = (*found.get(wanted, ()), passage(tuple(columns)))
        return found

    def dimension(self) -> int:
        """Length of the active vectors; 0 before the first document."""
        found = self._sql.execute(
            """SELECT dimension FROM spaces
            WHERE id = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'space')"""
        ).fetchone()
        return int(found[0]) if found else 0

    def _joined(self, rows: Sequence[tuple[str, bytes]]) -> tuple[tuple[str, ...], Vectors]:
        dimension = self.dimension()
        joined = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        if joined.size != len(rows) * dimension:
            raise CatalogUnusableError("The knowledge base holds vectors of different lengths.")
        return tuple(row[0] for row in rows), joined.reshape(len(rows), dimension)


def _groups(principal: Principal) -> str:
    return json.dumps(sorted(principal.groups))
