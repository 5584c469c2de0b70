"""Asks before an answer that is being written is cut off."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static
from typing_extensions import override

from app.tui.screens.passing import PassingScreen


class LeaveScreen(PassingScreen[bool]):
    """True to stop the answer and quit."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", "Stay")]

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="leave"):
            yield Static("An answer is being written.", classes="dialog-title")
            yield Static("If you quit now it is stopped; what is written so far stays in the history.")
            with Horizontal(classes="buttons"):
                yield Button("Stay", id="stay", variant="primary")
                yield Button("Stop and quit", id="leave-now")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button."""
        self.dismiss(event.button.id == "leave-now")

    def action_stay(self) -> None:
        """Go on reading."""
        self.dismiss(False)  # noqa: FBT003 - Textual's signature
