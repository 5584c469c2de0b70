"""Entries of the audit log, each sealed by a key that is gone once the next one is made. Pure functions.

Promises
    * Entry number n carries an HMAC under K_n, and K_(n+1) is expanded from K_n, which the writer then
      forgets. Who takes the writer's key at some moment can neither alter nor forge what stands before.
    * Each entry names the link of the one before, so that edited, removed, added and exchanged entries
      are noticed, and the first that does not fit is named.
    * Verifying recomputes every key from the first one; nothing that is stored is believed.
    * A checkpoint signed by the admin says how many entries there were and where they ended.

Not promised
    * That the blocks of the disk on which an earlier key of the writer stood are overwritten.
    * Noticing that the log and the writer's key were both put back to an earlier state after the newest
      checkpoint: tamper-evident up to the last checkpoint, not tamper-proof.
    * Anything about events that nobody recorded.

The construction is that of Bellare and Yee, "Forward integrity for secure audit logs" (1997), with a
hash chain beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.vault.envelope import fields, u64
from app.vault.errors import AuditDamagedError
from app.vault.keys import expand

GENESIS = bytes(32)
MAX_ENTRY_BYTES = 4096
"""Ceiling of one line. It says who, what and how many, never a text."""

MAX_ENTRIES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. No field ever holds text of a message, a prompt or a document."""

    time: str
    """ISO 8601, UTC."""

    who: str
    """Pseudonym of the account; the name behind it is kept apart and can be erased."""

    what: str
    """One of the program's own names for events, such as "docs.add"."""

    subject: str = ""
    """SHA-256 of what it was done to, or another id that is no text; empty if there is none."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Canonical: the same event is the same bytes."""
        counts = json.dumps(dict(self.counts), sort_keys=True, separators=(",", ":"))
        return fields(*(part.encode() for part in (self.time, self.who, self.what, self.subject, counts)))


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in its place."""

    number: int
    event: Event
    previous: bytes
    mac: bytes

    def link(self) -> bytes:
        """What the next entry names."""
        return hashlib.sha256(fields(b"audit/link/1", self.previous, self.mac)).digest()

    def to_line(self) -> bytes:
        """As it stands in the log, without the line feed. ASCII, so that no byte steers a terminal."""
        event = self.event
        said = {
            "number": self.number,
            "time": event.time,
            "who": event.who,
            "what": event.what,
            "subject": event.subject,
            "counts": dict(event.counts),
            "previous": self.previous.hex(),
            "mac": self.mac.hex(),
        }
        return json.dumps(said, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """Parse strictly: only what `to_line` writes. Raises AuditDamagedError."""
        if len(line) > MAX_ENTRY_BYTES:
            raise AuditDamagedError("A line of the audit log is longer than an entry can be.")
        try:
            said = json.loads(line)
            event = Event(
                time=_text(said["time"]),
                who=_text(said["who"]),
                what=_text(said["what"]),
                subject=_text(said["subject"]),
                counts={_text(name): _number(count) for name, count in said["counts"].items()},
            )
            previous, mac = bytes.fromhex(said["previous"]), bytes.fromhex(said["mac"])
            entry = cls(_number(said["number"]), event, previous, mac)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise AuditDamagedError("A line of the audit log is not an entry.") from None
        if entry.to_line() != line:
            raise AuditDamagedError("A line of the audit log is not written as this program writes it.")
        return entry


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries there were at a moment, and where they ended; signed by the admin."""

    count: int
    head: bytes
    time: str

    def to_bytes(self, log: bytes) -> bytes:
        """What is signed."""
        return fields(b"audit/checkpoint/1", log, u64(self.count), self.head, self.time.encode())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found."""

    entries: int
    """That fit, counted from the first."""

    head: bytes
    key: bytearray = field(repr=False)
    """The key that the writer must hold now if nothing is missing at the end."""

    bad: int | None = None
    """Number of the first entry that does not fit; None if all do."""

    why: str = ""


def sealed(key: bytearray, log: bytes, number: int, event: Event, previous: bytes) -> Entry:
    """The entry for an event under the key of its number."""
    return Entry(number, event, previous, _mac(key, log, number, event, previous))


def next_key(key: bytearray) -> bytearray:
    """The key of the next entry; from it there is no way back to this one."""
    return expand(key, b"audit/next/v1")


def verify(log: bytes, first: bytes | bytearray, lines: Iterable[bytes]) -> Verdict:
    """Recompute everything from the first key. Never raises: what does not fit is the answer."""
    key, head, number = bytearray(first), GENESIS, 0
    for line in lines:
        try:
            entry = Entry.from_line(line)
        except AuditDamagedError as error:
            return Verdict(number, head, key, number, str(error))
        if why := _misfit(entry, log, number, head, key):
            return Verdict(number, head, key, number, why)
        key, head, number = next_key(key), entry.link(), number + 1
    return Verdict(number, head, key)


def vouches(entry: Entry, key: bytearray, log: bytes, number: int, previous: bytes) -> bool:
    """Whether the entry is the one that this key sealed for this place."""
    return not _misfit(entry, log, number, previous, key)


def _misfit(entry: Entry, log: bytes, number: int, previous: bytes, key: bytearray) -> str:
    if entry.number != number:
        return f"Entry {number} is missing or out of its place."
    if entry.previous != previous:
        return f"Entry {number} does not follow the one before it."
    if not hmac.compare_digest(entry.mac, _mac(key, log, number, entry.event, previous)):
        return f"Entry {number} was altered or forged."
    return ""


def _mac(key: bytearray, log: bytes, number: int, event: Event, previous: bytes) -> bytes:
    sealing = bytes(expand(key, b"audit/mac/v1"))
    return hmac.digest(
        sealing, fields(b"audit/1", log, u64(number), previous, event.to_bytes()), hashlib.sha256
    )


def _text(value: object) -> str:
    # Entries are shown before they are verified; none may look like several.
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise TypeError
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise TypeError
    return value
