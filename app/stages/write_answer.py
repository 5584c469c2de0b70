"""Streams the model's answer, held back for a moment so that the pattern checks see it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import perf_counter
from typing import ClassVar

from app.stages.gate import Gate
from app.stages.stage import Channel
from app.turn import AnswerPiece, Turn
from models.engine import Engine, EngineDescription, Finished, GenerationEvent, GenerationRequest
from safety.profiles import answer_policy
from safety.verdict import Verdict

REPEATED = "The model began to repeat itself and was stopped."

WATCH_SECONDS = 0.05
"""Between two looks at the stop signal while the prompt is read."""

PIECE_SECONDS = 0.08
"""Between two pieces: an eye reads no faster."""


def _forget(model: EngineDescription, usage: Finished) -> None:
    """What a model took is of no interest."""


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """Runs the engine; looks at the stop signal between pieces."""

    engine: Engine
    learn: Callable[[EngineDescription, Finished], None] = _forget
    """Told what each answer took, so that the next one is planned with the speed of this machine."""

    name: ClassVar[str] = "write_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"request", "shown", "prompt_verdict"})
    fills: ClassVar[frozenset[str]] = frozenset({"generated", "usage", "answer_verdict"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `generated`, `usage` and what was masked; announce the answer piece by piece.

        Without a request the best quote is the answer, and there is nothing to write.
        """
        if turn.request is None:
            return turn
        known = "\n".join([turn.screened, *(passage.text for passage in turn.shown)])
        gate = Gate(answer_policy(known), reserved="\n".join(one.text for one in turn.request.messages))
        gate.add(turn.request.begun)
        usage: Finished | None = None
        try:
            usage, first, repeats = self._speak(turn.request, gate, channel)
        finally:
            if usage is None:
                # Nobody listens any more; an engine left speaking would keep the next question waiting.
                self.engine.stop()
        if usage is not None and turn.model is not None:
            self.learn(turn.model, usage)
        if rest := gate.release(everything=True):
            channel.announce(AnswerPiece(rest))
        turn = replace(
            turn,
            generated=gate.released,
            usage=usage,
            first_token_seconds=first,
            answer_verdict=Verdict(tuple(gate.findings)),
        )
        if repeats:
            return replace(turn, notices=(*turn.notices, REPEATED))
        return replace(turn, outcome="stopped") if usage and usage.reason == "stopped" else turn

    def _speak(
        self, request: GenerationRequest, gate: Gate, channel: Channel
    ) -> tuple[Finished | None, float | None, bool]:
        """How it ended, seconds to the first piece, and whether it ran in circles."""
        started, first = perf_counter(), None
        released_at = 0.0
        repeats = False
        for event in _heard(self.engine.stream(request), channel.stop, self.engine):
            if isinstance(event, Finished):
                return event, first, repeats
            first = perf_counter() - started if first is None else first
            gate.add(event.text)
            if perf_counter() - released_at >= PIECE_SECONDS and (piece := gate.release()):
                channel.announce(AnswerPiece(piece))
                released_at = perf_counter()
            if channel.stop.is_set():
                self.engine.stop()
            elif not repeats and gate.repeats():
                # Said once and for all: what still comes after `stop` may hide the circle again.
                repeats = True
                self.engine.stop()
        return None, first, repeats


def _heard(events: Iterator[GenerationEvent], stop: Event, engine: Engine) -> Iterator[GenerationEvent]:
    """The same events; the engine hears of a stop while it still reads the prompt and sends none."""
    has_begun = Event()

    def watch() -> None:
        while not has_begun.wait(WATCH_SECONDS):
            if stop.is_set():
                engine.stop()
                return

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        for event in events:
            has_begun.set()
            yield event
    finally:
        has_begun.set()
        watcher.join()
