"""Asks for the admin's passphrase, where only the admin may do what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static
from typing_extensions import override

from app.tui.screens.passing import PassingScreen

_WORDS = (
    "Only the admin of this installation may do this. Type the admin's passphrase, not your own; "
    "the role is given back after 15 minutes, and when the window locks."
)
_BUSY = "Deriving the key. This takes about a second, on purpose."


class AdminScreen(PassingScreen[bool]):
    """True once the role is proven. Knows no key: it passes on what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, give: Callable[[str], None]) -> None:
        super().__init__()
        self._give = give
        self._busy = False

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog small", id="admin"):
            yield Static("The admin's passphrase", classes="dialog-title")
            yield Static(_WORDS, markup=False)
            yield Input(placeholder="Admin's passphrase", password=True, id="admin-passphrase")
            yield Static("", id="admin-said", markup=False)
            yield Static("Enter goes on, Escape cancels", classes="hint")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        passphrase, event.input.value = event.value, ""
        if passphrase and not self._busy:
            self._busy = True
            self._say(_BUSY)
            self._give(passphrase)

    def accept(self) -> None:
        """The role is proven."""
        if self.is_current:
            self.dismiss(True)  # noqa: FBT003 - Textual's signature

    def refuse(self, words: str) -> None:
        """The role is not proven; another try may be made."""
        if not self.is_current:
            return
        self._busy = False
        self._say(words, failed=True)

    def _say(self, words: str, *, failed: bool = False) -> None:
        said = self.query_one("#admin-said", Static)
        said.update(words)
        said.set_class(failed, "-error")

    def action_cancel(self) -> None:
        """Leave it be."""
        self.dismiss(False)  # noqa: FBT003 - Textual's signature
