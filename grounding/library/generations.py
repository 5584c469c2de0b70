"""Which version of which document is live, generation by generation.

Promises
    * Everything here happens inside the caller's transaction: a kill leaves all of it or none.
    * The full-text index holds exactly the chunks of live versions.
    * The counts of a generation are those of its live set.
    * Rights are no part of a generation: a rollback leaves collections and who may read them as they are.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from grounding.catalog import CatalogView
from grounding.errors import UnknownGenerationError

Difference = Literal["", "added", "updated", "removed"]

_LISTED = 20
_COUNTED = {"added": "added", "updated": "updated", "removed": "removed"}


def now() -> str:
    """The time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def begin_generation(sql: sqlite3.Connection, what: str) -> None:
    """A new generation, like the one before it until something changes."""
    sql.execute(
        """INSERT INTO generations (made, what, added, updated, removed, documents, chunks)
        SELECT ?, ?, 0, 0, 0, coalesce(max(documents), 0), coalesce(max(chunks), 0) FROM
            (SELECT documents, chunks FROM generations ORDER BY number DESC LIMIT 1)""",
        (now(), what),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was dropped because no kept generation needs it."""

    generations: int
    versions: int
    chunks: int


class LiveSet:
    """The newest generation while it is being changed, inside one transaction."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        [self._generation] = sql.execute("SELECT max(number) FROM generations").fetchone()
        [revision] = sql.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        self._revision = int(revision)

    def go_live(self, document: str, version: str, mtime_ns: int) -> None:
        """Make a stored version the document's live one; the one before it is retired."""
        before = self._difference(document)
        if self._live(document) == version:
            self._sql.execute(
                "UPDATE live SET mtime_ns = ? WHERE document = ? AND until IS NULL", (mtime_ns, document)
            )
            return
        self._retire(document)
        self._sql.execute(
            "INSERT INTO live VALUES (?, ?, ?, NULL, ?, NULL, ?)",
            (document, version, self._generation, self._revision, mtime_ns),
        )
        self._sql.execute(
            """INSERT INTO chunk_index (rowid, title, headings, text)
            SELECT row, title, headings, text FROM chunks WHERE version = ?""",
            (version,),
        )
        self._count(version, 1)
        self._recount(document, before)

    def retire(self, document: str) -> None:
        """The document is live no more; what it held stays for earlier generations."""
        before = self._difference(document)
        self._retire(document)
        self._recount(document, before)

    def hand_over(self, old: str, new: str, mtime_ns: int) -> None:
        """Make the live version of `old` that of `new`: the same text under another path.

        The chunks were never away, so no index need know.
        """
        differences = {document: self._difference(document) for document in (old, new)}
        if self._live(new):
            self._retire(new)
        [version, revision] = self._sql.execute(
            "SELECT version, revision FROM live WHERE document = ? AND until IS NULL", (old,)
        ).fetchone()
        self._close(old)
        self._sql.execute(
            "INSERT INTO live VALUES (?, ?, ?, NULL, ?, NULL, ?)",
            (new, version, self._generation, revision, mtime_ns),
        )
        for document, before in differences.items():
            self._recount(document, before)

    def restore(self, number: int) -> None:
        """Make live what was live in a kept generation, and nothing else."""
        wanted = {
            row[0]: (row[1], row[2])
            for row in self._sql.execute(
                """SELECT document, version, mtime_ns FROM live
                WHERE since <= :number AND (until IS NULL OR until > :number)""",
                {"number": number},
            )
        }
        live = dict(self._sql.execute("SELECT document, version FROM live WHERE until IS NULL").fetchall())
        # All that goes goes first: a version may have been handed from one document to another.
        for document, version in live.items():
            if wanted.get(document, ("", 0))[0] != version:
                self.retire(document)
        for document, (version, mtime_ns) in wanted.items():
            if live.get(document) != version:
                self.go_live(document, version, mtime_ns)

    def erase(self, document: str) -> None:
        """Take out the document with every version it ever had, also under earlier paths of the same file.

        Only content that another live document shares by a move stays.
        """
        self.retire(document)
        documents, versions = self._kin(document)
        held = self._sql.execute(
            """SELECT since, until, versions.chunks FROM live JOIN versions ON versions.id = version
            WHERE version IN (SELECT value FROM json_each(?))""",
            (json.dumps(versions),),
        ).fetchall()
        for since, until, chunks in held:
            self._sql.execute(
                """UPDATE generations SET documents = documents - 1, chunks = chunks - ?
                WHERE number >= ? AND number < ?""",
                (chunks, since, until),
            )
        self._sql.execute(
            "DELETE FROM live WHERE version IN (SELECT value FROM json_each(?))", (json.dumps(versions),)
        )
        drop_versions(self._sql, versions)
        self._sql.execute(
            """DELETE FROM documents WHERE id IN (SELECT value FROM json_each(?))
                AND id NOT IN (SELECT document FROM live)""",
            (json.dumps(documents),),
        )
        forget_before(self._sql, self._revision)

    def _kin(self, document: str) -> tuple[list[str], list[str]]:
        """This document and those not live that shared a version with it; their versions, staged ones too."""
        rows = self._sql.execute(
            """WITH RECURSIVE kin (document) AS (
                SELECT ? UNION
                SELECT other.document FROM kin JOIN live AS own ON own.document = kin.document
                    JOIN live AS other ON other.version = own.version
                WHERE other.document NOT IN (SELECT document FROM live WHERE until IS NULL))
            SELECT document FROM kin""",
            (document,),
        )
        documents = [row[0] for row in rows]
        rows = self._sql.execute(
            """SELECT id FROM versions WHERE id NOT IN (SELECT version FROM live WHERE until IS NULL)
                AND (document IN (SELECT value FROM json_each(:documents)) OR id IN (SELECT version FROM live
                    WHERE document IN (SELECT value FROM json_each(:documents))))""",
            {"documents": json.dumps(documents)},
        )
        return documents, [row[0] for row in rows]

    def _live(self, document: str) -> str | None:
        found = self._sql.execute(
            "SELECT version FROM live WHERE document = ? AND until IS NULL", (document,)
        ).fetchone()
        return str(found[0]) if found else None

    def _retire(self, document: str) -> None:
        version = self._live(document)
        if version is None:
            return
        # The index must be given the very text it was given before: it keeps none of its own.
        self._sql.execute(
            """INSERT INTO chunk_index (chunk_index, rowid, title, headings, text)
            SELECT 'delete', row, title, headings, text FROM chunks WHERE version = ?""",
            (version,),
        )
        self._count(version, -1)
        self._close(document)

    def _close(self, document: str) -> None:
        """End the live row. One that began in this generation was live in no complete one."""
        self._sql.execute(
            "DELETE FROM live WHERE document = ? AND until IS NULL AND since = ?",
            (document, self._generation),
        )
        self._sql.execute(
            "UPDATE live SET until = ?, retired = ? WHERE document = ? AND until IS NULL",
            (self._generation, self._revision, document),
        )

    def _count(self, version: str, sign: int) -> None:
        self._sql.execute(
            """UPDATE generations SET documents = documents + :sign,
                chunks = chunks + :sign * (SELECT chunks FROM versions WHERE id = :version)
            WHERE number = :number""",
            {"sign": sign, "version": version, "number": self._generation},
        )

    def _difference(self, document: str) -> Difference:
        """What this generation did to the document so far, against the one before."""
        before = self._sql.execute(
            "SELECT version FROM live WHERE document = :d AND since < :g AND (until IS NULL OR until >= :g)",
            {"d": document, "g": self._generation},
        ).fetchone()
        after = self._live(document)
        if before is None:
            return "added" if after else ""
        if after is None:
            return "removed"
        return "" if before[0] == after else "updated"

    def _recount(self, document: str, before: Difference) -> None:
        for difference, sign in ((before, -1), (self._difference(document), 1)):
            if difference:
                column = _COUNTED[difference]
                self._sql.execute(
                    f"UPDATE generations SET {column} = {column} + ? WHERE number = ?",  # noqa: S608
                    (sign, self._generation),
                )


def drop_versions(sql: sqlite3.Connection, versions: list[str]) -> int:
    """Delete versions that are in no live row, with their chunks and vectors; how many chunks."""
    names = (json.dumps(versions),)
    of_these = "SELECT row FROM chunks WHERE version IN (SELECT value FROM json_each(?))"
    sql.execute(f"DELETE FROM vectors WHERE chunk IN ({of_these})", names)  # noqa: S608 - our constants
    chunks = sql.execute("DELETE FROM chunks WHERE version IN (SELECT value FROM json_each(?))", names)
    sql.execute("DELETE FROM versions WHERE id IN (SELECT value FROM json_each(?))", names)
    return chunks.rowcount


def prune(sql: sqlite3.Connection, keep: int) -> Pruned:
    """Drop the generations before the newest `keep`, and what only they or nothing at all needs."""
    numbers = [
        row[0] for row in sql.execute("SELECT number FROM generations ORDER BY number DESC LIMIT ?", (keep,))
    ]
    oldest = numbers[-1] if numbers else 0
    sql.execute("DELETE FROM live WHERE until <= ?", (oldest,))
    unused = [
        row[0] for row in sql.execute("SELECT id FROM versions WHERE id NOT IN (SELECT version FROM live)")
    ]
    chunks = drop_versions(sql, unused)
    sql.execute("DELETE FROM documents WHERE id NOT IN (SELECT document FROM live)")
    generations = sql.execute("DELETE FROM generations WHERE number < ?", (oldest,)).rowcount
    [revision] = sql.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
    forget_before(sql, int(revision))
    return Pruned(generations=generations, versions=len(unused), chunks=chunks)


def forget_before(sql: sqlite3.Connection, revision: int) -> None:
    """Note that what was retired up to this revision may be gone without a trace."""
    sql.execute("INSERT OR REPLACE INTO meta VALUES ('horizon', ?)", (str(revision),))


def refuse_unknown(view: CatalogView, number: int) -> None:
    """Raises UnknownGenerationError, which lists those that are kept."""
    kept = [generation.number for generation in view.generations()]
    if number in kept:
        return
    listed = ", ".join(map(str, kept[:_LISTED])) or "none"
    raise UnknownGenerationError(
        f"There is no generation {number} any more, or there never was.",
        f"Kept are: {listed}{', and older ones' if len(kept) > _LISTED else ''}.",
    )
