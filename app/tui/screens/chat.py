"""The conversation: question box, transcript, sources, earlier conversations."""

from __future__ import annotations

from inspect import isawaitable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static
from typing_extensions import override

from app.tui.acts import acts_of
from app.tui.answer_text import Sources
from app.tui.apart import Patient
from app.tui.arranging import Arranging
from app.tui.asking import Asking
from app.tui.branching import Branching
from app.tui.choosing import Choosing
from app.tui.conversing import BUSY, UNSAVED, Conversing
from app.tui.desk import Loading, Status
from app.tui.drafting import EVERY
from app.tui.finding import Finding
from app.tui.judging import Judging
from app.tui.keys import CHAT_KEYS, NEVER_ANSWERING, ONLY_ANSWERING
from app.tui.lasting import Lasting, Left
from app.tui.lookups import Lookups
from app.tui.room import Room
from app.tui.widgets.conversations import Conversations
from app.tui.widgets.prompt import PromptBox
from app.tui.widgets.status import StatusLine
from app.tui.widgets.turn import TurnView
from app.tui.widgets.welcome import Welcome
from app.turn import Mode


class ChatScreen(Screen[None], Patient):
    """Owns every widget of the conversation; threads only bring it news."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = list(CHAT_KEYS)

    def __init__(self, lasting: Lasting) -> None:
        super().__init__(id="chat")
        self.lasting = lasting
        self.room = Room(self, lasting.desk, lasting.now, StatusLine(lasting.loading))
        self.asking = Asking(self.room, self._changed)
        self.choosing = Choosing(self.room.transcript, self.room.sources)
        self.conversing = Conversing(self.room, self.asking, self.choosing, self._left_conversation)
        self.branching = Branching(self.room, self.asking, self.choosing, self.conversing.show_branch)
        self.arranging = Arranging(self.room, self.conversing)
        self.judging = Judging(self.room, self.asking, self.choosing)
        self.finding = Finding(self.room)
        self.lookups = Lookups(self.room, self.choosing)
        self._acts = acts_of(self)

    @override
    def compose(self) -> ComposeResult:
        yield Static("Inhouse", id="title", markup=False)
        with Horizontal(id="body"):
            yield self.room.conversations
            with Vertical(id="middle"):
                yield self.room.transcript
                yield self.room.prompt
            yield self.room.sources
        yield self.room.status
        yield Footer()

    async def on_mount(self) -> None:
        """Paint what is known and ask for the rest."""
        self.set_interval(0.5, self.asking.tick)
        self.set_interval(EVERY, self.conversing.drafting.tick)
        self.refresh_status()
        self.conversing.list()
        self.lasting.adding.attach(self.room.status, self._added)
        self.choose_mode(self.lasting.left.mode)
        if self.lasting.left.conversation is None:
            self.conversing.drafting.go_to(None)
        else:
            self.conversing.open(self.lasting.left.conversation)

    def clear(self) -> None:
        """Take everything that can be read off the screen, before it is thrown away."""
        self.room.prompt.forget()
        self.room.transcript.remove_children()
        self.room.sources.show(Sources())
        self.room.conversations.show([], None, self.room.now())
        self.query_one("#title", Static).update("Inhouse")

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way."""
        return self.asking.run is not None

    @property
    def left(self) -> Left:
        """Where to come back to."""
        return Left(self.asking.conversation, self.asking.mode)

    @property
    def _is_wide(self) -> bool:
        """Whether sources fit beside the conversation."""
        return self.has_class("-wide") or self.has_class("-huge")

    def stop(self) -> None:
        """End the running answer; what is written stays."""
        self.asking.stop()

    def heard_loading(self, loading: Loading) -> None:
        """A part of the program loads, is ready or failed."""
        self.room.status.heard(loading)
        self.refresh_status()

    def refresh_status(self) -> None:
        """Ask the desk for the facts of the status line."""
        self.room.apart(self.room.desk.status, self._paint_status)

    async def _paint_status(self, status: Status) -> None:
        self.room.status.now = self.room.now()
        self.room.status.change(status=status)
        if not self.room.transcript.views:
            await self.conversing.greet()

    async def action_act(self, name: str) -> None:
        """One of `app.tui.acts`."""
        outcome = self._acts[name]()
        if isawaitable(outcome):
            await outcome

    # Asking --------------------------------------------------------------------------------------

    @on(PromptBox.Sent)
    async def _sent(self, message: PromptBox.Sent) -> None:
        message.stop()
        if self.is_answering or self.asking.unsaved is not None:
            self.room.say(BUSY if self.is_answering else UNSAVED)
            return
        self.choosing.forget()
        await self.branching.send(self.room.prompt.take())
        self.refresh_bindings()

    def _changed(self, view: TurnView) -> None:
        self.choosing.changed(view)
        if view.sources and self._is_wide:
            self.add_class("-sources")
        self.refresh_bindings()
        if not self.is_answering:
            self.branching.ended()
            self.refresh_status()
            self.conversing.list()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys work, and are shown, depends on whether an answer is written."""
        name = str(parameters[0]) if action == "act" and parameters else action
        return name not in (NEVER_ANSWERING if self.is_answering else ONLY_ANSWERING)

    def action_stop(self) -> None:
        """Stop the running answer."""
        self.stop()

    def action_back(self) -> None:
        """Leave lists and sources for the question box; there, give up editing."""
        if self.room.conversations.has_focus_within:
            self.room.conversations.clear_search()
        elif self.focused is self.room.prompt:
            self.branching.leave()
        self.to_prompt()

    def to_prompt(self) -> None:
        """Uncover the question box where something lies over it, and put the keyboard there."""
        self.remove_class("-picking")
        if not self._is_wide:
            self.remove_class("-sources")
        self.set_focus(self.room.prompt)

    # Sources -------------------------------------------------------------------------------------

    def action_sources(self) -> None:
        """Show the sources and go to them, or hide them when they have the keyboard."""
        sources = self.room.sources
        if self.has_class("-sources") and sources.has_focus_within:
            self.remove_class("-sources")
            self.to_prompt()
            return
        self.remove_class("-picking")
        if sources.display:
            sources.take_focus()
        else:
            self.add_class("-sources")
            self.call_after_refresh(sources.take_focus)

    @on(TurnView.Chosen)
    def _choose_view(self, message: TurnView.Chosen) -> None:
        message.stop()
        self.choosing.choose(message.view)

    def action_choose(self, step: int) -> None:
        """Choose the answer before or after the chosen one; its sources are shown."""
        self.choosing.step(step)

    # Conversations -------------------------------------------------------------------------------

    def action_conversations(self) -> None:
        """Go to the list of conversations; hide it when it has the keyboard."""
        pane = self.room.conversations
        if pane.has_focus_within:
            self.set_class(not self.has_class("-narrow"), "-folded")
            self.to_prompt()
            return
        self._uncover_list()
        self.call_after_refresh(pane.take_focus)

    def find(self) -> None:
        """Go to the search over everything kept."""
        self._uncover_list()
        self.call_after_refresh(self.finding.seek)

    def _uncover_list(self) -> None:
        self.remove_class("-folded")
        if not self.has_class("-huge"):
            self.remove_class("-sources")
        self.set_class(self.has_class("-narrow"), "-picking")

    @on(Conversations.Sought)
    def _sought(self, message: Conversations.Sought) -> None:
        message.stop()
        self.finding.sought(message.typed)

    @on(Conversations.Meant)
    def _meant(self, message: Conversations.Meant) -> None:
        message.stop()
        self.finding.meant(message.typed)

    @on(Conversations.Opened)
    def _open(self, message: Conversations.Opened) -> None:
        message.stop()
        self.conversing.open(message.conversation, message.turn)

    def _left_conversation(self) -> None:
        self.choosing.forget()
        self.branching.forget()
        self.to_prompt()

    async def action_new(self) -> None:
        """Begin a new conversation."""
        if self.conversing.may_leave:
            self.remove_class("-sources")
            await self.conversing.new()

    def choose_mode(self, mode: Mode | None) -> None:
        """Answer the next questions of this conversation in this way."""
        self.asking.choose_mode(mode)

    def edit_search(self) -> None:
        """Take what was searched for into the question box, to change and send it."""
        if searched := self.lookups.searched:
            self.to_prompt()
            self.room.prompt.fill(searched)
        else:
            self.room.say("Nothing was searched for yet.")

    # Documents -----------------------------------------------------------------------------------

    @on(Welcome.Picked)
    async def _picked(self, message: Welcome.Picked) -> None:
        message.stop()
        if message.question:
            self.room.prompt.send(message.question)
        else:
            await self.action_act(message.action)

    def _added(self, sample: bool) -> None:  # noqa: FBT001 - a callback of one fact
        self.conversing.sample = self.conversing.sample or sample
        self.refresh_status()

    def on_screen_resume(self) -> None:
        """Back from the report on the sample: its questions can be picked at once."""
        if self.conversing.sample:
            self.room.transcript.offer()

    def before_typing(self) -> None:
        """What is typed while a list has the keyboard belongs into the search or the question box."""
        pane = self.room.conversations
        if pane.has_focus_within:
            pane.seek()
        elif self.focused is not self.room.prompt:
            self.to_prompt()
