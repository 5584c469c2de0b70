"""What openpyxl does not say of a sheet read row by row: merged cells, and formulas without a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\Z")
_MOST_MERGES = 50_000
_TALLEST, _WIDEST = 5_000, 200
"""Rows and columns of one merged cell that are filled with its text."""

_MOST_FILLED = 1_000_000
_MOST_EXAMPLES = 5


@dataclass(slots=True)
class Marks:
    """Marks of one sheet. `filled` and `spread` are to be called once for each row, downwards."""

    uncalculated: int = 0
    """Formulas that no program calculated."""

    examples: list[str] = field(default_factory=list)
    _down: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By first row: column and last row of cells that reach downwards."""

    _across: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By row: first and last column of cells that reach to the right."""

    _open: dict[int, tuple[int, str]] = field(default_factory=dict, repr=False)
    _filled: int = 0

    def filled(self, row: int, cells: Mapping[int, str]) -> dict[int, str]:
        """Cells of `row`, with the text of those above that reach into it, so that each row is whole."""
        # A row of nothing but merged cells stays blank: it divides tables.
        reaching = {
            column: text
            for column, (last, text) in self._open.items()
            if cells and last >= row and column not in cells
        }
        self._filled += len(reaching)
        if self._filled > _MOST_FILLED:
            reaching = {}
        for column, last in self._down.get(row, ()):
            if column in cells:
                self._open[column] = (last, cells[column])
        return dict(sorted({**cells, **reaching}.items())) if reaching else dict(cells)

    def spread(self, row: int, cells: Mapping[int, str]) -> dict[int, str]:
        """Text by column of cells that reach to the right, without their own first column."""
        return {
            column: cells[first]
            for first, last in self._across.get(row, ())
            if first in cells
            for column in range(first + 1, min(last, first + _WIDEST) + 1)
        }

    def merge(self, stated: str) -> None:
        """Take in a range like "A1:C2"; anything else is no range."""
        from openpyxl.utils import column_index_from_string  # type: ignore[import-untyped] # it has no types

        found = _RANGE.match(stated)
        if not found:
            return
        first, last = column_index_from_string(found[1]), column_index_from_string(found[3])
        top, bottom = int(found[2]), min(int(found[4]), int(found[2]) + _TALLEST)
        if bottom > top:
            self._down.setdefault(top, []).append((first, bottom))
        if last > first:
            self._across.setdefault(top, []).append((first, last))


def marks_of(sheet: Any) -> Marks:
    """Marks of a sheet that openpyxl opened for reading only. Raises what lxml raises for broken markup."""
    from lxml import etree  # type: ignore[import-untyped] # it has no types

    marks, merges = Marks(), 0
    tags = (_SHEET + "c", _SHEET + "mergeCell", _SHEET + "row")
    with sheet._get_source() as source:  # noqa: SLF001 - there is no public way to the markup of a sheet
        for _, element in etree.iterparse(
            source, tag=tags, resolve_entities=False, no_network=True, load_dtd=False
        ):
            if element.tag == tags[0]:
                _note_formula(element, marks)
            elif element.tag == tags[1]:
                merges += 1
                if merges <= _MOST_MERGES:
                    marks.merge(element.get("ref") or "")
            else:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    return marks


def _note_formula(cell: Any, marks: Marks) -> None:
    formula = cell.find(_SHEET + "f")
    # A text formula may well give an empty text; a number that is missing was never calculated.
    if (
        formula is None
        or cell.findtext(_SHEET + "v")
        or (cell.get("t") == "str" and cell.find(_SHEET + "v") is not None)
    ):
        return
    marks.uncalculated += 1
    if len(marks.examples) < _MOST_EXAMPLES:
        marks.examples.append(str(cell.get("r") or "?")[:10])
