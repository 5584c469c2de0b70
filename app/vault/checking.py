"""Reads a whole vault, every head and every record, and says what does not open. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.vault import database
from app.vault.errors import RecordUnreadableError, VaultDamagedError
from app.vault.opening import Incident
from app.vault.store import Entry, Vault

_INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class Wound:
    """A conversation in which something does not open."""

    id: bytes | None
    """None where not even that opens."""

    name: bytes
    sound: bool
    """Whether its head vouches for it."""

    summary_opens: bool
    damaged: tuple[int, ...]
    """Numbers of the records that are missing, damaged or were altered; the first is 0."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a vault looks like at one generation."""

    generation: int
    conversations: int
    records: int
    wounds: tuple[Wound, ...]
    unaccounted: int
    """Records that sound heads count and the file lacks; negative for rows that belong to none."""

    broken_file: bool = False
    """SQLite finds its own structure damaged: an index, or the copy of a name in one."""

    fresh: tuple[Incident, ...] = ()
    """Found at this opening and not before: older data was put back, or rows are gone."""

    @property
    def whole(self) -> bool:
        """Every head and every record is sound."""
        return not (self.wounds or self.unaccounted or self.broken_file or self.fresh)

    def resembles(self, other: Report) -> bool:
        """Whether both have the same contents and the same damage."""
        mine, its = (
            (one.conversations, one.records, one.wounds, one.unaccounted, one.broken_file)
            for one in (self, other)
        )
        return mine == its


def check(vault: Vault, incidents: Sequence[Incident] = ()) -> Report:
    """Read everything; takes some 30 µs for a record. `incidents` are those told when it was opened."""
    wounds, records = [], 0
    entries = vault.entries()
    for entry in entries:
        opened = [] if entry.id is None else vault.read(entry.id)
        records += len(opened)
        damaged = tuple(number for number, one in enumerate(opened) if one is None)
        if damaged or not entry.sound or entry.summary is None:
            wounds.append(_wound(entry, damaged))
    return Report(
        generation=vault.generation,
        conversations=len(entries),
        records=records,
        wounds=tuple(sorted(wounds, key=lambda wound: wound.name)),
        unaccounted=vault.missing_records(),
        broken_file=_broken(vault),
        fresh=tuple(incidents[_remembered(vault) :]),
    )


def _broken(vault: Vault) -> bool:
    connection = vault._connection  # noqa: SLF001 - the package is one, and others get no connection
    try:
        # Also compares each index with its table, which no reading of single rows does.
        with database.guarded():
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",))
    except VaultDamagedError:
        return True


def _wound(entry: Entry, damaged: tuple[int, ...]) -> Wound:
    return Wound(entry.id, entry.name, entry.sound, entry.summary is not None, damaged)


def _remembered(vault: Vault) -> int:
    """How many incidents the vault itself has kept; those told beyond are new."""
    try:
        return len(json.loads(vault.setting(_INCIDENTS) or b"[]"))
    except RecordUnreadableError:
        return 0
