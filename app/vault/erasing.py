"""Which rows go when conversations are erased, and their deletion.

Promises
    * The wrapped key goes with the records in one transaction, so what a copy of the records may
      leave anywhere opens with nothing.
    * Records of a damaged conversation, whose count cannot be trusted, go too, as soon as every
      conversation that stays is sound: then whatever belongs to none of those is theirs.

Not promised
    * Copies elsewhere and earlier backups, which hold the wrapped key still.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.vault.ledger import Conversation, blob
from app.vault.rows import Rows


@dataclass(frozen=True, slots=True)
class Plan:
    """What is deleted."""

    conversations: tuple[bytes, ...]
    """Row names."""

    records: tuple[bytes, ...]
    """Row names."""

    kept: frozenset[bytes] | None
    """Row names of all records that stay; None if they are not known."""


def plan(rows: Rows, gone: Sequence[Conversation], rest: Sequence[Conversation], in_file: int) -> Plan:
    """`in_file` is the number of records there are, above which a damaged count is not followed."""
    kept = None
    if not all(row.sound for row in gone) and all(row.sound for row in rest):
        kept = frozenset(name for row in rest for name in _names(rows, row, row.count))
    records = tuple(name for row in gone for name in _names(rows, row, min(row.count, in_file)))
    return Plan(tuple(row.name for row in gone), records, kept)


def carry_out(connection: sqlite3.Connection, planned: Plan) -> int:
    """Delete, inside the caller's transaction; returns the number of records deleted."""
    connection.executemany("DELETE FROM conversation WHERE name = ?", [(n,) for n in planned.conversations])
    deleted = _delete(connection, "name", list(planned.records))
    if planned.kept is None:
        return deleted
    every = connection.execute("SELECT rowid, name FROM message")
    strays = [rowid for rowid, name in every if blob(name) not in planned.kept]
    return deleted + _delete(connection, "rowid", strays)


def _delete(connection: sqlite3.Connection, column: str, values: Sequence[bytes | int]) -> int:
    query = f"DELETE FROM message WHERE {column} = ?"  # noqa: S608 - one of two names given above
    return max(0, connection.executemany(query, [(value,) for value in values]).rowcount)


def _names(rows: Rows, row: Conversation, count: int) -> list[bytes]:
    if row.id is None:
        return []
    return [rows.message_name(row.id, sequence) for sequence in range(count)]
