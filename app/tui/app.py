"""The window: opens the history, loads the models behind it, and shows the conversation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, ClassVar, Literal

from rich.text import Text
from textual import events, on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from app.traces import positions
from app.tui import noticing
from app.tui.adding import Adding
from app.tui.admin import Office
from app.tui.apart import PatientApp
from app.tui.commands import commands
from app.tui.desk import Desk, Loading
from app.tui.entrance import Owner
from app.tui.lasting import Lasting
from app.tui.locking import LOOK_EVERY, Idleness, Locking
from app.tui.noticing import Noticing
from app.tui.screens.chat import ChatScreen
from app.tui.screens.help import HelpScreen
from app.tui.screens.leave import LeaveScreen
from app.tui.screens.recovery import RecoveryScreen
from app.tui.screens.unlock import UnlockScreen
from app.tui.theme import DARK, LIGHT
from app.tui.wording import trouble_of
from safety.terminal import safe_text


def _now() -> datetime:
    return datetime.now(UTC)


class ChatApp(PatientApp):
    """Paints what the desk says. Every call to the desk happens in a thread."""

    TITLE = "Inhouse"
    CSS_PATH = "inhouse.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-medium"), (112, "-wide"), (140, "-huge")]  # noqa: RUF012 - as in App
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True),
        Binding("f1", "help", "Help"),
        Binding("f12", "lock", "Lock", show=False, priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        *,
        now: Callable[[], datetime] = _now,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self.desk = desk
        self._opening = UnlockScreen()
        self._chat: ChatScreen | None = None
        self.office = Office(self, desk, self._role_changed)
        self.noticing = Noticing(self, desk, lambda: self._chat is not None)
        self._lasting = Lasting(desk, now, Adding(self, desk, self.office))
        self.locking = Locking(self, Idleness(desk.lock_minutes, clock))
        self._leaving = False

    def on_mount(self) -> None:
        """Paint first; everything slow begins after that."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.push_screen(self._opening)
        self.call_after_refresh(self._begin)
        self.set_interval(LOOK_EVERY, self.locking.look)
        self.set_interval(noticing.LOOK_EVERY, self._look_around)

    async def on_event(self, event: events.Event) -> None:
        """Move the focus before a key is handed on: keys that bubble up are overtaken by later ones."""
        if isinstance(event, events.InputEvent):
            self.locking.touch()
        typed = isinstance(event, events.Paste) or (isinstance(event, events.Key) and event.is_printable)
        if typed and self._chat is not None and self.screen is self._chat:
            self._chat.before_typing()
        await super().on_event(event)

    def _begin(self) -> None:
        def announce(loading: Loading) -> None:
            self.land(partial(self._heard_loading, loading))

        self.apart(partial(self.desk.warm, announce), lambda _: None, self._broke)
        self._open_history()

    @on(UnlockScreen.Again)
    def _open_history(self) -> None:
        self.apart(self._try_to_open, self._tried, self.refused)

    def _try_to_open(self) -> tuple[Literal["absent", "locked", "open"], Owner]:
        if self.desk.history_state() != "open":
            self.desk.unlock_without_asking()
        return self.desk.history_state(), self.desk.owner()

    def _tried(self, found: tuple[Literal["absent", "locked", "open"], Owner]) -> None:
        state, owner = found
        self._opening.belongs_to(owner)
        if state == "open":
            self._opened()
        elif state == "locked":
            self._opening.ask()
        else:
            self._opening.ask_new()

    def _opened(self) -> None:
        self._chat = ChatScreen(self._lasting)
        self.locking.touch()
        self.switch_screen(self._chat)
        self.noticing.look()
        self.office.meet()

    @on(UnlockScreen.Profile)
    def _profile_chosen(self, message: UnlockScreen.Profile) -> None:
        self.apart(
            partial(self.desk.choose_profile, message.name), lambda _: self._open_history(), self.refused
        )

    def _look_around(self) -> None:
        self.noticing.look()
        self._role_changed()

    def _role_changed(self) -> None:
        if self._chat is not None and self._chat.is_mounted:
            self._chat.refresh_status()

    @on(UnlockScreen.Given)
    def _passphrase_given(self, message: UnlockScreen.Given) -> None:
        if message.new:
            work = partial(self.desk.create_history, message.passphrase)
            self.apart(work, lambda _: self._begun(), self.refused)
        elif message.code:
            work = partial(self.desk.recover, message.code, message.passphrase)
            self.apart(work, lambda _: self._opened(), self.refused)
        else:
            work = partial(self.desk.unlock, message.passphrase)
            self.apart(work, lambda _: self._opened(), self.refused)

    def _begun(self) -> None:
        self._opened()
        self.offer_recovery_code()

    def offer_recovery_code(self) -> None:
        """Make a code that opens the history if the passphrase is forgotten, or do without."""
        screen = RecoveryScreen(
            make=lambda: self.apart(
                self.desk.new_recovery_code, screen.show, lambda error: screen.fail(trouble_of(error))
            ),
            drop=lambda: self.apart(self.desk.drop_recovery_code, lambda _: None, self._broke),
        )
        self.push_screen(screen)

    @on(UnlockScreen.Chosen)
    def _passphrase_chosen(self, message: UnlockScreen.Chosen) -> None:
        typed = message.passphrase
        self.apart(partial(self.desk.strength, typed), partial(self._opening.rate, typed), lambda _: None)

    def refused(self, error: Exception) -> None:
        """The history does not open; say why, and when the next try may be."""
        self.apart(self.desk.seconds_to_wait, partial(self._opening.refuse, error), self._opening.refuse)

    def action_lock(self) -> None:
        """Lock now; an answer that is being written is stopped, and sealed with what is there."""
        self.locking.now()

    @property
    def adding(self) -> Adding:
        """Documents being added, if any are."""
        return self._lasting.adding

    @property
    def chat(self) -> ChatScreen | None:
        """The conversation screen while the history is open."""
        return self._chat

    def leave_chat(self) -> None:
        """Put the first screen in the place of everything; nothing of the conversation stays behind."""
        chat, self._chat = self._chat, None
        if chat is None:
            return
        self._lasting.left = chat.left
        self._lasting.adding.detach()
        chat.clear()
        self.clear_notifications()
        self._clipboard = ""
        while self.screen is not chat:
            self.pop_screen()
        self._opening = UnlockScreen(locked=True, owner=self._opening.owner)
        self.switch_screen(self._opening)

    def ask_to_unlock(self) -> None:
        """The keys are dropped: only the passphrase brings the conversation back."""
        self._opening.ask()

    def _heard_loading(self, loading: Loading) -> None:
        self._lasting.loading[loading.part] = loading
        if self._chat is not None and self._chat.is_mounted:
            self._chat.heard_loading(loading)

    def _broke(self, error: Exception) -> None:
        trouble = trouble_of(error)
        for loading in list(self._lasting.loading.values()):
            if loading.state == "loading":
                self._heard_loading(replace(loading, state="failed", detail=trouble.message))
        self.notify(trouble.text, severity="error", timeout=20, markup=False)

    def action_help(self) -> None:
        """All keys on one page."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    async def action_quit(self) -> None:
        """Quit; ask first when an answer would be cut off."""
        if isinstance(self.screen, LeaveScreen):
            return
        if self._chat is not None and self._chat.is_answering and not self._leaving:
            self.push_screen(LeaveScreen(), self._leave_if)
        else:
            self.leave()

    def _leave_if(self, sure: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        if sure:
            self.leave()

    def leave(self) -> None:
        """Stop what runs, lock the history, then end. Closing comes first: it frees threads that load."""
        if not self._leaving:
            self._leaving = True
            if self._chat is not None:
                self._chat.stop()
            self.apart(self.desk.close, lambda _: self.exit(), lambda _: self.exit())

    def on_unmount(self) -> None:
        """However the window ends, nothing goes on running for it."""
        if self._chat is not None:
            self._chat.stop()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy, and say that the copy is no longer protected."""
        super().copy_to_clipboard(safe_text(text))
        self.notify(
            "Copied. The clipboard is outside the encrypted history: other programs can read it.",
            severity="warning",
            markup=False,
        )

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Our own commands. Textual's screenshot is missing: it would write a conversation in clear."""
        if self._chat is not None and screen is self._chat:
            yield from commands(self._chat)
            yield SystemCommand("Recovery code…", "A new one; an earlier one ends", self.offer_recovery_code)
            if self._chat.room.status.facts.status.admin_minutes:
                yield SystemCommand("Give the admin role back", "Before its time", self._give_admin_back)
            yield SystemCommand("About", "Admin, signatures and versions", self.office.about)
            yield SystemCommand("Lock now", "Clear the screen and drop the keys", self.action_lock)
        yield SystemCommand("Dark look", "Light text on a dark ground", partial(self._look, DARK.name))
        yield SystemCommand("Light look", "Dark text on a light ground", partial(self._look, LIGHT.name))
        yield SystemCommand("Keys", "All keys on one page", self.action_help)
        yield SystemCommand("Quit", "Lock the history and end Inhouse", self.action_quit)

    def _give_admin_back(self) -> None:
        if self.adding.running:
            self.notify("Documents are being added: they need the role for their signature.", markup=False)
        else:
            self.office.give_back()

    def _look(self, theme: str) -> None:
        self.theme = theme

    def _fatal_error(self) -> None:
        # Textual prints values with a crash, and messages quote them: a passphrase or a question among them.
        error = sys.exc_info()[1]
        self._exit_renderables.append(Text(positions(error) if error else "Inhouse ended."))
        self._close_messages_no_wait()
