"""The first screen: opens the history, or begins one."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.repr import Result
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, LoadingIndicator, Static
from typing_extensions import override

from app.errors import HistoryLockedError
from app.tui.wording import trouble_of

SHORTEST = 8
"""Characters of a new passphrase."""

_WRONG = "The history could not be opened with this passphrase."
_FIRST_RUN = (
    "Your conversations are kept on this machine, encrypted with a passphrase that only you know: "
    "questions, answers, titles and sources. Your documents and their index are not encrypted by Inhouse.\n\n"
    "There is no way to recover a forgotten passphrase: what it protects would be lost for good."
)

State = Literal["opening", "locked", "absent", "busy", "trouble"]


class UnlockScreen(Screen[None]):
    """Asks for the passphrase, or for a new one twice. Knows no key: it passes on what was typed."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.quit", "Quit")]

    class Given(Message):
        """A passphrase was typed; `new` when a history is to begin with it."""

        def __init__(self, passphrase: str, *, new: bool) -> None:
            super().__init__()
            self.passphrase = passphrase
            self.new = new

        @override
        def __rich_repr__(self) -> Result:
            # The passphrase must not be in a log of messages.
            yield "new", self.new

    class Again(Message):
        """The person mended something and wants another try."""

    def __init__(self) -> None:
        super().__init__(id="unlock")
        self.state: State = "opening"
        self._new = False

    @override
    def compose(self) -> ComposeResult:
        with Middle(), Center(), Vertical(id="unlock-box"):
            yield Static("Inhouse", id="unlock-name")
            yield Static("", id="unlock-text", markup=False)
            yield Input(placeholder="Passphrase", password=True, id="passphrase")
            yield Input(placeholder="The same passphrase again", password=True, id="repeated")
            yield Static("", id="unlock-error", markup=False)
            with Vertical(id="unlock-busy"):
                yield LoadingIndicator()
                yield Static("", id="unlock-doing", markup=False)
            yield Button("Try again", id="again")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Nothing is asked before the state of the history is known."""
        self._enter("opening", doing="Opening…")

    def ask(self) -> None:
        """Ask for the passphrase of the history."""
        self._new = False
        self._say("Type the passphrase of your history.")
        self._enter("locked")

    def ask_new(self) -> None:
        """Ask for the passphrase of a history that is to begin."""
        self._new = True
        self._say(f"{_FIRST_RUN}\n\nChoose a passphrase of at least {SHORTEST} characters.")
        self._enter("absent")

    def refuse(self, error: Exception) -> None:
        """Show why it did not work. A wrong passphrase always gets the same words."""
        if isinstance(error, HistoryLockedError):
            self.ask()
            self._complain(_WRONG)
            return
        trouble = trouble_of(error)
        self._say("")
        self._enter("trouble")
        self._complain(f"{trouble.message}\n\n{trouble.remedy}".strip())

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        first, again = self.query_one("#passphrase", Input), self.query_one("#repeated", Input)
        if not self._new:
            self._give(first.value)
        elif len(first.value) < SHORTEST:
            self._complain(f"Use at least {SHORTEST} characters; several words are easier to remember.")
            first.focus()
        elif event.input is first:
            self._complain("")
            again.display = True
            again.focus()
        elif first.value != again.value:
            self._complain("The two passphrases differ. Type the second one again.")
            again.value = ""
        else:
            self._give(first.value)

    def _give(self, passphrase: str) -> None:
        if not passphrase:
            return
        self._enter("busy", doing="Deriving the key. This takes about a second, on purpose.")
        self.post_message(self.Given(passphrase, new=self._new))

    @on(Button.Pressed, "#again")
    def _again(self, event: Button.Pressed) -> None:
        event.stop()
        self._enter("opening", doing="Opening…")
        self.post_message(self.Again())

    def _enter(self, state: State, doing: str = "") -> None:
        self.state = state
        fields = self.query(Input)
        for box in fields:
            box.value = ""
        typing = state in {"locked", "absent"}
        self.query_one("#passphrase").display = typing
        self.query_one("#repeated").display = False
        self.query_one("#unlock-busy").display = bool(doing)
        self.query_one("#unlock-doing", Static).update(doing)
        self.query_one("#again").display = state == "trouble"
        self._complain("")
        if typing:
            fields.first().focus()
        elif state == "trouble":
            self.query_one("#again").focus()

    def _say(self, text: str) -> None:
        part = self.query_one("#unlock-text", Static)
        part.update(text)
        part.display = bool(text)

    def _complain(self, text: str) -> None:
        part = self.query_one("#unlock-error", Static)
        part.update(text)
        part.display = bool(text)
