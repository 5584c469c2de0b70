"""Offers a recovery code, shows it once, and makes sure that it was written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static
from typing_extensions import override

from app.tui.screens.passing import PassingScreen
from app.tui.wording import Trouble

_OFFER = (
    "If you forget your passphrase, nobody can open your history: no company, no administrator, no tool. "
    "A recovery code is the one way back. It opens everything, so it belongs on paper in a safe place, "
    "not on this machine.\n\nIt can also be made later: Ctrl+P, Recovery code."
)
_SHOWN = (
    "This is shown once. Write it down or print it now. It opens your whole history, like the passphrase; "
    "a copy in the clipboard can be read by other programs."
)
_PER_ROW = 7
_ASKED = 3
"""The group that is asked for, counted from 1."""

Step = Literal["offer", "making", "shown"]


class RecoveryScreen(PassingScreen[bool]):
    """True if a code was made and confirmed; False if there is none now."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "decline", "Not now")]

    def __init__(self, make: Callable[[], None], drop: Callable[[], None]) -> None:
        super().__init__()
        self._make = make
        self._drop = drop
        self._code = ""
        self._step: Step = "offer"

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="recovery"):
            yield Static("Recovery code", classes="dialog-title")
            yield Static(_OFFER, id="recovery-words", markup=False)
            yield Static("", id="recovery-code", markup=False)
            yield Input(placeholder=f"Group {_ASKED}", id="group", max_length=64)
            yield Static("", id="recovery-error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Make a code", id="make", variant="primary", compact=True)
                yield Button("Copy", id="copy", compact=True)
                yield Button("Not now", id="decline", compact=True)

    def on_mount(self) -> None:
        """First the offer."""
        self._enter("offer")
        self.query_one("#make").focus()

    def show(self, code: str) -> None:
        """The code is made; it stays until it is confirmed or given up."""
        self._code = code
        groups = code.replace("-", " ").split()
        rows = [groups[place : place + _PER_ROW] for place in range(0, len(groups), _PER_ROW)]
        text = "\n".join("  ".join(row) for row in rows)
        self.query_one("#recovery-words", Static).update(_SHOWN)
        self.query_one("#recovery-code", Static).update(Content(text))
        self._complain(f"Type group {_ASKED} of the code to confirm that you have it.")
        self._enter("shown")
        self.query_one(Input).focus()

    def fail(self, trouble: Trouble) -> None:
        """No code was made."""
        self._complain(trouble.text)
        self._enter("offer")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        groups = self._code.replace("-", " ").split()
        if event.value.strip().upper() == groups[min(_ASKED, len(groups)) - 1].upper():
            self._forget()
            self.dismiss(True)  # noqa: FBT003 - Textual's signature
        else:
            event.input.value = ""
            self._complain(f"That is not group {_ASKED}. Look at what you wrote down, and type it again.")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "make":
            self._enter("making")
            self._make()
        elif event.button.id == "copy":
            self.app.copy_to_clipboard(self._code)
        else:
            self.action_decline()

    def action_decline(self) -> None:
        """No code; one that was not confirmed ceases to open anything."""
        if self._step == "making":
            return
        if self._step == "shown":
            self._drop()
        self._forget()
        self.dismiss(False)  # noqa: FBT003 - Textual's signature

    def _forget(self) -> None:
        self._code = ""
        self.query_one("#recovery-code", Static).update("")

    def _enter(self, step: Step) -> None:
        self._step = step
        self.query_one("#recovery-code").display = step == "shown"
        self.query_one(Input).display = step == "shown"
        self.query_one("#copy").display = step == "shown"
        self.query_one("#make").display = step == "offer"
        self.query_one("#decline", Button).label = "Do without it" if step == "shown" else "Not now"
        self.query_one("#decline", Button).disabled = step == "making"

    def _complain(self, text: str) -> None:
        self.query_one("#recovery-error", Static).update(text)
