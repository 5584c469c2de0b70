"""Sheets and separated values: where tables begin, which rows name the columns, and what each row says.

Rules
    * A blank row ends a table. A table that begins without column names and lies below the columns of the
      one before, with one blank row between, keeps its names.
    * Rows with one filled cell above a table are its caption.
    * One or two rows name the columns if they hold names, and what is below them looks different or there
      are at least three columns.
    * Nothing is lost: column names that no row uses are quoted by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grounding.loaders.finishing import one_line

_ROWS_TOGETHER = 10
_CHARACTERS_TOGETHER = 600
"""About as much as a passage holds, so that the cell range of a citation is a near one."""

_LONGEST_NAME = 120
_LONGEST_CAPTION = 100
_MOST_CAPTIONS = 3
_PROBED = 30
"""Rows below column names that are looked at."""

_TABLE = 2
"""Columns. Less is a list."""

_CERTAIN = 3
_VALUE = re.compile(r"[-+(<>~≈]?\s*(?:[A-Z]{3}\s|[$€£¥]\s*)?-?[\d.]*\d")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row with something in it."""

    number: int
    """Counted from 1."""

    cells: Mapping[int, str] = field(repr=False)
    """Filled cells by column, counted from 1, in order, each on one line of text."""

    spread: Mapping[int, str] = field(default_factory=dict, repr=False)
    """What a cell further left says of these columns too; serves for column names only."""

    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A few rows of one table, as text: one line of text for each row."""

    text: str = field(repr=False)
    caption: tuple[str, ...] = field(repr=False)
    first_row: int
    last_row: int
    columns: tuple[int, int]
    """First and last column of the whole table."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of columns, and the row where they stand."""

    by_column: Mapping[int, str]
    rows: int

    def sentence(self, line: Line) -> str:
        """The row as "Item: Laptop; Price: 900"; a label alone in its row stays alone."""
        if len(line.cells) == 1:
            return next(iter(line.cells.values()))
        parts = []
        for column, cell in line.cells.items():
            name = self.by_column.get(column, "").rstrip(":")
            parts.append(f"{name}: {cell}" if name and name != cell else cell)
        return "; ".join(parts)


_NONE = _Names({}, 0)


def grouped(lines: Iterable[Line], *, first_names: bool = False) -> Iterator[Group]:
    """Rows as text with the names of their columns.

    `first_names` says that the first row of a table with two columns names them unless it cannot; a sheet
    with two columns may as well hold names and values.
    """
    earlier = _Earlier(_NONE, 0)
    caption: tuple[str, ...] = ()
    for region in _regions(lines):
        captions = _captions(region)
        body = region[len(captions) :]
        if captions:
            caption = tuple(_only(line) for line in captions)
            yield from _cut(captions, _NONE, (), _columns(region))
        if not body:
            earlier = _Earlier(_NONE, 0)
            continue
        names = _names(body, first_names=first_names)
        if not names.rows and earlier.heads(body):
            names = _Names(earlier.names.by_column, 0)
        yield from _told(body, names, caption)
        earlier = _Earlier.of(body, names)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """Column names that may hold on below a blank row."""

    names: _Names
    last: int
    """The row they were last used in."""

    unproven: Line | None = None
    """A row of names with nothing below it yet."""

    @classmethod
    def of(cls, body: Sequence[Line], names: _Names) -> _Earlier:
        last = body[-1]
        are_only_names = len(body) <= _TABLE and all(
            _is_name(cell) for line in body for cell in line.cells.values()
        )
        if not are_only_names:
            return cls(names, last.number)
        by_column = dict(last.cells) if len(body) == 1 else _two_rows(body[0], last)
        return cls(_Names(by_column, 0), last.number, last)

    def heads(self, body: Sequence[Line]) -> bool:
        columns = {column for line in body for column in line.cells}
        is_near = body[0].number == self.last + 2 and len(columns) >= _TABLE
        is_below = len(columns - self.names.by_column.keys()) <= 1
        is_proven = self.unproven is None or _values_below(self.unproven, body[:_PROBED])
        return bool(self.names.by_column) and is_near and is_below and is_proven


def _regions(lines: Iterable[Line]) -> Iterator[list[Line]]:
    region: list[Line] = []
    for line in lines:
        if region and line.number > region[-1].number + 1:
            yield region
            region = []
        region.append(line)
    if region:
        yield region


def _captions(region: Sequence[Line]) -> list[Line]:
    """Rows at the top with one filled cell; all rows of a region that holds nothing else and is short."""
    found = []
    for line in region:
        if len(line.cells) != 1 or _is_value(_only(line)) or len(_only(line)) > _LONGEST_CAPTION:
            break
        found.append(line)
    is_above_something = len(found) < len(region)
    if is_above_something and max(len(line.cells) for line in region) < _TABLE:
        return []
    return found if len(found) <= _MOST_CAPTIONS else []


def _only(line: Line) -> str:
    return next(iter(line.cells.values()))


def _names(body: Sequence[Line], *, first_names: bool) -> _Names:
    """Column names of a table with something below them."""
    if len(body) > _TABLE and _is_second_row_of_names(body):
        return _Names(_two_rows(body[0], body[1]), 2)
    if len(body) < _TABLE or not _holds_names(body[0]):
        return _NONE
    below = body[1 : _PROBED + 1]
    is_certain = (
        _values_below(body[0], below)
        or (body[0].is_bold and not any(line.is_bold for line in below))
        or _heads_all(body[0], below, least=_TABLE if first_names else _CERTAIN)
    )
    return _Names(dict(body[0].cells), 1) if is_certain else _NONE


def _is_second_row_of_names(body: Sequence[Line]) -> bool:
    top, second = body[0], body[1]
    fills_gaps = any(column not in top.cells for column in second.cells)
    are_names = all(map(_is_name, [*top.cells.values(), *second.cells.values()]))
    return fills_gaps and are_names and _values_below(second, body[2 : _PROBED + 2])


def _two_rows(top: Line, second: Line) -> dict[int, str]:
    """With "2023" over "Q1" and "Q2" the names are "2023 Q1" and "2023 Q2"."""
    above = {**top.spread, **top.cells}
    return {
        # A name that is merged downwards stands in both rows.
        column: one_line(" ".join(dict.fromkeys((above.get(column, ""), second.cells.get(column, "")))))
        for column in sorted({*above, *second.cells})
    }


def _holds_names(line: Line) -> bool:
    filled = list(line.cells.values())
    return (
        len(filled) >= _TABLE and all(map(_is_name, filled)) and not all(_YEAR.match(cell) for cell in filled)
    )


def _values_below(names: Line, below: Sequence[Line]) -> bool:
    """Whether some column holds a name here and mostly numbers, dates or amounts below."""
    for column, name in names.cells.items():
        cells = [line.cells[column] for line in below if column in line.cells]
        values = sum(map(_is_value, cells))
        if values * 2 > len(cells) and (not _YEAR.match(name) or not any(map(_YEAR.match, cells))):
            # With two columns a name and its value look just like this, unless all are values.
            return len(names.cells) > _TABLE or values == len(cells)
    return False


def _heads_all(names: Line, below: Sequence[Line], *, least: int) -> bool:
    filled = {column for line in below for column in line.cells}
    distinct = {name.lower() for name in names.cells.values()}
    first = min(filled | set(names.cells))
    repeated = any(line.cells.get(column) == name for line in below for column, name in names.cells.items())
    return (
        len(names.cells) >= least
        and len(distinct) == len(names.cells)
        and filled <= {first, *names.cells}
        and not repeated
    )


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and (any(map(str.isalpha, cell)) or bool(_YEAR.match(cell)))


def _is_value(cell: str) -> bool:
    return bool(_VALUE.match(cell)) or not any(map(str.isalpha, cell))


def _told(body: Sequence[Line], names: _Names, caption: tuple[str, ...]) -> Iterator[Group]:
    columns = _columns(body)
    rows = body[names.rows :]
    used = {column for line in rows if len(line.cells) > 1 for column in line.cells}
    if names.rows and not names.by_column.keys() <= used:
        yield from _cut(body[: names.rows], _NONE, caption, columns)
    yield from _cut(rows, names, caption, columns)


def _cut(
    lines: Sequence[Line], names: _Names, caption: tuple[str, ...], columns: tuple[int, int]
) -> Iterator[Group]:
    texts = [names.sentence(line) if names.by_column else _plain(line) for line in lines]
    starts = [0]
    size = 0
    for index, text in enumerate(texts):
        is_full = size + len(text) > _CHARACTERS_TOGETHER or index - starts[-1] >= _ROWS_TOGETHER
        if is_full and index > starts[-1]:
            starts.append(index)
            size = 0
        size += len(text)
    for start, end in pairwise([*starts, len(texts)]):
        yield Group(
            text="\n".join(texts[start:end]),
            caption=caption,
            first_row=lines[start].number,
            last_row=lines[end - 1].number,
            columns=columns,
        )


def _plain(line: Line) -> str:
    cells = list(line.cells.values())
    return f"{cells[0].rstrip(':')}: {cells[1]}" if len(cells) == _TABLE else " | ".join(cells)


def _columns(lines: Sequence[Line]) -> tuple[int, int]:
    columns = [column for line in lines for column in line.cells]
    return min(columns), max(columns)
