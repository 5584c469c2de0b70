"""Reads table rows from the pages of a SQLite file that SQLite itself may refuse. Looks, never writes.

The format is https://www.sqlite.org/fileformat.html: sections 1.6 (b-tree pages), 1.7 (overflow),
2.1 (records), 4 (write-ahead log). Trees are not followed: every page is read as if it were a leaf of a
table, so rows are found whatever happened to the pages above them, and whatever is read by mistake
does not authenticate later.

Promises
    * Every number from the file has a ceiling, every offset a bound, every chain of pages an end: any
      bytes give some rows or none, never an exception, and work in proportion to the file.
    * Pages that committed transactions left in the log come before those of the file, and a page of
      the log whose checksum fails does not hide the older one behind it.

Not promised
    * That a row is genuine. Whoever holds the keys judges that.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from app.vault.envelope import MAX_BOX_BYTES

Value = bytes | int | None
Record = tuple[Value, ...]

PAGE = 4096
"""What every vault is made with; another size is believed only if it gives more rows."""

MAX_FILE_BYTES = 16 * 2**30
MAX_COLUMNS = 8
_LEAST_PAYLOAD, _MAX_PAYLOAD = 2, MAX_BOX_BYTES + 4096
_FILE_HEADER = 100
_OVERFLOW_READS, _OVERFLOW_SPARE = 8, 1000
_LEAF_HEADER, _POINTER, _SMALLEST_CELL = 8, 2, 4
_LOG_HEADER, _FRAME_HEADER = 32, 24
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Buffer = bytes | mmap.mmap


class _NotARowError(ValueError):
    """These bytes are not what they were taken for."""


@dataclass(slots=True)
class Pages:
    """The pages of a file and its log as they lie there."""

    file: Buffer
    log: Buffer
    size: int = PAGE
    frames: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    """Page number to places in the log, oldest first, and whether the checksum there fits."""

    overflow_left: int = 0
    """How many more overflow pages are looked at."""

    def count(self) -> int:
        """How many pages there are, or claim to be."""
        in_file = -(-min(len(self.file), MAX_FILE_BYTES) // self.size)
        return max([in_file, *self.frames])

    def versions(self, number: int) -> list[bytes]:
        """Images of a page, newest first, down to the first that can be relied on."""
        found = []
        for place, fits in reversed(self.frames.get(number, [])):
            found.append(self.log[place : place + self.size])
            if fits:
                return found
        start = (number - 1) * self.size
        found.append(self.file[start : start + self.size])
        return found

    def newest(self, number: int) -> bytes:
        """The newest image of a page; empty if there is none."""
        return self.versions(number)[0] if number > 0 else b""


def rows_of(file: Path) -> list[Record]:
    """Every row of a table in the file and in the log beside it, newest first where one was rewritten."""
    with ExitStack() as opened:
        main = _mapped(file, opened)
        log = _mapped(file.with_name(file.name + "-wal"), opened)
        claimed = int.from_bytes(main[16:18], "big")
        sizes = {PAGE, 65536 if claimed == 1 else claimed} & {1 << power for power in range(9, 17)}
        return max((list(rows_in(_pages(main, log, size))) for size in sorted(sizes, reverse=True)), key=len)


def _mapped(file: Path, opened: ExitStack) -> Buffer:
    try:
        stream = opened.enter_context(file.open("rb"))
    except FileNotFoundError:
        return b""
    if stream.seek(0, 2) == 0:
        return b""
    return opened.enter_context(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _pages(main: Buffer, log: Buffer, size: int) -> Pages:
    pages = Pages(main, log, size)
    if len(log) < _LOG_HEADER:
        return pages
    magic, _, _, _, *salts = struct.unpack(">6I", log[:24])
    words = ">" if magic != _LOG_MAGIC[0] else "<"
    before = struct.unpack(">2I", log[24:32])
    uncommitted: list[tuple[int, int, bool]] = []
    for start in range(_LOG_HEADER, min(len(log), MAX_FILE_BYTES) - _FRAME_HEADER - size + 1, size + 24):
        header = log[start : start + _FRAME_HEADER]
        number, committed, salt, pepper, *sums = struct.unpack(">6I", header)
        if [salt, pepper] != salts or not 0 < number <= MAX_FILE_BYTES // size:
            continue
        place = start + _FRAME_HEADER
        # Beginning from what the frame before stores keeps one bad frame from condemning all behind it.
        fits = _checksum(words, before, header[:8] + log[place : place + size]) == tuple(sums)
        before = (sums[0], sums[1])
        uncommitted.append((number, place, fits))
        if committed:
            for page, where, good in uncommitted:
                pages.frames.setdefault(page, []).append((where, good))
            uncommitted = []
    return pages


def _checksum(order: str, before: tuple[int, ...], data: bytes) -> tuple[int, int]:
    first, second = before
    numbers = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(numbers[::2], numbers[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def rows_in(pages: Pages) -> Iterator[Record]:
    """Every row of a table on these pages."""
    # Each belongs to one row of one image; forged chains that share pages would cost without end.
    pages.overflow_left = _OVERFLOW_SPARE + _OVERFLOW_READS * pages.count()
    for number in range(1, pages.count() + 1):
        for page in pages.versions(number):
            for cell in cells(page, _FILE_HEADER if number == 1 else 0):
                try:
                    yield record(_payload(pages, page, cell))
                except (_NotARowError, IndexError, struct.error):
                    continue


def cells(page: bytes, begin: int = 0) -> list[int]:
    """Where the cells of a leaf page begin. `begin` is 100 for the first page of a file."""
    header = page[begin : begin + _LEAF_HEADER]
    if len(header) < _LEAF_HEADER:
        return []
    count = min(int.from_bytes(header[3:5], "big"), (len(page) - _LEAF_HEADER) // (_POINTER + _SMALLEST_CELL))
    first = begin + _LEAF_HEADER
    pointers = page[first : first + count * _POINTER]
    places = (int.from_bytes(pointers[at : at + 2], "big") for at in range(0, len(pointers), 2))
    return [place for place in places if first <= place <= len(page) - _SMALLEST_CELL]


def _payload(pages: Pages, page: bytes, cell: int) -> bytes:
    size, at = varint(page, cell)
    _, at = varint(page, at)
    if not _LEAST_PAYLOAD <= size <= _MAX_PAYLOAD:
        raise _NotARowError
    local = local_bytes(size, pages.size)
    found = [page[at : at + local]]
    missing, next_page = size - local, int.from_bytes(page[at + local : at + local + 4], "big")
    while missing > 0:
        overflow = pages.newest(next_page) if next_page <= pages.count() else b""
        pages.overflow_left -= 1
        if len(overflow) < pages.size or pages.overflow_left < 0:
            raise _NotARowError
        found.append(overflow[4 : 4 + missing])
        missing -= pages.size - 4
        next_page = int.from_bytes(overflow[:4], "big")
    return b"".join(found)


def local_bytes(size: int, page: int) -> int:
    """How much of a payload of `size` bytes lies in the cell itself (section 1.6, reserved space 0)."""
    most, least = page - 35, (page - 12) * 32 // 255 - 23
    if size <= most:
        return size
    wanted = least + (size - least) % (page - 4)
    return wanted if wanted <= most else least


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes at `at`, and where it ends. IndexError past the end."""
    number = 0
    for step in range(8):
        byte = data[at + step]
        number = (number << 7) | (byte & 0x7F)
        if byte < 0x80:  # noqa: PLR2004 - the high bit says that more follows
            return number, at + step + 1
    return (number << 8) | data[at + 8], at + 9


def record(payload: bytes) -> Record:
    """The columns of a row (section 2.1); text and floats, which a vault never holds, are no columns."""
    end, at = varint(payload, 0)
    if not _LEAST_PAYLOAD <= end <= 1 + 9 * MAX_COLUMNS:
        raise _NotARowError
    columns: list[Value] = []
    place = end
    while at < end:
        kind, at = varint(payload, at)
        value, place = _column(payload, kind, place)
        columns.append(value)
    if place != len(payload) or len(columns) > MAX_COLUMNS:
        raise _NotARowError
    return tuple(columns)


def _column(payload: bytes, kind: int, place: int) -> tuple[Value, int]:
    if kind == 0:
        return None, place
    if kind in {8, 9}:
        return kind - 8, place
    if kind in _INTEGER_BYTES:
        end = place + _INTEGER_BYTES[kind]
        return int.from_bytes(payload[place:end], "big", signed=True), end
    if kind >= 12 and kind % 2 == 0:  # noqa: PLR2004 - blobs are the even kinds from 12
        end = place + (kind - 12) // 2
        if end > len(payload):
            raise _NotARowError
        return payload[place:end], end
    raise _NotARowError
