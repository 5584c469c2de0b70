"""The audit log as files: appended by any process of the account, verified with the first key.

The folder holds `log.jsonl` (one entry a line), `writer` (number, key and place of the next entry),
`checkpoints.jsonl` (signed), `lock`, and until an admin key exists `first` (the first key).

Promises
    * An event is on disk when `append` returns. A kill between the two writes of an append is mended by
      the next one: an entry that the writer's key vouches for is taken over, a torn line is cut off.
    * A damaged or shortened log never stops new entries; `verify` names what does not fit.

Not promised
    * While there is no admin key, whoever can write the folder can write another log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.vault import audit_chain, guard
from app.vault.audit_chain import GENESIS, MAX_ENTRIES, MAX_ENTRY_BYTES, Entry, Event
from app.vault.envelope import KEY_BYTES
from app.vault.errors import AuditDamagedError
from app.vault.files import forget_unfinished, guarded, patient_lock, replace_file
from app.vault.keys import wipe

LOG, WRITER, FIRST, LOCK = "log.jsonl", "writer", "first", "lock"
ID_BYTES = 16
_PATIENCE = 5.0  # seconds
_WRITER_CEILING = 1024
_TAIL_CEILING = 8 * MAX_ENTRY_BYTES
"""A crash leaves one line behind the writer's place at most; more is somebody else's."""


@dataclass(frozen=True, slots=True)
class _Writer:
    """What the next append needs."""

    log: bytes
    number: int
    key: bytearray = field(repr=False)
    head: bytes
    place: int
    """Size of the log in bytes when this was written."""

    def to_bytes(self) -> bytes:
        said = {"log": self.log.hex(), "number": self.number, "key": bytes(self.key).hex()}
        return json.dumps({**said, "head": self.head.hex(), "place": self.place}).encode()

    @classmethod
    def of(cls, stored: bytes) -> _Writer:
        try:
            said = json.loads(stored)
            log, key, head = (bytes.fromhex(said[name]) for name in ("log", "key", "head"))
            number, place = int(said["number"]), int(said["place"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise AuditDamagedError("The writer's place in the audit log cannot be read.") from None
        sizes = (len(log), len(key), len(head)) == (ID_BYTES, KEY_BYTES, KEY_BYTES)
        if not sizes or not 0 <= number <= MAX_ENTRIES or not 0 <= place <= MAX_ENTRIES * MAX_ENTRY_BYTES:
            raise AuditDamagedError("The writer's place in the audit log cannot be read.")
        return cls(log, number, bytearray(key), head, place)


@dataclass(frozen=True, slots=True)
class Findings:
    """What verifying a whole log found."""

    entries: int
    """That fit, counted from the first."""

    bad: int | None
    """Number of the first that does not fit or is missing; None if all is well."""

    why: str
    heads: dict[int, bytes]
    """Head after so many entries, for the counts that were asked for."""


class AuditLog:
    """Cheap to construct. Every call opens, locks and closes what it needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, event: Event) -> int:
        """Write one event and return its number; begins the log if there is none.

        Raises AuditDamagedError, VaultInUseError, VaultUnsafeError or VaultNotSavedError.
        """
        with self._locked():
            writer = self._caught_up(self._writer() or self._begun())
            entry = audit_chain.sealed(writer.key, writer.log, writer.number, event, writer.head)
            line = entry.to_line() + b"\n"
            if len(line) > MAX_ENTRY_BYTES or writer.number >= MAX_ENTRIES:
                raise AuditDamagedError("The event or the audit log is larger than its ceiling.")
            place = self._written(line)
            self._keep(_advanced(writer, entry, place))
        return entry.number

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """The entries from number `start` on, as they stand. Raises AuditDamagedError at one that is none."""
        for number, line in enumerate(self._lines()):
            if number >= start:
                yield Entry.from_line(line)

    def first_key(self) -> bytearray | None:
        """The first key while no admin has taken it over; None afterwards or before there is a log."""
        with guarded():
            stored = _read(self._folder / FIRST, KEY_BYTES)
        return bytearray(stored) if stored is not None and len(stored) == KEY_BYTES else None

    def identity(self) -> bytes | None:
        """16 random bytes that name this log; None before there is one."""
        with guarded():
            writer = self._writer()
        return writer.log if writer else None

    def forget_first_key(self) -> None:
        """The admin holds it sealed from here on."""
        with self._locked(), suppress(FileNotFoundError):
            (self._folder / FIRST).unlink()
            guard.sync_folder(self._folder)

    def end(self) -> tuple[int, bytes]:
        """Number of entries and head, as the writer has them. For a checkpoint."""
        with self._locked():
            writer = self._caught_up(self._writer() or self._begun())
            return writer.number, writer.head

    def heads(self, wanted: Collection[int]) -> dict[int, bytes]:
        """The head after so many entries as they stand, for the counts that are asked for and there."""
        heads: dict[int, bytes] = {0: GENESIS}
        with self._locked():
            for _ in _watched(self._lines(), heads, set(wanted)):
                pass
        return heads

    def verify(self, first: bytearray, wanted: Collection[int] = ()) -> Findings:
        """Recompute everything from the first key, up to what the writer must hold by now."""
        with self._locked():
            writer = self._writer()
            if writer is None:
                return Findings(0, None, "", {})
            writer = self._caught_up(writer)
            heads: dict[int, bytes] = {0: GENESIS}
            verdict = audit_chain.verify(writer.log, first, _watched(self._lines(), heads, set(wanted)))
            if verdict.bad is not None:
                return Findings(verdict.entries, verdict.bad, verdict.why, heads)
            if (verdict.entries, verdict.head, verdict.key) != (writer.number, writer.head, writer.key):
                why = "The newest entries are missing, or the writer's place was altered."
                return Findings(verdict.entries, verdict.entries, why, heads)
            return Findings(verdict.entries, None, "", heads)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with guarded():
            guard.make_folder(self._folder)
            for name in (LOG, WRITER, FIRST, LOCK):
                guard.check_file(self._folder / name)
            lock = patient_lock(self._folder / LOCK, _PATIENCE)
            try:
                for name in (WRITER, FIRST):  # they hold keys, which must not lie about
                    forget_unfinished(self._folder / name)
                yield
            finally:
                lock.release()

    def _begun(self) -> _Writer:
        first = bytearray(os.urandom(KEY_BYTES))
        replace_file(self._folder / FIRST, bytes(first))
        writer = _Writer(os.urandom(ID_BYTES), 0, first, GENESIS, 0)
        self._keep(writer)
        return writer

    def _writer(self) -> _Writer | None:
        stored = _read(self._folder / WRITER, _WRITER_CEILING)
        return None if stored is None else _Writer.of(stored)

    def _caught_up(self, writer: _Writer) -> _Writer:
        """With the entry taken over that an append wrote before it was cut off."""
        file = self._folder / LOG
        size = file.stat().st_size if file.exists() else 0
        if not writer.place < size <= writer.place + _TAIL_CEILING:
            return writer
        with file.open("rb") as stream:
            stream.seek(writer.place)
            tail = stream.read(_TAIL_CEILING)
        line, ended, _ = tail.partition(b"\n")
        if not ended:
            os.truncate(file, writer.place)
            return writer
        try:
            entry = Entry.from_line(line)
        except AuditDamagedError:
            return writer
        if not audit_chain.vouches(entry, writer.key, writer.log, writer.number, writer.head):
            return writer
        caught_up = _advanced(writer, entry, writer.place + len(line) + 1)
        self._keep(caught_up)
        return caught_up

    def _written(self, line: bytes) -> int:
        """Append and flush to disk; the size of the log afterwards."""
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self._folder / LOG, flags, 0o600)
        try:
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, line) != len(line):
                os.ftruncate(descriptor, before)
                raise OSError(None, "the disk took only a part")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return before + len(line)

    def _keep(self, writer: _Writer) -> None:
        replace_file(self._folder / WRITER, writer.to_bytes())

    def _lines(self) -> Iterator[bytes]:
        try:
            stream = (self._folder / LOG).open("rb")
        except FileNotFoundError:
            return
        with stream:
            while line := stream.readline(MAX_ENTRY_BYTES + 1):
                yield line.removesuffix(b"\n")


def _advanced(writer: _Writer, entry: Entry, place: int) -> _Writer:
    key = audit_chain.next_key(writer.key)
    wipe(writer.key)
    return _Writer(writer.log, writer.number + 1, key, entry.link(), place)


def _watched(lines: Iterator[bytes], heads: dict[int, bytes], wanted: set[int]) -> Iterator[bytes]:
    """The same lines; notes the head after those counts that are wanted."""
    for count, line in enumerate(lines, start=1):
        if count in wanted:
            with suppress(AuditDamagedError):
                heads[count] = Entry.from_line(line).link()
        yield line


def _read(file: Path, ceiling: int) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.read(ceiling + 1)[:ceiling]
    except FileNotFoundError:
        return None
