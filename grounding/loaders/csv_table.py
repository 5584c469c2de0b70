"""Comma and tab separated values: each row names its columns, with its rows and source lines.

A place counts rows, the one with the column names being row 1; `line_start` and `line_end` are lines of
the file, which differ where a quoted cell holds line breaks.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from operator import itemgetter
from typing import Literal

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileUnreadableError
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import one_line
from grounding.loaders.grids import Group, Line, grouped
from grounding.loaders.limits import LIMITS

_DELIMITERS = ",;\t|"
_SAMPLE = 100
"""Rows looked at to find the delimiter."""

_SAMPLE_CHARACTERS = 1 << 16
_LONGEST_FIELD = 1 << 20
"""Characters. More in one cell is a quote that is never closed."""

_TALLEST_CELL = 200
"""Lines. More in one cell is a quote that is never closed."""

_FEW_BLANK = 0.2
"""Of the filled rows. Files whose line ends were mangled have a blank row after each."""

_MOSTLY = 0.6
_NO_DELIMITER = "\x1f"
_WIDEST = 10_000
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class _Record:
    cells: list[str] = field(repr=False)
    first_line: int
    last_line: int


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with rows and lines. Raises FileRefusedError for binary data, FileUnreadableError over a limit."""
    decoded = decode(data)
    delimiter = _delimiter(decoded.text)
    records, quotes = _records(decoded.text, delimiter)
    rows = _numbered(records)
    groups = grouped((_line(number, record) for number, record in rows.items()), first_names=True)
    return LoadedDocument(
        title="",
        kind="csv",
        blocks=tuple(_blocks(groups, rows)),
        warnings=tuple(filter(None, (decoded.warning, quotes, _ragged(rows)))),
    )


def _numbered(records: Sequence[_Record]) -> dict[int, _Record]:
    """Rows with something in them. Blank ones count too and divide tables, unless there are very many."""
    filled = {
        number: record
        for number, record in enumerate(records, start=1)
        if any(cell.strip() for cell in record.cells)
    }
    is_spaced = len(records) - len(filled) > len(filled) * _FEW_BLANK
    return dict(enumerate(filled.values(), start=1)) if is_spaced else filled


def _line(number: int, record: _Record) -> Line:
    cells = {column: text for column, cell in enumerate(record.cells, start=1) if (text := one_line(cell))}
    # A merged cell of a sheet is written as its text and blanks to the right of it.
    spread: dict[int, str] = {}
    for column in range(min(cells) + len("ab"), len(record.cells) + 1):
        if column not in cells and (left := cells.get(column - 1) or spread.get(column - 1)):
            spread[column] = left
    return Line(number=number, cells=cells, spread=spread)


def _blocks(groups: Iterator[Group], rows: Mapping[int, _Record]) -> Iterator[Block]:
    characters = 0
    for group in groups:
        characters += len(group.text)
        if characters > LIMITS.text_characters:
            raise FileUnreadableError(
                f"With its column names it gives more than {LIMITS.text_characters:,} characters of text.",
                "Split it into several files and add those.",
            )
        one = group.first_row == group.last_row
        yield Block(
            text=group.text,
            heading=group.caption,
            line_start=rows[group.first_row].first_line,
            line_end=rows[group.last_row].last_line,
            place=f"row {group.first_row}" if one else f"rows {group.first_row} to {group.last_row}",
        )


def _delimiter(text: str) -> str:
    """The sign that divides most rows, and best into the same number of cells; or one that divides none."""
    sample = text[:_SAMPLE_CHARACTERS]
    first, _, rest = text.partition("\n")
    # Spreadsheets write and read this line; it is no data.
    if first.lower().startswith("sep=") and len(first) == len("sep=,") and rest:
        return first[-1]
    best = max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))
    return best if _evenness(sample, best)[0] else _NO_DELIMITER


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of rows with the commonest number of cells, and that number; zeros if most have only one."""
    try:
        rows = list(islice(csv.reader(StringIO(sample, newline=""), delimiter=delimiter), _SAMPLE))
    except csv.Error:
        return 0.0, 0
    widths = Counter(len(row) for row in rows if row)
    divided = {width: count for width, count in widths.items() if width > 1}
    if sum(divided.values()) <= widths.total() * _MOSTLY:
        return 0.0, 0
    width, count = max(divided.items(), key=itemgetter(1))
    return count / widths.total(), width


def _records(text: str, delimiter: str) -> tuple[list[_Record], str]:
    """Rows, and a warning if quotes had to be read as plain signs."""
    try:
        return list(_read(text, delimiter, csv.QUOTE_MINIMAL)), ""
    except _UnclosedQuoteError:
        # A quote that is never closed would hide all rows behind it in one cell.
        told = "A quote is never closed: all quotes were read as plain signs."
        return list(_read(text, delimiter, csv.QUOTE_NONE)), told


class _UnclosedQuoteError(Exception):
    """Never leaves this module."""


def _read(text: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[_Record]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    before, is_strict = 0, quoting == csv.QUOTE_MINIMAL
    try:
        for cells in reader:
            if len(cells) > _WIDEST:
                raise FileUnreadableError(
                    f"A row has more than {_WIDEST:,} columns.", "Split it into several files and add those."
                )
            if is_strict and reader.line_num - before > _TALLEST_CELL:
                raise _UnclosedQuoteError
            if before or cells != ["sep=", ""]:
                yield _Record(cells, before + 1, reader.line_num)
            before = reader.line_num
    except csv.Error:
        if is_strict:
            raise _UnclosedQuoteError from None
        raise FileUnreadableError(
            f"A cell holds more than {_LONGEST_FIELD:,} characters.", "Mend that row and add the file again."
        ) from None


def _ragged(rows: Mapping[int, _Record]) -> str:
    """Which rows have another number of cells than most."""
    widths = Counter(len(record.cells) for record in rows.values())
    if len(widths) <= 1:
        return ""
    usual = widths.most_common(1)[0][0]
    odd = [str(number) for number, record in rows.items() if len(record.cells) != usual]
    more = f" and {len(odd) - _MOST_LISTED:,} more" if len(odd) > _MOST_LISTED else ""
    listed = ", ".join(odd[:_MOST_LISTED]) + more
    return f"Not {usual} columns as most rows have: {'row' if len(odd) == 1 else 'rows'} {listed}."
