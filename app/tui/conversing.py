"""Which conversation is on screen, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.widgets import Static

from app.contract import ConversationShape, TurnShape
from app.tui.asking import Asking
from app.tui.choosing import Choosing
from app.tui.drafting import Drafting
from app.tui.room import Room
from safety.terminal import safe_line

BUSY = "An answer is being written. Escape stops it; you can go on typing."
UNSAVED = "An answer is not saved yet: Ctrl+S saves it. Leaving it now would lose it."


class Conversing:
    """Opens, leaves and lists conversations."""

    def __init__(self, room: Room, asking: Asking, choosing: Choosing, left: Callable[[], None]) -> None:
        self.listed: Sequence[ConversationShape] = ()
        self.drafting = Drafting(room, lambda: asking.conversation)
        self.sample = False
        """Whether the sample handbook was loaded, so that its questions are offered."""

        self._room = room
        self._asking = asking
        self._choosing = choosing
        self._left = left
        """Called when another conversation comes on screen."""

    @property
    def may_leave(self) -> bool:
        """Whether nothing would be cut off or lost; says so if not."""
        if self._asking.run is not None:
            self._room.say(BUSY)
        elif self._asking.unsaved is not None:
            self._room.say(UNSAVED)
        return self._asking.run is None and self._asking.unsaved is None

    @property
    def meant(self) -> ConversationShape | None:
        """The conversation under the cursor while the list has the keyboard, else the one on screen."""
        if self._room.conversations.has_focus_within:
            return self._room.conversations.highlighted
        return next((one for one in self.listed if one.id == self._asking.conversation), None)

    def list(self) -> None:
        """Ask for the list anew."""
        self._room.apart(self._room.desk.conversations, self.paint)

    def paint(self, conversations: Sequence[ConversationShape]) -> None:
        """Show this list, and the title of the conversation on screen."""
        self.listed = conversations
        current = self._asking.conversation
        self._room.conversations.show(conversations, current, self._room.now())
        found = next((one for one in conversations if one.id == current), None)
        title = safe_line(found.title, 80) if found else ""
        marks = [f"#{safe_line(tag, 20)}" for tag in found.tags] if found else []
        shelf = "  (in the bin)" if found and found.binned else ""
        said = "  ".join([title or "New conversation", *marks]) + shelf
        self._room.screen.query_one("#title", Static).update(f"Inhouse  ·  {said}")

    def open(self, conversation: str, turn: str | None = None) -> None:
        """Read a conversation; with a turn, go to it, on whichever branch it lies."""
        if not self.may_leave:
            return

        def fetch() -> Sequence[TurnShape]:
            turns = self._room.desk.turns(conversation)
            if turn is not None and all(one.id != turn for one in turns):
                turns = self._room.desk.keeping().choose_branch(conversation, turn)
            return turns

        self._room.apart(fetch, partial(self.show, conversation, at=turn))

    async def show(self, conversation: str, turns: Sequence[TurnShape], at: str | None = None) -> None:
        """Put a conversation on screen."""
        if conversation != self._asking.conversation:
            self.drafting.go_to(conversation)
        self._asking.conversation = conversation
        kept = [turn.result.mode for turn in turns if turn.result is not None]
        self._asking.choose_mode(kept[-1] if kept else None)
        self._left()
        view = await self._room.transcript.show(turns, at)
        if view is None:
            self._choosing.show(self._room.transcript.last)
        else:
            self._choosing.choose(view)
        self.paint(self.listed)

    async def show_branch(self, turns: Sequence[TurnShape], at: str | None) -> None:
        """Put another branch of the same conversation on screen."""
        if self._asking.conversation is not None:
            await self.show(self._asking.conversation, turns, at)

    async def new(self) -> None:
        """Begin a new conversation."""
        self.drafting.go_to(None)
        self._asking.conversation = None
        self._asking.choose_mode(None)
        self._left()
        await self._room.transcript.show([])
        self._choosing.show(None)
        await self.greet()
        self.paint(self.listed)

    async def greet(self) -> None:
        """Say on an empty page how to begin."""
        status = self._room.status.facts.status
        await self._room.transcript.greet(status.documents, sample=self.sample)

    async def changed(self, gone: str | None) -> None:
        """The list is another one; a conversation that is gone is not left on screen."""
        if gone is not None and gone == self._asking.conversation and self.may_leave:
            # Its draft must not come back to life in what was deleted.
            self._room.prompt.clear()
            await self.new()
        self.list()
