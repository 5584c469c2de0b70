"""Asks an earlier question otherwise or again, and goes between the versions; nothing is written over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from app.contract import TurnShape
from app.tui.asking import Asking
from app.tui.choosing import Choosing
from app.tui.room import Room
from app.tui.widgets.turn import TurnView

Show = Callable[[Sequence[TurnShape], str | None], Awaitable[None]]
"""Paints the turns of the conversation on screen, and goes to one."""

EDITING = "editing a question: Enter begins a branch, Escape leaves it"


class Branching:
    """Works on the chosen exchange, else on the last one."""

    def __init__(self, room: Room, asking: Asking, choosing: Choosing, show: Show) -> None:
        self._room = room
        self._asking = asking
        self._choosing = choosing
        self._show = show
        self._edited: TurnView | None = None
        self._branched = False
        self._instead_of: str | None = None
        """The exchange whose question was edited, until its branch is kept."""

    def edit(self) -> None:
        """Take the question into the box; sending it begins a branch."""
        view = self._kept_view()
        if view is not None:
            self._edited = view
            self._room.prompt.fill(view.prompt)
            self._room.prompt.focus()
            self._room.status.change(editing=EDITING)

    def leave(self) -> bool:
        """Give up editing; whether there was any. What was typed is thrown away with it."""
        if self._edited is None:
            return False
        self._edited = None
        self._room.prompt.clear()
        self._room.status.change(editing="")
        return True

    def forget(self) -> None:
        """Another conversation is on screen."""
        self._edited = None
        self._branched = False
        self._room.status.change(editing="")

    async def send(self, prompt: str) -> None:
        """Send a prompt: as a branch while a question is edited, else behind the last one."""
        view, self._edited = self._edited, None
        if view is None or view not in self._room.transcript.views:
            await self._asking.begin(prompt)
            return
        self._room.status.change(editing="")
        self._instead_of = view.place.turn
        await self._branch(prompt, view, resume=False)

    async def again(self) -> None:
        """Ask the same question once more, as a branch."""
        view = self._kept_view()
        if view is not None:
            await self._branch(view.prompt, view, resume=False)

    async def go_on(self) -> None:
        """Have an answer that was cut off continued."""
        view = self._kept_view()
        if view is None:
            return
        if view.can_go_on:
            await self._branch(view.prompt, view, resume=True)
        else:
            self._room.say("This answer is complete; F5 asks again.")

    async def _branch(self, prompt: str, view: TurnView, *, resume: bool) -> None:
        self._choosing.forget()
        self._branched = True
        await self._asking.begin_branch(prompt, view, resume=resume)

    def ended(self) -> None:
        """A turn has ended; where it was a branch, its neighbours learn how many there are."""
        conversation = self._asking.conversation
        if self._branched and conversation is not None:
            self._branched = False
            edited, self._instead_of = self._instead_of, None
            then = partial(self._come_back, edited) if self._asking.lost_branch else self._know
            self._room.apart(partial(self._room.desk.turns, conversation), then)

    async def _come_back(self, edited: str | None, turns: Sequence[TurnShape]) -> None:
        """The branch came to nothing: what was there before stands there again, ready for a new try."""
        await self._show(turns, edited)
        view = next((one for one in self._room.transcript.views if edited and one.place.turn == edited), None)
        if view is not None and self._room.prompt.text.strip():
            self._edited = view
            self._room.status.change(editing=EDITING)

    def _know(self, turns: Sequence[TurnShape]) -> None:
        kept = {turn.id: turn for turn in turns}
        for view in self._room.transcript.views:
            if view.place.turn in kept:
                view.know(kept[view.place.turn])

    def switch(self, step: int) -> None:
        """Go to the version before or after the chosen one."""
        views = self._room.transcript.views
        chosen = self._choosing.view
        if chosen is None or not chosen.place.siblings:
            # The keys work from anywhere: the last exchange that has versions is meant.
            chosen = next((view for view in reversed(views) if view.place.siblings), None)
        conversation = self._asking.conversation
        sibling = chosen.place.sibling(step) if chosen else None
        if conversation is None or sibling is None:
            self._room.say("There is no other version that way.")
        elif not self._is_busy():
            self._room.apart(
                lambda: self._room.desk.keeping().choose_branch(conversation, sibling),
                lambda turns: self._show(turns, sibling),
            )

    def _kept_view(self) -> TurnView | None:
        view = self._choosing.view or self._room.transcript.last
        if self._is_busy():
            return None
        if view is None or view.place.turn is None:
            self._room.say("There is no question yet that could be asked again.")
            return None
        return view

    def _is_busy(self) -> bool:
        if self._asking.run is not None:
            self._room.say("An answer is being written. Escape stops it.")
        elif self._asking.unsaved is not None:
            self._room.say("An answer is not saved. Ctrl+S saves it.")
        return self._asking.run is not None or self._asking.unsaved is not None
