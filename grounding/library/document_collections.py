"""Collections: which documents belong together, and which groups may read them.

A change counts at once and for every generation, because rights are no part of one.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable

from grounding.errors import CollectionError, UnknownDocumentError
from grounding.library.schema import DEFAULT_COLLECTION
from grounding.library.wording import counted

_NAME = re.compile(r"[^\W_][\w .-]{0,63}")
_GROUP = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_MOST_GROUPS = 200
_MOST_BESIDE = 200
"""Documents of a folder whose collections are looked at."""


def put_collection(sql: sqlite3.Connection, name: str, groups: Iterable[str]) -> None:
    """Make a collection, or name other groups for it; no groups: everyone. Raises CollectionError."""
    wanted = sorted(set(groups))
    if not _NAME.fullmatch(name):
        raise CollectionError(
            "This is no name for a collection.",
            "Use up to 64 letters, digits, spaces, points and hyphens, beginning with a letter or a digit.",
        )
    if len(wanted) > _MOST_GROUPS or not all(_GROUP.fullmatch(group) and group.strip() for group in wanted):
        raise CollectionError(
            f"The groups of {name} cannot be recorded.",
            f"Name at most {_MOST_GROUPS} groups of 1 to 100 characters each.",
        )
    sql.execute("INSERT OR IGNORE INTO collections VALUES (?, '[]')", (name,))
    sql.execute("UPDATE collections SET groups = ? WHERE name = ?", (json.dumps(wanted), name))


def move(sql: sqlite3.Connection, document_id: str, collection: str) -> None:
    """Put a document into another collection, with the earlier paths of its file.

    Raises CollectionError, UnknownDocumentError.
    """
    refuse_unknown(sql, collection)
    moved = sql.execute("UPDATE documents SET collection = ? WHERE id = ?", (collection, document_id))
    if not moved.rowcount:
        raise UnknownDocumentError(f"There is no document {document_id!r}.")
    follow(sql, document_id)


def follow(sql: sqlite3.Connection, document_id: str) -> None:
    """Let earlier paths of a document's file have its collection.

    A rollback brings such a path back, and its text must find the readers it has now.
    """
    sql.execute(
        """WITH RECURSIVE kin (document) AS (
            SELECT :document UNION
            SELECT other.document FROM kin JOIN live AS own ON own.document = kin.document
                JOIN live AS other ON other.version = own.version
            WHERE other.document NOT IN (SELECT document FROM live WHERE until IS NULL))
        UPDATE documents SET collection = (SELECT collection FROM documents WHERE id = :document)
        WHERE id IN (SELECT document FROM kin)""",
        {"document": document_id},
    )


def home_of(sql: sqlite3.Connection, source: str, root: str = "") -> str:
    """The collection for the file at an absolute path that was found below the folder `root`.

    A document that was restricted once stays so until somebody names another collection, also while it is
    removed. A new file goes where the others of its folder are if they agree, else where those of the nearest
    folder above it are, at last those of all of `root`: what comes into a restricted folder must not be open.
    """
    known = sql.execute("SELECT collection FROM documents WHERE source = ?", (source,)).fetchone()
    if known:
        return str(known[0])
    [several] = sql.execute("SELECT count(*) > 1 FROM collections").fetchone()
    if not several or not root:
        return DEFAULT_COLLECTION
    homes: set[str] = set()
    folder = os.path.dirname(source)  # noqa: PTH120 - a stored path is text
    while not homes and len(folder) >= len(root):
        homes = _homes_in(sql, folder)
        folder = os.path.dirname(folder)  # noqa: PTH120
    homes = homes or _homes(sql, "root = ?", root)
    return homes.pop() if len(homes) == 1 else DEFAULT_COLLECTION


def _homes_in(sql: sqlite3.Connection, folder: str) -> set[str]:
    """Collections of documents that were found right in a folder; a range of the index on paths."""
    start = folder.rstrip(os.sep) + os.sep
    end = start[:-1] + chr(ord(os.sep) + 1)
    inner = f"substr(source, {len(start) + 1})"
    return _homes(
        sql, f"source > ? AND source < ? AND root != '' AND instr({inner}, ?) = 0", start, end, os.sep
    )


def _homes(sql: sqlite3.Connection, condition: str, *values: str) -> set[str]:
    rows = sql.execute(
        f"SELECT collection FROM documents WHERE {condition} LIMIT {_MOST_BESIDE}",  # noqa: S608 - our constants
        values,
    )
    return {row[0] for row in rows}


def drop_collection(sql: sqlite3.Connection, name: str) -> None:
    """Drop an empty collection. Raises CollectionError."""
    refuse_unknown(sql, name)
    if name == DEFAULT_COLLECTION:
        raise CollectionError(
            f"{name} is where documents go that name no collection; it cannot be dropped.",
            "Name the groups that may read it instead.",
        )
    [held] = sql.execute("SELECT count(*) FROM documents WHERE collection = ?", (name,)).fetchone()
    if not held:
        sql.execute("DELETE FROM collections WHERE name = ?", (name,))
        return
    [live] = sql.execute(
        """SELECT count(*) FROM documents JOIN live ON live.document = documents.id AND live.until IS NULL
        WHERE collection = ?""",
        (name,),
    ).fetchone()
    # A rollback would bring a removed document back, and it must find its readers then.
    raise CollectionError(
        f"{name} holds {counted(live, 'document')}, "
        f"and {held - live} removed that a rollback could bring back.",
        "Move or remove its documents, and run `inhouse docs prune` to drop removed ones.",
    )


def refuse_unknown(sql: sqlite3.Connection, name: str) -> None:
    """Raises CollectionError, which lists the collections there are."""
    known = [row[0] for row in sql.execute("SELECT name FROM collections ORDER BY name")]
    if name not in known:
        raise CollectionError(
            f"There is no collection {name!r}.",
            f"Known are: {', '.join(known[:20])}. `inhouse docs collection NAME` makes one.",
        )
