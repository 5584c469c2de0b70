"""Excel workbooks: rows with the names of their columns, sheet by sheet, with their cell ranges.

Cells are read as the workbook last calculated them; no formula, link or macro is followed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileUnreadableError
from grounding.loaders.finishing import one_line
from grounding.loaders.grids import Group, Line, grouped
from grounding.loaders.limits import LIMITS
from grounding.loaders.number_formats import shown
from grounding.loaders.office import is_default_name, refuse_compound, stated_by
from grounding.loaders.sheet_marks import Marks, marks_of

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook  # type: ignore[import-untyped] # it has no types

_MOST_SHEETS = 1_000
_MOST_CELLS = 5_000_000
"""Filled cells of all sheets together, counted and not as their stated dimensions say."""

_MOST_STEPS = 20_000_000
"""Cells and rows walked over, empty ones included: one cell far out makes a whole row of them."""

_LONGEST_CELL = 32_767
"""Characters, as in Excel itself."""

_DRAWN_TEXT = b"<a:t>"
_SPLIT = "Split it into several files and add those."
_MOST_LISTED = 8


def load(data: bytes, *, name: str) -> LoadedDocument:
    """Text with cell ranges. Raises FileRefusedError if protected, FileUnreadableError over a limit."""
    refuse_compound(data, ending="xlsx")
    workbook = _opened(data)
    try:
        reader = _Reader()
        for sheet in workbook.worksheets:
            reader.read(sheet)
        stated = stated_by(data)
        return LoadedDocument(
            # The first heading would be the name of one sheet and no title of the others.
            title=stated.title or PurePosixPath(name).stem,
            kind="xlsx",
            blocks=tuple(reader.blocks),
            dated=stated.dated,
            warnings=(*reader.warnings(), *_unread(data)),
        )
    finally:
        workbook.close()


def _opened(data: bytes) -> Workbook:
    from openpyxl import load_workbook  # type: ignore[import-untyped] # it has no types

    with warnings.catch_warnings():
        # It tells of extensions and styles that it will not write again; nothing of that is text.
        warnings.simplefilter("ignore")
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    if len(workbook.sheetnames) > _MOST_SHEETS:
        raise FileUnreadableError(f"It has more than {_MOST_SHEETS:,} sheets.", _SPLIT)
    return workbook


def _unread(data: bytes) -> list[str]:
    with ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        drawings = [name for name in names if name.startswith("xl/drawings/drawing")]
        boxes = any(_DRAWN_TEXT in archive.read(name) for name in drawings)
    kinds = {
        "comments": any(name.startswith(("xl/comments", "xl/threadedComments")) for name in names),
        "text boxes": boxes,
        "charts": any(name.startswith("xl/charts/chart") for name in names),
    }
    told = [kind for kind, is_there in kinds.items() if is_there]
    return [f"Not read: {', '.join(told)}."] if told else []


@dataclass(slots=True)
class _Reader:
    """Turns sheets into blocks; the ceilings hold for all sheets together."""

    blocks: list[Block] = field(default_factory=list)
    _cells: int = 0
    _steps: int = 0
    _characters: int = 0
    _hidden: list[str] = field(default_factory=list)
    _unknown: list[str] = field(default_factory=list)

    def read(self, sheet: Any) -> None:
        # openpyxl makes a row for each that the stated dimension claims.
        sheet.reset_dimensions()
        marks = marks_of(sheet)
        before = len(self.blocks)
        heading = () if is_default_name(sheet.title) else (one_line(sheet.title),)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dates out of range; the cell then says #VALUE!
            for group in grouped(self._lines(sheet, marks)):
                self._add(group, sheet.title, heading)
        if marks.uncalculated:
            more = f" and {marks.uncalculated - len(marks.examples):,} more"
            listed = ", ".join(marks.examples) + (more if marks.uncalculated > len(marks.examples) else "")
            self._unknown.append(f"{sheet.title} {listed}")
        if sheet.sheet_state != "visible" and len(self.blocks) > before:
            self._hidden.append(sheet.title)

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        told = []
        if self._hidden:
            told.append(f"Hidden sheets were read too: {_listed(self._hidden)}.")
        if self._unknown:
            told.append(
                f"Formulas that were never calculated have no value: {_listed(self._unknown)};"
                " open it in Excel or LibreOffice and save it again."
            )
        return tuple(told)

    def _lines(self, sheet: Any, marks: Marks) -> Iterator[Line]:
        for number, row in enumerate(sheet.rows, start=1):
            self._steps += 1 + len(row)
            if self._steps > _MOST_STEPS:
                raise FileUnreadableError("Its cells lie too far apart to be read.", _SPLIT)
            cells = {column: text for column, cell in enumerate(row, start=1) if (text := _text(cell))}
            self._cells += len(cells)
            if self._cells > _MOST_CELLS:
                raise FileUnreadableError(f"It has more than {_MOST_CELLS:,} filled cells.", _SPLIT)
            filled = marks.filled(number, cells)
            if filled:
                bold = cells and all(_is_bold(row[column - 1]) for column in cells)
                yield Line(
                    number=number,
                    cells=filled,
                    spread=marks.spread(number, cells),
                    is_bold=bool(bold),
                )

    def _add(self, group: Group, title: str, heading: tuple[str, ...]) -> None:
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped] # it has no types

        self._characters += len(group.text)
        if self._characters > LIMITS.text_characters:
            raise FileUnreadableError(
                f"With its column names it gives more than {LIMITS.text_characters:,} characters of text.",
                _SPLIT,
            )
        first, last = map(get_column_letter, group.columns)
        corner, end = f"{first}{group.first_row}", f"{last}{group.last_row}"
        self.blocks.append(
            Block(
                text=group.text,
                heading=(*heading, *(name for name in group.caption if name not in heading)),
                line_start=group.first_row,
                line_end=group.last_row,
                place=f"sheet {one_line(title)}, {corner if corner == end else f'{corner}:{end}'}",
            )
        )


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value[:_LONGEST_CELL])
    return one_line(shown(value, cell.number_format or "General"))


def _is_bold(cell: Any) -> bool:
    font = cell.font
    return bool(font is not None and font.b)


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
