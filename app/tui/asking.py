"""The one turn that may be running: begins it, hears of it, ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from time import monotonic

from app.contract import AskShape
from app.errors import HistoryNotSavedError
from app.result import passage_shape
from app.stages.stage import Channel
from app.tui.apart import Patient
from app.tui.desk import Desk
from app.tui.widgets.prompt import PromptBox
from app.tui.widgets.status import StatusLine
from app.tui.widgets.transcript import Transcript
from app.tui.widgets.turn import TurnView
from app.tui.wording import trouble_of
from app.turn import AnswerPiece, Mode, Notice, PassagesReady, QuoteReady, StageStarted, TurnEvent

_MODES: tuple[Mode, ...] = ("documents_only", "documents_first", "free")


@dataclass(slots=True, eq=False)
class Run:
    """A turn on its way."""

    prompt: str = field(repr=False)
    view: TurnView
    stop: Event = field(default_factory=Event)
    stage: str = ""
    began: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class Parts:
    """The widgets that a turn paints on."""

    transcript: Transcript
    prompt: PromptBox
    status: StatusLine


class Asking:
    """Takes prompts to the desk, one at a time."""

    def __init__(
        self, screen: Patient, desk: Desk, parts: Parts, changed: Callable[[TurnView], None]
    ) -> None:
        self.conversation: str | None = None
        self.mode: Mode | None = None
        """Where answers may come from; None is the way of the settings."""

        self.run: Run | None = None
        self._screen = screen
        self._desk = desk
        self._parts = parts
        self._changed = changed
        """Called when the passages of an exchange became known, and when it ended."""

    async def begin(self, prompt: str) -> None:
        """Send a prompt; nothing else may be running."""
        run = Run(prompt, await self._parts.transcript.begin(prompt))
        self.run = run
        channel = Channel(lambda event: self._screen.land(partial(self._hear, run, event)), run.stop)
        self._screen.apart(
            partial(self._desk.ask, prompt, self.conversation, channel, self.mode),
            partial(self._finished, run),
            partial(self._failed, run),
        )
        self.tick()

    def choose_mode(self, mode: Mode | None) -> None:
        """Answer the next questions in this way."""
        self.mode = mode
        self._parts.status.change(mode=mode)

    def next_mode(self) -> None:
        """Go to the way after the one in force."""
        now = self.mode or self._parts.status.facts.status.mode
        self.choose_mode(_MODES[(_MODES.index(now) + 1) % len(_MODES)])

    def stop(self) -> None:
        """Ask the running turn to end; what it has written stays."""
        if self.run is not None:
            self.run.stop.set()
            self.tick()

    def tick(self) -> None:
        """Paint what is running and for how long."""
        if self.run is None:
            self._parts.status.change(stage="", seconds=0)
        else:
            stage = "stopping" if self.run.stop.is_set() else self.run.stage or "starting"
            self._parts.status.change(stage=stage, seconds=int(monotonic() - self.run.began))

    async def _hear(self, run: Run, event: TurnEvent) -> None:
        if isinstance(event, StageStarted):
            run.stage = event.stage
            run.view.working(event.stage)
            self.tick()
        elif isinstance(event, PassagesReady):
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
        self.conversation = result.conversation
        await run.view.finish(result)
        self._parts.status.answered(result)
        self._parts.status.change(unsaved=False)
        if result.outcome in {"stopped", "failed"}:
            self._parts.prompt.give_back(run.prompt)
        self.tick()
        self._changed(run.view)

    async def _failed(self, run: Run, error: Exception) -> None:
        self.run = None
        await run.view.fail(trouble_of(error))
        self._parts.prompt.give_back(run.prompt)
        self._parts.status.change(unsaved=isinstance(error, HistoryNotSavedError))
        self.tick()
        self._changed(run.view)
