"""Tables as sentences: each row names its columns, so that a row quoted alone still says what it means."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.loaders.finishing import one_line

_LONGEST_HEADER = 80
_PAIR = 2


def rows_as_text(rows: Sequence[Sequence[str]], *, headed: bool) -> list[tuple[int, str]]:
    """Index and text of each row worth quoting.

    With a header row "Item: Laptop; Price: 900". Without, two columns are a name and its value, as in
    "Laptop: 900", and more are divided by bars. `headed` says that the document marks its first row as a
    header; three and more columns are taken to have one if their first row looks like it.
    """
    cleaned = [[one_line(cell) for cell in row] for row in rows]
    header = cleaned[0] if cleaned else []
    has_header = len(cleaned) > 1 and (headed or _looks_like_header(header))
    if not has_header:
        return [(index, text) for index, row in enumerate(cleaned) if (text := _plain(row))]
    body = [(index, _with_header(header, row)) for index, row in enumerate(cleaned) if index]
    told = [(index, text) for index, text in body if text]
    # A name of a column that no row fills would be lost with its header.
    is_used = all(any(any(row[column : column + 1]) for row in cleaned[1:]) for column in _named(header))
    return told if told and is_used else [(0, _plain(header)), *told]


def _named(row: Sequence[str]) -> list[int]:
    return [column for column, cell in enumerate(row) if cell]


def _looks_like_header(row: Sequence[str]) -> bool:
    named = [cell for cell in row if cell and len(cell) <= _LONGEST_HEADER and not _is_number(cell)]
    first_may_be_empty = len(named) >= len(row) - (not row[0] if row else 0)
    return len(row) > _PAIR and first_may_be_empty and len(set(named)) == len(named)


def _is_number(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and not any(c.isalpha() for c in cell)


def _with_header(header: Sequence[str], row: Sequence[str]) -> str:
    parts: list[str] = []
    for column, cell in enumerate(row):
        if not cell:
            continue
        name = header[column] if column < len(header) else ""
        parts.append(f"{name.rstrip(':')}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)


def _plain(row: Sequence[str]) -> str:
    filled = [cell for cell in row if cell]
    if len(row) == _PAIR and len(filled) == _PAIR:
        return f"{filled[0].rstrip(':')}: {filled[1]}"
    return " | ".join(filled)
