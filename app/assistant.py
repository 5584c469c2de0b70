"""Takes a prompt through the stages, once, in order; times them; records the turn."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Literal, Protocol

from app.contract import AskShape
from app.errors import (
    EXPECTED,
    AnswerNotSavedError,
    HistoryError,
    HistoryNotSavedError,
    PipelineOrderError,
    UsageError,
    exit_code_of,
)
from app.latest import LATEST, Latest
from app.result import shape_of
from app.stages.stage import Channel, Stage
from app.turn import AnswerPiece, Exchange, Failure, Mode, StageFinished, StageStarted, Turn, TurnEvent

PROMPT_LIMIT = 50_000
"""Characters. Far more than a window of tokens takes; longer pastes belong into the documents."""

EARLIER_LIMIT = 50
"""Exchanges that a turn knows of; no setting takes more."""

State = Literal["complete", "stopped", "failed", "refused"]

_STATES: dict[str, State] = {
    "answered": "complete",
    "not_in_documents": "complete",
    "refused": "refused",
    "stopped": "stopped",
    "failed": "failed",
}

MODEL_STAGE = "write_answer"
BEFORE_THE_MODEL = ("normalise_prompt", "screen_prompt", "screen_passages", "decide_answerability")
BEHIND_THE_MODEL = ("check_answer",)


class TurnHandle(Protocol):
    """Where a turn is being recorded."""

    @property
    def conversation(self) -> str: ...  # noqa: D102 - ids

    @property
    def turn(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A turn whose answer was cut off."""

    prompt: str = field(repr=False)
    begun: str = field(repr=False)
    """What was there of the answer."""

    parent: str | None
    """The turn it follows."""


class Recorder(Protocol):
    """What the assistant needs of the history.

    A prompt and an outcome are safe on disk when the call returns, a piece of the answer a little
    later: within a segment, or when `seal` returns.
    """

    def begin_turn(
        self, conversation: str | None, prompt: str, *, after: str | Latest | None = LATEST
    ) -> TurnHandle:
        """Seal a prompt behind the turn `after`; None begins a conversation."""
        ...

    def append(self, turn: str, text: str) -> None:
        """Take a piece of the answer."""
        ...

    def seal(self, turn: str) -> None:
        """Put every piece so far on disk."""
        ...

    def finish(self, turn: str, result: str, *, state: State) -> None:
        """Seal the outcome, a JSON text of `AskShape`."""
        ...

    def exchanges(
        self, conversation: str, *, after: str | Latest | None = LATEST
    ) -> Sequence[tuple[str, str, tuple[str, ...]]]:
        """Prompts, answers and chunk ids of the finished turns up to `after`, oldest first."""
        ...

    def interrupted(self, conversation: str, turn: str) -> Interrupted:
        """A turn that can be gone on with. Raises UnknownTurnError if it cannot, and says why."""
        ...


@dataclass(frozen=True, slots=True)
class Assistant:
    """The one core that the window and the commands share."""

    stages: tuple[Stage, ...]
    recorder: Recorder
    mode: Mode = "documents_only"

    def __post_init__(self) -> None:
        """Refuse an order that cannot work, before the first prompt."""
        refuse_impossible_order(self.stages)

    def ask(
        self,
        prompt: str,
        conversation: str | None,
        channel: Channel,
        earlier: tuple[Exchange, ...] = (),
        *,
        after: str | Latest | None = LATEST,
    ) -> AskShape:
        """Answer one prompt, or say why not; the result is sealed when this returns.

        The prompt is on disk before anything else happens, the answer in segments while it is written.
        Expected failures become a result with the outcome "failed"; a failure of the history itself is
        raised (HistoryError): AnswerNotSavedError brings the result along. `earlier` are exchanges that
        were held elsewhere, before those of the conversation. `after` is the turn that this one follows;
        None is another beginning. A question asked again or otherwise follows what the first one follows.
        """
        _refuse_unusable(prompt)
        recorded = self.recorder.exchanges(conversation, after=after) if conversation else ()
        handle = self.recorder.begin_turn(conversation, prompt, after=after)
        turn = Turn(
            conversation=handle.conversation,
            id=handle.turn,
            prompt=prompt,
            mode=self.mode,
            earlier=(*earlier, *(Exchange(*exchange) for exchange in recorded))[-EARLIER_LIMIT:],
        )
        return self._answer(turn, channel)

    def resume(self, conversation: str, turn: str, channel: Channel) -> AskShape:
        """Go on with an answer that was cut off: a turn beside it that begins with what was written.

        The whole answer is checked. Raises UnknownTurnError where there is nothing to go on with.
        """
        found = self.recorder.interrupted(conversation, turn)
        recorded = self.recorder.exchanges(conversation, after=found.parent)
        handle = self.recorder.begin_turn(conversation, found.prompt, after=found.parent)
        resumed = Turn(
            conversation=handle.conversation,
            id=handle.turn,
            prompt=found.prompt,
            mode=self.mode,
            begun=found.begun,
            earlier=tuple(Exchange(*exchange) for exchange in recorded)[-EARLIER_LIMIT:],
        )
        return self._answer(resumed, channel)

    def save_again(self, result: AskShape) -> None:
        """Seal an answer that the disk refused, without asking the model again."""
        self._seal(result)

    def _answer(self, turn: Turn, channel: Channel) -> AskShape:
        try:
            done = self._through_the_line(turn, self._recording(channel, turn.id))
        except BaseException:
            # Whatever ends the turn, what is on screen of it is kept if the disk takes it.
            with suppress(HistoryError):
                self.recorder.seal(turn.id)
            raise
        result = shape_of(done)
        try:
            self._seal(result)
        except HistoryNotSavedError as refusal:
            raise AnswerNotSavedError(str(refusal), result) from None
        return result

    def _recording(self, channel: Channel, turn: str) -> Channel:
        def announce(event: TurnEvent) -> None:
            if isinstance(event, AnswerPiece):
                self.recorder.append(turn, event.text)
            channel.announce(event)

        return Channel(announce, channel.stop)

    def _through_the_line(self, turn: Turn, channel: Channel) -> Turn:
        for stage in self.stages:
            # An answer that was stopped is still checked; before there is one, stopping ends the line.
            if channel.stop.is_set() and turn.usage is None:
                return replace(turn, outcome="stopped")
            channel.announce(StageStarted(stage.name))
            started = perf_counter()
            try:
                turn = stage.run(turn, channel)
            except HistoryError:
                raise
            except EXPECTED as error:
                failure = Failure(str(error), error.remedy, int(exit_code_of(error)))
                return replace(turn, outcome="failed", failure=failure)
            seconds = perf_counter() - started
            turn = replace(turn, seconds=(*turn.seconds, (stage.name, seconds)))
            channel.announce(StageFinished(stage.name, seconds))
            if turn.outcome not in (None, "stopped"):
                return turn
        return turn if turn.outcome else replace(turn, outcome="answered")

    def _seal(self, result: AskShape) -> None:
        self.recorder.finish(result.turn, result.model_dump_json(), state=_STATES[result.outcome])


def _refuse_unusable(prompt: str) -> None:
    if not prompt.strip():
        raise UsageError("The prompt is empty.", "Type a question.")
    if len(prompt) > PROMPT_LIMIT:
        raise UsageError(
            f"The prompt has {len(prompt)} characters; the limit is {PROMPT_LIMIT}.",
            "Put long text into a document and add it with `inhouse docs add`.",
        )
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        # Python's sign for bytes that are no text; they could be neither sealed nor printed.
        raise UsageError("The prompt is not valid UTF-8 text.", "Send it as UTF-8.")


def refuse_impossible_order(stages: Sequence[Stage]) -> None:
    """Raise PipelineOrderError unless every need is met and the model is fenced by its checks."""
    filled = {"prompt", "earlier", "notices"}
    for stage in stages:
        if missing := stage.needs - filled:
            raise PipelineOrderError(
                f"{stage.name} needs {', '.join(sorted(missing))}, which no earlier stage provides."
            )
        filled |= stage.fills
    names = [stage.name for stage in stages]
    if len(set(names)) < len(names):
        raise PipelineOrderError("A stage is listed twice; each runs once.")
    if MODEL_STAGE not in names:
        return
    at = names.index(MODEL_STAGE)
    unfenced = [name for name in BEFORE_THE_MODEL if name not in names[:at]]
    unfenced += [name for name in BEHIND_THE_MODEL if name not in names[at:]]
    if unfenced:
        raise PipelineOrderError(f"The model would be reached without {', '.join(unfenced)}.")
