"""The first screen: opens the history, begins one, or takes the recovery code for a forgotten passphrase."""

from __future__ import annotations

from math import ceil
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
from app.tui.entrance import Owner, Strength
from app.tui.screens.profiles import profiles_screen, words_about
from app.tui.widgets.meter import Meter
from app.tui.wording import trouble_of

SHORTEST = 8
"""Characters of a new passphrase."""

_WRONG = "The history could not be opened with this passphrase."
_ASK = "Type the passphrase of your history."
_LOCKED = "Locked. Type the passphrase of your history."
_FIRST_RUN = (
    "Your conversations are kept on this machine, encrypted with a passphrase that only you know: "
    "questions, answers, titles and sources. Your documents and their index are not encrypted by Inhouse.\n\n"
    "There is no way to recover a forgotten passphrase, except with a recovery code that you can make next."
)
_RECOVER = "Type the recovery code that you wrote down, then choose a new passphrase."

State = Literal["opening", "locked", "absent", "recover", "busy", "trouble"]
_NEW = frozenset({"absent", "recover"})


class UnlockScreen(Screen[None]):
    """Asks for the passphrase, or for a new one twice. Knows no key: it passes on what was typed."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Quit"),
        Binding("escape", "back", "Back"),
        Binding("f2", "forgotten", "I forgot my passphrase"),
        Binding("f3", "profile", "Another profile"),
    ]

    class Given(Message):
        """A passphrase was typed; `new` when a history is to begin with it, `code` to replace a lost one."""

        def __init__(self, passphrase: str, *, new: bool, code: str = "") -> None:
            super().__init__()
            self.passphrase = passphrase
            self.new = new
            self.code = code

        @override
        def __rich_repr__(self) -> Result:
            # The passphrase must not be in a log of messages.
            yield "new", self.new

    class Again(Message):
        """The person mended something and wants another try."""

    class Chosen(Message):
        """A new passphrase is being typed; its strength is asked for."""

        def __init__(self, passphrase: str) -> None:
            super().__init__()
            self.passphrase = passphrase

        @override
        def __rich_repr__(self) -> Result:
            yield "length", len(self.passphrase)

    class Profile(Message):
        """Another history is to be opened: the one of this profile; empty for the account's own."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, locked: bool = False, owner: Owner | None = None) -> None:
        super().__init__(id="unlock")
        self.owner = owner or Owner()
        self.state: State = "opening"
        self._asked: State = "locked"
        """What is asked for once the key is derived and did not fit."""

        self._words = _LOCKED if locked else _ASK
        self._wait = 0.0
        self._given_early = False
        """Enter came before the next try is allowed; it counts when that time has come."""
        self._said = ""

    @override
    def compose(self) -> ComposeResult:
        with Middle(), Center(), Vertical(id="unlock-box"):
            yield Static("Inhouse", id="unlock-name")
            yield Static("", id="unlock-owner", markup=False)
            yield Static("", id="unlock-text", markup=False)
            yield Input(placeholder="Recovery code", id="code", max_length=200)
            yield Input(placeholder="Passphrase", password=True, id="passphrase")
            yield Meter()
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
        self.belongs_to(self.owner)
        self.set_interval(0.25, self._count_down)

    def belongs_to(self, owner: Owner) -> None:
        """Say whose history it is, and what else could be chosen."""
        self.owner = owner
        words, part = words_about(owner), self.query_one("#unlock-owner", Static)
        part.update(words)
        part.display = bool(words)
        self.refresh_bindings()

    def action_profile(self) -> None:
        """Choose whose history is to be opened."""
        self.app.push_screen(profiles_screen(self.owner), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self._enter("opening", doing="Opening…")
            self.post_message(self.Profile(name))

    def ask(self) -> None:
        """Ask for the passphrase of the history."""
        self._say(self._words)
        self._enter("locked")

    def ask_new(self) -> None:
        """Ask for the passphrase of a history that is to begin."""
        self._say(f"{_FIRST_RUN}\n\nChoose a passphrase of at least {SHORTEST} characters.")
        self._enter("absent")

    def refuse(self, error: Exception, wait: float = 0.0) -> None:
        """Show why it did not work. A wrong passphrase always gets the same words.

        `wait` are the seconds until the next try.
        """
        if isinstance(error, HistoryLockedError):
            said = trouble_of(error).text
            if self._asked == "locked":
                self.ask()
                said = _WRONG
            elif self._asked == "recover":
                self._ask_code()
            else:
                self.ask_new()
            self._complain(said)
            self._wait = wait
            self._show_wait()
            return
        trouble = trouble_of(error)
        self._say("")
        self._enter("trouble")
        self._complain(f"{trouble.message}\n\n{trouble.remedy}".strip())

    def rate(self, passphrase: str, strength: Strength) -> None:
        """Show how hard the passphrase is to guess, if it still is the one in the box."""
        if passphrase == self.query_one("#passphrase", Input).value and self.state in _NEW:
            self.query_one(Meter).show(strength)

    def action_back(self) -> None:
        """From the recovery code back to the passphrase."""
        self.ask()

    async def action_leave(self) -> None:
        """Quit."""
        await self.app.action_quit()

    def action_forgotten(self) -> None:
        """Take the recovery code instead."""
        if self.state == "locked":
            self._ask_code()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What Escape and F2 do depends on what is asked for."""
        needs = {
            "forgotten": self.state == "locked",
            "back": self.state == "recover",
            "profile": bool(self.owner.others) and self.state in {"locked", "absent", "trouble"},
        }
        return needs.get(action, action != "leave" or self.state != "recover")

    def _ask_code(self) -> None:
        self._say(_RECOVER)
        self._enter("recover")

    @on(Input.Changed, "#passphrase")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._given_early = False
        if self.state in _NEW:
            self.query_one(Meter).clear()
            if event.value:
                self.post_message(self.Chosen(event.value))

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "code":
            self.query_one("#passphrase").focus()
        elif self.state == "locked":
            self._give()
        elif self.state in _NEW:
            self._check_new(event.input)

    def _check_new(self, box: Input) -> None:
        first, again = self.query_one("#passphrase", Input), self.query_one("#repeated", Input)
        if len(first.value) < SHORTEST:
            self._complain(f"Use at least {SHORTEST} characters; several words are easier to remember.")
            first.focus()
        elif box is first:
            self._complain("")
            again.display = True
            again.focus()
        elif first.value != again.value:
            self._complain("The two passphrases differ. Type the second one again.")
            again.value = ""
        else:
            self._give()

    def _give(self) -> None:
        passphrase = self.query_one("#passphrase", Input).value
        code = self.query_one("#code", Input).value.strip() if self.state == "recover" else ""
        self._given_early = bool(passphrase) and self._wait > 0
        if not passphrase or self._given_early:
            return
        if self.state == "recover" and not code:
            self.query_one("#code").focus()
            return
        self._asked = self.state
        self._enter("busy", doing="Deriving the key. This takes about a second, on purpose.")
        self.post_message(self.Given(passphrase, new=self._asked == "absent", code=code))

    @on(Button.Pressed, "#again")
    def _again(self, event: Button.Pressed) -> None:
        event.stop()
        self._enter("opening", doing="Opening…")
        self.post_message(self.Again())

    def _count_down(self) -> None:
        if self._wait > 0:
            self._wait = max(self._wait - 0.25, 0.0)
            self._show_wait()
            if self._wait == 0 and self._given_early:
                self._give()

    def _show_wait(self) -> None:
        left = f" Next try in {ceil(self._wait)} s." if self._wait > 0 else ""
        self.query_one("#unlock-error", Static).update(self._said + left)

    def _enter(self, state: State, doing: str = "") -> None:
        self.state = state
        fields = self.query(Input)
        for box in fields:
            box.value = ""
        typing = state in {"locked", "absent", "recover"}
        self.query_one("#passphrase", Input).placeholder = "New passphrase" if state in _NEW else "Passphrase"
        self.query_one("#passphrase").display = typing
        self.query_one("#code").display = state == "recover"
        self.query_one(Meter).display = state in _NEW
        self.query_one(Meter).clear()
        self.query_one("#repeated").display = False
        self.query_one("#unlock-busy").display = bool(doing)
        self.query_one("#unlock-doing", Static).update(doing)
        self.query_one("#again").display = state == "trouble"
        self._complain("")
        if typing:
            self.query_one("#code" if state == "recover" else "#passphrase").focus()
        elif state == "trouble":
            self.query_one("#again").focus()
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        part = self.query_one("#unlock-text", Static)
        part.update(text)
        part.display = bool(text)

    def _complain(self, text: str) -> None:
        self._said = text
        part = self.query_one("#unlock-error", Static)
        part.update(text)
        part.display = bool(text)
