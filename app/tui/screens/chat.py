"""The conversation: question box, transcript, sources, earlier conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static
from typing_extensions import override

from app.contract import AddShape, ConversationShape, TurnShape
from app.tui.adding import Adding
from app.tui.answer_text import to_copy
from app.tui.apart import Patient
from app.tui.asking import Asking, Parts
from app.tui.choosing import Choosing
from app.tui.desk import Desk, Loading, Status
from app.tui.keys import CHAT_KEYS, NEVER_ANSWERING, ONLY_ANSWERING
from app.tui.lookups import Lookups
from app.tui.widgets.conversations import Conversations
from app.tui.widgets.prompt import PromptBox
from app.tui.widgets.sources import SourcesPane
from app.tui.widgets.status import StatusLine
from app.tui.widgets.transcript import Transcript
from app.tui.widgets.turn import TurnView
from app.tui.widgets.welcome import Welcome
from app.tui.wording import trouble_of
from app.turn import Mode
from safety.terminal import safe_line

_BUSY = "An answer is being written. Escape stops it; you can go on typing."


class ChatScreen(Screen[None], Patient):
    """Owns every widget of the conversation; threads only bring it news."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = list(CHAT_KEYS)

    def __init__(self, desk: Desk, now: Callable[[], datetime], loading: Mapping[str, Loading]) -> None:
        super().__init__(id="chat")
        self._desk = desk
        self._now = now
        self._status = StatusLine(loading)
        self._transcript = Transcript()
        self._prompt = PromptBox()
        self._sources = SourcesPane()
        self._conversations = Conversations()
        self._listed: Sequence[ConversationShape] = ()
        self._choosing = Choosing(self._transcript, self._sources)
        self._sample = False
        self.lookups = Lookups(self, desk, self._choosing, self._complain)
        self._asking = Asking(self, desk, Parts(self._transcript, self._prompt, self._status), self._changed)
        self._adding = Adding(self, desk, self._status, self._added)

    @override
    def compose(self) -> ComposeResult:
        yield Static("Inhouse", id="title", markup=False)
        with Horizontal(id="body"):
            yield self._conversations
            with Vertical(id="middle"):
                yield self._transcript
                yield self._prompt
            yield self._sources
        yield self._status
        yield Footer()

    async def on_mount(self) -> None:
        """Paint what is known and ask for the rest."""
        self.set_interval(0.5, self._asking.tick)
        self.refresh_status()
        self._list_conversations()

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way."""
        return self._asking.run is not None

    @property
    def _is_wide(self) -> bool:
        """Whether sources fit beside the conversation."""
        return self.has_class("-wide") or self.has_class("-huge")

    def stop(self) -> None:
        """End the running answer; what is written stays."""
        self._asking.stop()

    def heard_loading(self, loading: Loading) -> None:
        """A part of the program loads, is ready or failed."""
        self._status.heard(loading)
        self.refresh_status()

    def refresh_status(self) -> None:
        """Ask the desk for the facts of the status line."""
        self.apart(self._desk.status, self._paint_status, self._complain)

    async def _paint_status(self, status: Status) -> None:
        self._status.now = self._now()
        self._status.change(status=status)
        if not self._transcript.views:
            await self._transcript.greet(status.documents, sample=self._sample)

    def _complain(self, error: Exception) -> None:
        self.notify(trouble_of(error).text, severity="error", timeout=15, markup=False)

    # Asking --------------------------------------------------------------------------------------

    @on(PromptBox.Sent)
    async def _sent(self, message: PromptBox.Sent) -> None:
        message.stop()
        if self.is_answering:
            self.notify(_BUSY, markup=False)
            return
        self._choosing.forget()
        await self._asking.begin(self._prompt.take())
        self.refresh_bindings()

    def _changed(self, view: TurnView) -> None:
        self._choosing.changed(view)
        if view.sources and self._is_wide:
            self.add_class("-sources")
        self.refresh_bindings()
        if not self.is_answering:
            self.refresh_status()
            self._list_conversations()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys work, and are shown, depends on whether an answer is written."""
        return action not in (NEVER_ANSWERING if self.is_answering else ONLY_ANSWERING)

    def action_stop(self) -> None:
        """Stop the running answer."""
        self.stop()

    def action_back(self) -> None:
        """Leave lists and sources for the question box."""
        self._to_prompt()

    def _to_prompt(self) -> None:
        """Uncover the question box where something lies over it, and put the keyboard there."""
        self.remove_class("-picking")
        if not self._is_wide:
            self.remove_class("-sources")
        self.set_focus(self._prompt)

    # Sources -------------------------------------------------------------------------------------

    def action_sources(self) -> None:
        """Show the sources and go to them, or hide them when they have the keyboard."""
        if self.has_class("-sources") and self._sources.has_focus_within:
            self.remove_class("-sources")
            self._to_prompt()
            return
        self.remove_class("-picking")
        if self._sources.display:
            self._sources.take_focus()
        else:
            self.add_class("-sources")
            self.call_after_refresh(self._sources.take_focus)

    @on(TurnView.Chosen)
    def _choose_view(self, message: TurnView.Chosen) -> None:
        message.stop()
        self._choosing.choose(message.view)

    def action_choose(self, step: int) -> None:
        """Choose the answer before or after the chosen one; its sources are shown."""
        self._choosing.step(step)

    def action_copy(self) -> None:
        """Copy the chosen or last answer with its sources."""
        if result := self._choosing.result:
            self.app.copy_to_clipboard(to_copy(result))
        else:
            self.notify("There is no answer to copy yet.", markup=False)

    # Conversations -------------------------------------------------------------------------------

    def _list_conversations(self) -> None:
        self.apart(self._desk.conversations, self._paint_conversations, self._complain)

    def _paint_conversations(self, conversations: Sequence[ConversationShape]) -> None:
        self._listed = conversations
        current = self._asking.conversation
        self._conversations.show(conversations, current, self._now())
        title = safe_line(next((one.title for one in conversations if one.id == current), ""), 80)
        self.query_one("#title", Static).update(f"Inhouse  ·  {title or 'New conversation'}")

    def action_conversations(self) -> None:
        """Go to the list of conversations; hide it when it has the keyboard."""
        if self._conversations.has_focus_within:
            self.set_class(not self.has_class("-narrow"), "-folded")
            self._to_prompt()
            return
        self.remove_class("-folded")
        if not self.has_class("-huge"):
            self.remove_class("-sources")
        self.set_class(self.has_class("-narrow"), "-picking")
        self.call_after_refresh(self._conversations.take_focus)

    @on(Conversations.Opened)
    def _open(self, message: Conversations.Opened) -> None:
        message.stop()
        if self.is_answering:
            self.notify(_BUSY, markup=False)
        else:
            work = partial(self._desk.turns, message.conversation)
            self.apart(work, partial(self._show, message.conversation), self._complain)

    async def _show(self, conversation: str, turns: Sequence[TurnShape]) -> None:
        self._asking.conversation = conversation
        kept = [turn.result.mode for turn in turns if turn.result is not None]
        self.choose_mode(kept[-1] if kept else None)
        self._choosing.forget()
        await self._transcript.show(turns)
        self._choosing.show(self._transcript.last)
        self._paint_conversations(self._listed)
        self._to_prompt()

    async def action_new(self) -> None:
        """Begin a new conversation."""
        if self.is_answering:
            self.notify(_BUSY, markup=False)
            return
        self._asking.conversation = None
        self.choose_mode(None)
        self._choosing.forget()
        self.remove_class("-sources")
        await self._transcript.show([])
        await self._transcript.greet(self._status.facts.status.documents, sample=self._sample)
        self._paint_conversations(self._listed)
        self._to_prompt()

    def action_mode(self) -> None:
        """Go to the next way of answering: documents only, documents first, free."""
        self._asking.next_mode()

    def choose_mode(self, mode: Mode | None) -> None:
        """Answer the next questions of this conversation in this way."""
        self._asking.choose_mode(mode)

    def action_edit_search(self) -> None:
        """Take what was searched for into the question box, to change and send it."""
        if result := self._choosing.result:
            self._to_prompt()
            self._prompt.fill(result.query.searched or result.query.standalone or result.query.original)
        else:
            self.notify("Nothing was searched for yet.", markup=False)

    def action_explain(self) -> None:
        """Say why the chosen answer's passages were found."""
        self.lookups.explain()

    # Documents -----------------------------------------------------------------------------------

    @on(Welcome.Picked)
    def _picked(self, message: Welcome.Picked) -> None:
        message.stop()
        if message.question:
            self._prompt.send(message.question)
        elif message.action == "sample":
            self.action_sample()
        else:
            self.action_add_documents()

    def action_sample(self) -> None:
        """Load the sample handbook."""
        self._adding.sample()

    def action_add_documents(self) -> None:
        """Ask for a path and add what lies there."""
        self._adding.ask()

    def on_screen_resume(self) -> None:
        """Back from the report on the sample: its questions can be picked at once."""
        if self._sample:
            self._transcript.offer()

    def _added(self, _report: AddShape, sample: bool) -> None:  # noqa: FBT001 - a callback of two facts
        self._sample = self._sample or sample
        self.refresh_status()

    # Typing --------------------------------------------------------------------------------------

    def before_typing(self) -> None:
        """What is typed while a list has the keyboard belongs into the question box."""
        if self.focused is not self._prompt:
            self._to_prompt()
