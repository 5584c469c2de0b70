"""The one turn that may be running: begins it, hears of it, ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from time import monotonic

from app.contract import AskShape
from app.errors import AnswerNotSavedError, HistoryNotSavedError
from app.result import passage_shape
from app.stages.stage import Channel
from app.tui.desk import AS_USUAL, Behind, Manner
from app.tui.room import Room
from app.tui.widgets.turn import Place, TurnView
from app.tui.wording import stage_label, trouble_of
from app.turn import AnswerPiece, Mode, Notice, PassagesReady, QuoteReady, StageStarted, TurnEvent


@dataclass(slots=True, eq=False)
class Run:
    """A turn on its way."""

    prompt: str = field(repr=False)
    view: TurnView
    manner: Manner
    stop: Event = field(default_factory=Event)
    stage: str = ""
    began: float = field(default_factory=monotonic)


class Asking:
    """Takes prompts to the desk, one at a time."""

    def __init__(self, room: Room, changed: Callable[[TurnView], None]) -> None:
        self.conversation: str | None = None
        self.mode: Mode | None = None
        """Where answers may come from; None is the way of the settings."""

        self.run: Run | None = None
        self.unsaved: TurnView | None = None
        """The exchange whose answer the disk refused."""

        self.lost_branch = False
        """Whether the last turn was to be a branch and came to nothing: the branch before is the one kept."""

        self._room = room
        self._changed = changed
        """Called when the passages of an exchange became known, and when it ended."""

    async def begin(self, prompt: str) -> None:
        """Send a prompt behind the last exchange; nothing else may be running."""
        await self._begin(prompt, AS_USUAL)

    async def begin_branch(self, prompt: str, instead_of: TurnView, *, resume: bool = False) -> None:
        """Send a prompt in place of an earlier exchange, which stays as a branch of its own.

        With `resume` the answer that was cut off goes on.
        """
        place = instead_of.place
        await self._room.transcript.cut(instead_of)
        behind = Behind(place.parent)
        await self._begin(prompt, Manner(behind=behind, resume=place.turn if resume else None))

    async def _begin(self, prompt: str, manner: Manner) -> None:
        await self._room.transcript.complete()
        last = self._room.transcript.last
        manner = Manner(mode=self.mode, behind=manner.behind, resume=manner.resume)
        run = Run(prompt, await self._room.transcript.begin(prompt), manner)
        run.view.place = Place(parent=last.place.turn if last else None)
        self.run = run
        self.unsaved = None
        self.lost_branch = False
        channel = Channel(lambda event: self._room.screen.land(partial(self._hear, run, event)), run.stop)
        self._room.apart(
            partial(self._room.desk.ask, prompt, self.conversation, channel, manner),
            partial(self._finished, run),
            partial(self._failed, run),
        )
        self.tick()

    def choose_mode(self, mode: Mode | None) -> None:
        """Answer the next questions in this way, or as usual where the policy forbids it."""
        self.mode = mode = mode if mode in self._allowed else None
        self._room.status.change(mode=mode)

    def next_mode(self) -> None:
        """Go to the way after the one in force."""
        now, allowed = self.mode or self._room.status.facts.status.mode, self._allowed
        if len(allowed) == 1:
            self._room.say("The policy of this site allows no other way to answer.")
            return
        place = allowed.index(now) if now in allowed else -1
        self.choose_mode(allowed[(place + 1) % len(allowed)])

    @property
    def _allowed(self) -> tuple[Mode, ...]:
        return self._room.status.facts.status.rules.modes

    def stop(self) -> None:
        """Ask the running turn to end; what it has written stays."""
        if self.run is not None:
            self.run.stop.set()
            self.tick()

    def save_again(self) -> None:
        """Try once more to seal the answer that the disk refused."""
        view = self.unsaved
        if view is None or view.result is None:
            self._room.say("Everything is saved.")
        else:
            self._room.apart(partial(self._room.desk.save_again, view.result), lambda _: self._saved(view))

    def _saved(self, view: TurnView) -> None:
        self.unsaved = None
        view.mark_unsaved(unsaved=False)
        self._room.status.change(unsaved=False)
        self._room.say("Saved.")
        self._changed(view)

    def tick(self) -> None:
        """Paint what is running and for how long."""
        if self.run is None:
            self._room.status.change(stage="", seconds=0)
        else:
            stage = stage_label(self.run.stage, self._mode_of(self.run)) or "starting"
            stage = "stopping" if self.run.stop.is_set() else stage
            self._room.status.change(stage=stage, seconds=int(monotonic() - self.run.began))

    def _mode_of(self, run: Run) -> Mode:
        return run.manner.mode or self._room.status.facts.status.mode

    async def _hear(self, run: Run, event: TurnEvent) -> None:
        if isinstance(event, StageStarted):
            run.stage = event.stage
            run.view.working(stage_label(event.stage, self._mode_of(run)))
            self.tick()
        elif isinstance(event, PassagesReady) and self._mode_of(run) != "free":
            run.view.found([passage_shape(passage) for passage in event.passages])
            self._changed(run.view)
        elif isinstance(event, QuoteReady):
            run.view.quote(event.quote.text, event.quote.passage)
        elif isinstance(event, AnswerPiece):
            await run.view.add(event.text)
        elif isinstance(event, Notice):
            run.view.note(event.text)

    async def _finished(self, run: Run, result: AskShape) -> None:
        self.run = None
        await self._show(run, result)
        self._room.status.change(unsaved=False)
        if result.outcome in {"stopped", "failed"}:
            self._room.prompt.give_back(run.prompt)
        self.tick()
        self._changed(run.view)

    async def _show(self, run: Run, result: AskShape) -> None:
        self.conversation = result.conversation
        await run.view.finish(result)
        self._room.status.answered(result)

    async def _failed(self, run: Run, error: Exception) -> None:
        self.run = None
        refused = isinstance(error, HistoryNotSavedError)
        if isinstance(error, AnswerNotSavedError):
            # The answer is whole and checked; all that is missing is its place on the disk.
            await self._show(run, error.result)
            run.view.mark_unsaved(unsaved=True)
            self.unsaved = run.view
        else:
            await run.view.fail(trouble_of(error))
            self.lost_branch = run.manner.behind is not None
            if self.lost_branch:
                # The exchange will make room for what is kept, and its words with it.
                self._room.complain(error)
            if run.manner.resume is None:
                self._room.prompt.give_back(run.prompt)
        self._room.status.change(unsaved=refused)
        self.tick()
        self._changed(run.view)
