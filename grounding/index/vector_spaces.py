"""One embedder's vectors beside another's, until the new ones are complete and take over.

Every function works inside the caller's transaction. Chunks of earlier generations are embedded too, so
that a rollback finds vectors.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grounding.documents import Chunk


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A chunk without a vector in a space."""

    row: int
    title: str
    chunk: Chunk = field(repr=False)


def begin(sql: sqlite3.Connection, embedder: str, dimension: int) -> int:
    """The space of this embedder, made if need be; any other one that is not active is dropped."""
    sql.execute("INSERT OR IGNORE INTO spaces (embedder, dimension) VALUES (?, ?)", (embedder, dimension))
    [space] = sql.execute(
        "SELECT id FROM spaces WHERE embedder = ? AND dimension = ?", (embedder, dimension)
    ).fetchone()
    active = active_space(sql)
    if active is None:
        _activate(sql, int(space))
    _drop_others(sql, int(space), active or int(space))
    return int(space)


def active_space(sql: sqlite3.Connection) -> int | None:
    """Id of the space that answers; None before the first document."""
    found = sql.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'space'").fetchone()
    return int(found[0]) if found else None


def count_missing(sql: sqlite3.Connection, space: int) -> int:
    """How many chunks have no vector in the space."""
    [count] = sql.execute(
        """SELECT (SELECT count(*) FROM chunks)
            - (SELECT count(*) FROM vectors WHERE space = ?)""",
        (space,),
    ).fetchone()
    return int(count)


def missing(sql: sqlite3.Connection, space: int, after: int, limit: int) -> list[Unembedded]:
    """The first chunks after the row `after` that have no vector in the space."""
    rows = sql.execute(
        """SELECT row, title, id, ordinal, headings, text FROM chunks
        WHERE row > ? AND NOT EXISTS (SELECT 1 FROM vectors WHERE space = ? AND chunk = row)
        ORDER BY row LIMIT ?""",
        (after, space, limit),
    )
    return [
        Unembedded(
            row=row[0],
            title=row[1],
            chunk=Chunk(
                id=row[2],
                ordinal=row[3],
                heading=tuple(row[4].split("\n")) if row[4] else (),
                text=row[5],
            ),
        )
        for row in rows
    ]


def fill(
    sql: sqlite3.Connection, space: int, chunks: Sequence[Unembedded], vectors: NDArray[np.float32]
) -> None:
    """Store vectors, one a chunk. Raises ValueError if they are not of the space's shape or not finite."""
    [dimension] = sql.execute("SELECT dimension FROM spaces WHERE id = ?", (space,)).fetchone()
    if vectors.shape != (len(chunks), dimension) or not np.isfinite(vectors).all():
        raise ValueError("one finite vector of the recorded length a chunk is needed")
    sql.executemany(
        "INSERT INTO vectors VALUES (?, ?, ?)",
        [
            (one.row, space, vector.astype("<f4").tobytes())
            for one, vector in zip(chunks, vectors, strict=True)
        ],
    )


def switch(sql: sqlite3.Connection, space: int) -> None:
    """Let the space answer; the vectors of every other one go. Raises ValueError if it is incomplete."""
    if count_missing(sql, space):
        raise ValueError("chunks without a vector would be found by nobody")
    _activate(sql, space)
    _drop_others(sql, space)


def _activate(sql: sqlite3.Connection, space: int) -> None:
    sql.execute("INSERT OR REPLACE INTO meta VALUES ('space', ?)", (str(space),))


def _drop_others(sql: sqlite3.Connection, *kept: int) -> None:
    marks = ", ".join("?" * len(kept))
    sql.execute(f"DELETE FROM vectors WHERE space NOT IN ({marks})", kept)  # noqa: S608 - only marks
    sql.execute(f"DELETE FROM spaces WHERE id NOT IN ({marks})", kept)  # noqa: S608 - only marks
