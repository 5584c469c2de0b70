"""Small questions to the person: one line of text, one of several acts, yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from app.tui.screens.passing import PassingScreen
from app.tui.widgets.search_box import LineBox

LONGEST_LINE = 2_000


class LineScreen(PassingScreen[str | None]):
    """One line of text; None if the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, words: str, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._value = value
        self._placeholder = placeholder

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog small"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._words, markup=False)
            yield LineBox(self._value, placeholder=self._placeholder, max_length=LONGEST_LINE, id="line")
            yield Static("Enter takes it, Escape cancels", classes="hint")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a menu."""

    key: str
    """A letter that chooses it at once."""

    label: str
    name: str
    """What is handed back."""


class MenuScreen(PassingScreen[str | None]):
    """One of several acts, by its letter or with the arrow keys; None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, words: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._choices = choices

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog small"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._words, classes="menu-words", markup=False)
            yield OptionList(
                *(
                    Option(Content.assemble((f" {one.key.upper()} ", "bold $accent"), f" {one.label}"))
                    for one in self._choices
                ),
                markup=False,
                compact=True,
            )
            yield Static("A letter or Enter chooses, Escape cancels", classes="hint")

    def on_mount(self) -> None:
        """The keyboard is on the first entry."""
        choice = self.query_one(OptionList)
        choice.highlighted = 0
        choice.focus()

    def on_key(self, event: Key) -> None:
        """A letter chooses at once."""
        for one in self._choices:
            if event.key == one.key:
                event.stop()
                self.dismiss(one.name)
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand back the chosen act."""
        event.stop()
        self.dismiss(self._choices[event.option_index].name)

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class SureScreen(PassingScreen[bool]):
    """True to go on. The keyboard is on the way out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", "Cancel"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, words: str, *, go_on: str, stay: str) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._go_on = go_on
        self._stay = stay

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._words, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._stay, id="stay", variant="primary")
                yield Button(self._go_on, id="go-on")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button."""
        self.dismiss(event.button.id == "go-on")

    def action_stay(self) -> None:
        """Change nothing."""
        self.dismiss(False)  # noqa: FBT003 - Textual's signature
