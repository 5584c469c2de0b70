"""Streams the model's answer, held back for a moment so that the pattern checks see it first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import AnswerPiece, Turn
from models.engine import Engine, Finished
from safety.policy import Policy
from safety.profiles import answer_policy
from safety.redaction import mask
from safety.verdict import Verdict

HELD_BACK = 64
"""Characters: longer than any card number, account number or key prefix that a check must see whole."""

LOOKED_BACK = 256
"""Characters already released that the checks see again, as context."""

REPEATED_CHARACTERS, REPEATED_TIMES = 40, 3
REPEATED = "The model began to repeat itself and was stopped."

PIECE_SECONDS = 0.08
"""Between two pieces: each one is sealed on disk before it is shown, and an eye reads no faster."""


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """Runs the engine; looks at the stop signal between pieces."""

    engine: Engine

    name: ClassVar[str] = "write_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"request", "shown", "prompt_verdict"})
    fills: ClassVar[frozenset[str]] = frozenset({"generated", "usage"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `generated` and `usage`; announce the answer piece by piece."""
        assert turn.request is not None
        known = "\n".join([turn.screened, *(passage.text for passage in turn.shown)])
        gate = _Gate(answer_policy(known))
        started, first = perf_counter(), None
        released_at = 0.0
        usage: Finished | None = None
        repeats = False
        for event in self.engine.stream(turn.request):
            if isinstance(event, Finished):
                usage = event
                break
            first = perf_counter() - started if first is None else first
            gate.add(event.text)
            if perf_counter() - released_at >= PIECE_SECONDS and (piece := gate.release()):
                channel.announce(AnswerPiece(piece))
                released_at = perf_counter()
            if channel.stop.is_set() or (repeats := gate.repeats()):
                self.engine.stop()
        if rest := gate.release(everything=True):
            channel.announce(AnswerPiece(rest))
        turn = replace(turn, generated=gate.released, usage=usage, first_token_seconds=first)
        if repeats:
            return replace(turn, notices=(*turn.notices, REPEATED))
        return replace(turn, outcome="stopped") if usage and usage.reason == "stopped" else turn


@dataclass(slots=True)
class _Gate:
    """Lets text through in order, masked, once no check can still want it whole."""

    policy: Policy
    raw: str = ""
    done: int = 0
    """How much of `raw` has been let through."""

    released: str = ""
    placeholders: dict[str, str] = field(default_factory=dict)

    def add(self, text: str) -> None:
        self.raw += text

    def repeats(self) -> bool:
        """Small models fall into loops; the same words for the third time say nothing new."""
        tail = self.raw[-REPEATED_CHARACTERS:]
        return len(tail) == REPEATED_CHARACTERS and self.raw.count(tail) >= REPEATED_TIMES

    def release(self, *, everything: bool = False) -> str:
        """What may be shown now, masked."""
        begin = max(0, self.done - LOOKED_BACK)
        findings = self.policy.judge(self.raw[begin:]).findings
        end = len(self.raw) if everything else max(self.done, len(self.raw) - HELD_BACK)
        for finding in findings:
            # What reaches over the border may grow with the next pieces.
            if not everything and self.done <= begin + finding.start < end < begin + finding.end + 1:
                end = begin + finding.start
        piece = self.raw[self.done : end]
        shift = self.done - begin
        inside = tuple(
            replace(finding, start=max(0, finding.start - shift), end=min(finding.end - shift, len(piece)))
            for finding in findings
            if finding.end > shift and finding.start < end - begin
        )
        masked = mask(piece, Verdict(inside), self.placeholders)
        self.placeholders = dict(masked.placeholders)
        self.done = end
        self.released += masked.text
        return masked.text
