"""One value for everything that answers come from, so that an admin can sign it.

Promises
    * Any change of a live document's name, place, rights, text or vector changes the digest.
    * The same content gives the same digest, in whichever order it was taken in or compacted.

Not promised
    * The full-text index is derived from the texts and not part of it.
    * Versions that are kept for a rollback count once they are live again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

# Sorted by ids, never by row: rows are an accident of the order of work.
_PARTS = (
    ("library", "SELECT value FROM meta WHERE key = 'library'"),
    ("collections", "SELECT name, groups FROM collections ORDER BY name"),
    (
        "documents",
        (
            "SELECT d.id, d.source, d.name, d.collection, v.id, v.sha256, v.title, v.dated"
            " FROM live l JOIN documents d ON d.id = l.document JOIN versions v ON v.id = l.version"
            " WHERE l.until IS NULL ORDER BY d.id"
        ),
    ),
    (
        "space",
        (
            "SELECT s.embedder, s.dimension FROM spaces s JOIN meta m"
            " ON m.key = 'space' AND s.id = CAST(m.value AS INTEGER)"
        ),
    ),
    (
        "chunks",
        (
            "SELECT c.id, c.version, c.ordinal, c.title, c.headings, c.text, c.page, c.place, x.vector"
            " FROM chunks c JOIN live l ON l.version = c.version AND l.until IS NULL"
            " LEFT JOIN vectors x ON x.chunk = c.row"
            " AND x.space = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'space')"
            " ORDER BY c.version, c.ordinal"
        ),
    ),
)


def digest_of(connection: sqlite3.Connection) -> bytes:
    """SHA-256 over what is live in this snapshot, each value behind its type and length."""
    whole = hashlib.sha256(b"inhouse/knowledge/1")
    for name, query in _PARTS:
        whole.update(_framed([name]))
        for row in connection.execute(query):
            whole.update(_framed(row))
    return whole.digest()


def _framed(values: Iterable[object]) -> bytes:
    parts = []
    for value in values:
        kind, content = _bytes_of(value)
        parts += [kind, len(content).to_bytes(8, "big"), content]
    return b"".join([b"row", *parts])


def _bytes_of(value: object) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    return (b"i", str(value).encode()) if isinstance(value, int) else (b"t", str(value).encode())
