"""Asks in which form and where a conversation is written out in clear, or which conversations are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, SelectionList, Static
from textual.widgets.option_list import Option
from textual.widgets.selection_list import Selection
from typing_extensions import override

from app.contract import ConversationShape
from app.tui.keeping import ExportFormat
from app.tui.screens.passing import PassingScreen
from app.tui.widgets.search_box import LineBox
from safety.terminal import safe_line

_FORMS: tuple[tuple[ExportFormat, str, str], ...] = (
    ("markdown", ".md", "Markdown: to read and to go on writing"),
    ("html", ".html", "HTML: to read in a browser, one file"),
    ("json", ".json", "JSON: with every passage and verdict; can be taken in again"),
)
_IN_CLEAR = (
    "The file is written in clear: whoever can read it reads the conversation, with what was quoted "
    "from your documents. It is yours alone at first (mode 600); an existing file is never replaced."
)


@dataclass(frozen=True, slots=True)
class Export:
    """What to write, and where."""

    form: ExportFormat
    target: Path = field(repr=False)


class ExportScreen(PassingScreen[Export | None]):
    """Form above, path below; Enter in the path writes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, proposed: Path) -> None:
        super().__init__()
        self._proposed = proposed
        self._place = 0

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="export"):
            yield Static("Export this conversation", classes="dialog-title")
            yield Static(_IN_CLEAR, id="export-warning", markup=False)
            yield OptionList(*(Option(label) for _, _, label in _FORMS), markup=False, compact=True)
            yield LineBox(id="path")
            yield Static("Enter goes on to the path, and writes; Escape cancels", classes="hint")

    def on_mount(self) -> None:
        """The usual form, and a name that says nothing of the conversation."""
        self.query_one(Input).value = str(self._proposed.with_suffix(_FORMS[0][1]))
        forms = self.query_one(OptionList)
        forms.highlighted = 0
        forms.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another form has another ending."""
        event.stop()
        box = self.query_one(Input)
        ending = _FORMS[self._place][1]
        self._place = event.option_index
        if box.value.endswith(ending):
            box.value = box.value.removesuffix(ending) + _FORMS[self._place][1]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """The form is chosen; now the path."""
        event.stop()
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if path := event.value.strip().strip("'\""):
            self.dismiss(Export(_FORMS[self._place][0], Path(path).expanduser()))

    def action_cancel(self) -> None:
        """Write nothing."""
        self.dismiss(None)


class MergeScreen(PassingScreen[list[str] | None]):
    """Which conversations are taken into this one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("enter", "merge", "Merge", priority=True),
    ]

    def __init__(self, into: ConversationShape, others: Sequence[ConversationShape]) -> None:
        super().__init__()
        self._into = into
        self._others = others

    @override
    def compose(self) -> ComposeResult:
        title = safe_line(self._into.title, 60) or "Untitled"
        entries = [
            Selection(Content(safe_line(one.title, 70) or "Untitled"), place)
            for place, one in enumerate(self._others)
        ]
        with Vertical(classes="dialog", id="merge"):
            yield Static(f"Merge into: {title}", classes="dialog-title", markup=False)
            yield Static(
                "What you choose is added as branches of this conversation; the others go to the bin, "
                "from where they can be taken back.",
                markup=False,
            )
            yield SelectionList[int](*entries, compact=True)
            yield Static("Space chooses, Enter merges, Escape cancels", classes="hint")

    def on_mount(self) -> None:
        """The keyboard is on the list."""
        self.query_one(SelectionList).focus()

    def action_merge(self) -> None:
        """Merge those that are chosen."""
        chosen = self.query_one(SelectionList).selected
        self.dismiss([self._others[place].id for place in sorted(chosen)] or None)

    def action_cancel(self) -> None:
        """Merge nothing."""
        self.dismiss(None)
