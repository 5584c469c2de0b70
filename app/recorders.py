"""Where turns are recorded: in the sealed history, or nowhere if the person said so."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from pydantic import ValidationError

from app.assistant import Interrupted, State
from app.contract import AskShape, ConversationShape, TurnShape
from app.contract.history import RatingShape
from app.errors import HistoryNotSavedError, UnknownTurnError
from app.latest import LATEST, Latest
from app.stages.polish_answer import QUOTE_OPENING

if TYPE_CHECKING:
    from app.history.history import History
    from app.history.turns import TurnHandle, TurnRecord

SEGMENT_SECONDS = 2.0
SEGMENT_CHARACTERS = 1_024
"""About 256 tokens. A segment of the answer goes to disk when it is this old or this long."""

_ENDED_WITH_AN_ANSWER = frozenset({"complete", "stopped"})

Repeated = tuple[str, str, tuple[str, ...]]
"""A prompt, its answer, and the ids of the chunks that the answer was shown with, best first."""


@dataclass(slots=True)
class _Segment:
    """What was said of an answer and is not yet on disk."""

    since: float
    pieces: list[str] = field(default_factory=list, repr=False)
    length: int = 0

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)


@dataclass(frozen=True, slots=True)
class KeptTurns:
    """Records into the sealed history, and reads shapes out of it.

    An answer goes to disk in segments. A kill loses at most the last segment of the answer that is
    being written; a disk that refuses a segment is asked again with the next one and at the end.
    """

    history: History
    clock: Callable[[], float] = monotonic
    """Seconds."""

    _segments: dict[str, _Segment] = field(default_factory=dict, repr=False)

    def begin_turn(
        self, conversation: str | None, prompt: str, *, after: str | Latest | None = LATEST
    ) -> TurnHandle:
        """Seal a prompt; None begins a conversation."""
        return self.history.begin_turn(conversation, prompt, after=after)

    def append(self, turn: str, text: str) -> None:
        """Take a piece of the answer; seal the segment when it is long or old enough."""
        segment = self._segments.setdefault(turn, _Segment(self.clock()))
        segment.add(text)
        if segment.length >= SEGMENT_CHARACTERS or self.clock() - segment.since >= SEGMENT_SECONDS:
            # The end of the turn tries once more, and says so if it fails as well.
            with suppress(HistoryNotSavedError):
                self.seal(turn)

    def seal(self, turn: str) -> None:
        """Put on disk what is not yet there. Raises HistoryNotSavedError and keeps it."""
        if segment := self._segments.get(turn):
            self.history.append(turn, "".join(segment.pieces))
            del self._segments[turn]

    def finish(self, turn: str, result: str, *, state: State) -> None:
        """Seal the outcome together with the last segment."""
        segment = self._segments.get(turn)
        rest = "".join(segment.pieces) if segment else ""
        self.history.finish(turn, result, state=state, rest=rest)
        self._segments.pop(turn, None)

    def exchanges(self, conversation: str, *, after: str | Latest | None = LATEST) -> tuple[Repeated, ...]:
        """The turns up to `after` that ended with an answer, oldest first.

        The prompt is the form that went to the model then: a secret that was masked stays masked. What
        was imported is left out, for no check here has seen it.
        """
        records = self.history.turns(conversation, to=after)
        branch = [turn_shape(record) for record in records if not record.imported]
        return tuple(
            _repeated(turn.result)
            for turn in branch
            if turn.result is not None
            and turn.state in _ENDED_WITH_AN_ANSWER
            # A turn that was stopped before its prompt was screened has nothing that may go further.
            and turn.result.query.standalone
        )

    def interrupted(self, conversation: str, turn: str) -> Interrupted:
        """A turn that can be gone on with. Raises UnknownTurnError with the reason if it cannot."""
        found = next((one for one in self.history.tree(conversation) if one.id == turn), None)
        if found is None or found.lost:
            raise UnknownTurnError("There is no such turn in this conversation.")
        if reason := _why_it_cannot_go_on(found):
            raise UnknownTurnError(f"This turn cannot be continued: {reason}.", "Ask the question again.")
        return Interrupted(found.prompt, found.answer, found.parent)

    def conversations(self) -> list[ConversationShape]:
        """Newest first."""
        return [
            ConversationShape(
                id=summary.id,
                title=summary.title,
                created=summary.created,
                updated=summary.updated,
                turns=summary.turns,
                tags=list(summary.tags),
                pinned=summary.pinned,
                archived=summary.archived,
                binned=summary.binned,
                damaged=summary.damaged,
            )
            for summary in self.history.conversations()
        ]

    def turns(self, conversation: str, *, to: str | Latest | None = LATEST) -> list[TurnShape]:
        """The branch that is shown, or that ends with `to`, oldest first. Raises UnknownConversationError."""
        return [turn_shape(record) for record in self.history.turns(conversation, to=to)]

    def tree(self, conversation: str) -> list[TurnShape]:
        """Every turn of all branches, in the order they began. Raises UnknownConversationError."""
        return [turn_shape(record) for record in self.history.tree(conversation)]


def turn_shape(record: TurnRecord) -> TurnShape:
    """A turn as it is printed: the final answer where there is one, else what had been streamed."""
    result = _result_of(record.result)
    rating = record.rating
    return TurnShape(
        id=record.id,
        state="interrupted" if record.state == "writing" else record.state,
        started=record.started,
        prompt=record.prompt,
        answer=result.answer if result and result.answer else record.answer,
        result=result,
        parent=record.parent,
        siblings=list(record.siblings),
        rating=None
        if rating is None
        else RatingShape(rating=rating.rating, reason=rating.reason, time=rating.time),
    )


def _why_it_cannot_go_on(turn: TurnRecord) -> str:
    if turn.damaged:
        return "part of it is damaged or was altered"
    if turn.imported:
        return "it was imported"
    return {
        "complete": "its answer is complete",
        "refused": "a safety check refused it",
        "writing": "it is being written",
    }.get(turn.state, "")


def _result_of(text: str | None) -> AskShape | None:
    """None for the result of another version of the program, with other keys; the answer still shows."""
    try:
        return AskShape.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _repeated(result: AskShape) -> Repeated:
    return (
        result.query.standalone,
        _worth_repeating(result),
        tuple(passage.id for passage in result.passages),
    )


def _worth_repeating(result: AskShape) -> str:
    """What the next question may build on: nothing that was not found, no words of our own around a quote.

    A model that reads its own inventions repeats them.
    """
    if not result.sentences:
        return result.answer
    kept = (one.text for one in result.sentences if one.support != "not_found")
    return " ".join(text.removeprefix(QUOTE_OPENING) for text in kept)


@dataclass(frozen=True, slots=True)
class _Handle:
    conversation: str
    turn: str


@dataclass(slots=True)
class UnkeptTurns:
    """Keeps turns in memory until the program ends; nothing reaches the disk."""

    _exchanges: dict[str, list[tuple[str, Repeated]]] = field(default_factory=dict, repr=False)
    """Conversation to turn and exchange, oldest first."""

    _running: dict[str, str] = field(default_factory=dict, repr=False)
    _parents: dict[str, str | None] = field(default_factory=dict, repr=False)
    _last: dict[str, str] = field(default_factory=dict, repr=False)

    def begin_turn(
        self, conversation: str | None, prompt: str, *, after: str | Latest | None = LATEST
    ) -> _Handle:
        """Remember that a turn runs."""
        handle = _Handle(conversation or secrets.token_hex(16), secrets.token_hex(16))
        del prompt  # what went to the model comes back with the result
        self._parents[handle.turn] = self._end(handle.conversation, after)
        self._last[handle.conversation] = handle.turn
        self._running[handle.turn] = handle.conversation
        return handle

    def append(self, turn: str, text: str) -> None:
        """Nothing is kept of a piece."""

    def seal(self, turn: str) -> None:
        """Nothing reaches the disk."""

    def finish(self, turn: str, result: str, *, state: State) -> None:
        """Remember the exchange for the next question."""
        conversation = self._running.pop(turn)
        shape = AskShape.model_validate_json(result)
        if state in _ENDED_WITH_AN_ANSWER and shape.query.standalone:
            self._exchanges.setdefault(conversation, []).append((turn, _repeated(shape)))

    def exchanges(self, conversation: str, *, after: str | Latest | None = LATEST) -> tuple[Repeated, ...]:
        """Exchanges of this run, up to `after`."""
        path: set[str] = set()
        end = self._end(conversation, after)
        while end is not None and end not in path:
            path.add(end)
            end = self._parents.get(end)
        return tuple(one for turn, one in self._exchanges.get(conversation, ()) if turn in path)

    def interrupted(self, conversation: str, turn: str) -> Interrupted:
        """Nothing of an answer is kept, so there is nothing to go on from."""
        del conversation, turn
        raise UnknownTurnError("This conversation is not kept, so no turn of it can be continued.")

    def _end(self, conversation: str, after: str | Latest | None) -> str | None:
        return self._last.get(conversation) if isinstance(after, Latest) else after
