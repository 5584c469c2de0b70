"""Where turns are recorded: in the sealed history, or nowhere if the person said so."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from app.assistant import State
from app.contract import AskShape, ConversationShape, TurnShape
from app.stages.polish_answer import QUOTE_OPENING

if TYPE_CHECKING:
    from app.history.history import History
    from app.history.turns import TurnHandle, TurnRecord

_ENDED_WITH_AN_ANSWER = frozenset({"complete", "stopped"})


@dataclass(frozen=True, slots=True)
class KeptTurns:
    """Records into the sealed history, and reads shapes out of it."""

    history: History

    def begin_turn(self, conversation: str | None, prompt: str) -> TurnHandle:
        """Seal a prompt; None begins a conversation."""
        return self.history.begin_turn(conversation, prompt)

    def append(self, turn: str, text: str) -> None:
        """Seal a piece of the answer."""
        self.history.append(turn, text)

    def finish(self, turn: str, result: str, *, state: State) -> None:
        """Seal the outcome."""
        self.history.finish(turn, result, state=state)

    def exchanges(self, conversation: str) -> tuple[tuple[str, str], ...]:
        """Prompts and answers of the turns that ended with one, oldest first.

        The prompt is the form that went to the model then: a secret that was masked stays masked.
        """
        return tuple(
            (turn.result.query.standalone, _worth_repeating(turn.result))
            for turn in self.turns(conversation)
            if turn.result is not None
            and turn.state in _ENDED_WITH_AN_ANSWER
            # A turn that was stopped before its prompt was screened has nothing that may go further.
            and turn.result.query.standalone
        )

    def conversations(self) -> list[ConversationShape]:
        """Newest first."""
        return [
            ConversationShape(
                id=summary.id,
                title=summary.title,
                created=summary.created,
                updated=summary.updated,
                turns=summary.turns,
            )
            for summary in self.history.conversations()
        ]

    def turns(self, conversation: str) -> list[TurnShape]:
        """Oldest first. Raises UnknownConversationError."""
        return [turn_shape(record) for record in self.history.turns(conversation)]


def turn_shape(record: TurnRecord) -> TurnShape:
    """A turn as it is printed: the final answer where there is one, else what had been streamed."""
    result = _result_of(record.result)
    return TurnShape(
        id=record.id,
        state="interrupted" if record.state == "writing" else record.state,
        started=record.started,
        prompt=record.prompt,
        answer=result.answer if result and result.answer else record.answer,
        result=result,
    )


def _result_of(text: str | None) -> AskShape | None:
    """None for the result of another version of the program, with other keys; the answer still shows."""
    try:
        return AskShape.model_validate_json(text) if text else None
    except ValidationError:
        return None


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

    _prompts: dict[str, list[tuple[str, str]]] = field(default_factory=dict, repr=False)
    _running: dict[str, str] = field(default_factory=dict, repr=False)

    def begin_turn(self, conversation: str | None, prompt: str) -> _Handle:
        """Remember a prompt."""
        handle = _Handle(conversation or secrets.token_hex(16), secrets.token_hex(16))
        del prompt  # what went to the model comes back with the result
        self._running[handle.turn] = handle.conversation
        return handle

    def append(self, turn: str, text: str) -> None:
        """Nothing is kept of a piece."""

    def finish(self, turn: str, result: str, *, state: State) -> None:
        """Remember the exchange for the next question."""
        conversation = self._running.pop(turn)
        shape = AskShape.model_validate_json(result)
        if state in _ENDED_WITH_AN_ANSWER and shape.query.standalone:
            self._prompts.setdefault(conversation, []).append(
                (shape.query.standalone, _worth_repeating(shape))
            )

    def exchanges(self, conversation: str) -> tuple[tuple[str, str], ...]:
        """Exchanges of this run."""
        return tuple(self._prompts.get(conversation, ()))
