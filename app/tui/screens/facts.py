"""Two tables to look something up: why these passages were found, and the states of the knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static
from typing_extensions import override

from app.contract import GenerationShape
from app.contract.explain import CandidateShape, ExplainShape
from app.tui.screens.passing import PassingScreen
from app.tui.wording import count
from safety.terminal import safe_line

_SHOWN = 100
_LONG = 8
"""Rows from which the table takes all the room there is."""

_NAME = 30
"""Columns of a file's name, so that its place and the score stay in sight on 80 columns."""


class FactsScreen(PassingScreen[None]):
    """A few lines, and a table below them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "Close")]

    def __init__(
        self, title: str, lines: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._columns = columns
        self._rows = rows

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="facts"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static("\n".join(self._lines), id="facts-text", markup=False)
            yield DataTable[Text](id="facts-table", cursor_type="row")
            yield Static("Escape closes this page", classes="hint")

    def on_mount(self) -> None:
        """Fill the table; without rows there is none."""
        table = self.query_one(DataTable)
        table.add_columns(*self._columns)
        for row in self._rows[:_SHOWN]:
            table.add_row(*(Text(safe_line(cell, 120)) for cell in row))
        table.display = bool(self._rows)
        self.query_one("#facts").set_class(len(self._rows) > _LONG, "-long")
        if self._rows:
            table.focus()


def explain_screen(told: ExplainShape) -> FactsScreen:
    """Everything that was weighed for one question."""
    lines = [f"Searched for: {safe_line(told.searched, 300)}"]
    if told.corrections:
        repaired = ", ".join(f"{one.written} → {one.read_as}" for one in told.corrections)
        lines.append(f"Repaired: {safe_line(repaired, 300)}")
    if told.context:
        lines.append(f"And once more with: {safe_line(told.context, 300)}")
    lines.append(f"Words: {safe_line(', '.join(told.terms), 300)}")
    if told.entities:
        lines.append(f"Known names: {safe_line(', '.join(told.entities), 300)}")
    steps = ", ".join(f"{name} {taken:.0f} ms" for name, taken in told.timings_ms.items())
    lines.append(f"{count(len(told.candidates), 'candidate')}, index: {told.index}. {safe_line(steps, 300)}")
    if told.notice:
        lines.append(safe_line(told.notice, 300))
    columns = ("became", "document", "score", "meaning", "words", "names", "remarks")
    return FactsScreen("Why these passages", lines, columns, [_candidate(one) for one in told.candidates])


def _candidate(one: CandidateShape) -> tuple[str, ...]:
    figures = (one.dense, one.lexical, one.entity)
    shown = ("–" if figure is None else f"{figure:.2f}" for figure in figures)
    name = _shortened(PurePath(one.document).name, _NAME)
    where = f"{name}, {one.place}" if one.place else name
    remarks = "; ".join(filter(None, (one.source, one.moved)))
    return one.dropped or "a passage", where, f"{one.score:.2f}", *shown, remarks


def _shortened(name: str, width: int) -> str:
    # The end of a file name tells editions apart, so the middle goes.
    if len(name) <= width:
        return name
    half = (width - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


def generations_screen(generations: Sequence[GenerationShape]) -> FactsScreen:
    """The states of the knowledge base, newest first."""
    lines = [
        "Each command that changes the documents makes a generation; the newest one answers.",
        "`inhouse docs rollback N` goes back to one, `inhouse docs prune` drops the oldest.",
    ]
    if not generations:
        lines = ["No generations yet: add documents to make the first one."]
    columns = ("number", "made (UTC)", "by", "documents", "passages", "added", "updated", "removed")
    rows = [
        (
            f"{one.number:,}",
            one.made[:16].replace("T", " "),
            one.what,
            *(f"{number:,}" for number in (one.documents, one.chunks, one.added, one.updated, one.removed)),
        )
        for one in generations
    ]
    return FactsScreen("Generations", lines, columns, rows)
