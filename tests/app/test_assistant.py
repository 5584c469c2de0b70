"""A prompt goes through the line once, in order; whatever becomes of it is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest

from app.assistant import (
    BEFORE_THE_MODEL,
    BEHIND_THE_MODEL,
    EARLIER_LIMIT,
    PROMPT_LIMIT,
    Assistant,
    refuse_impossible_order,
)
from app.contract import AskShape
from app.errors import HistoryNotSavedError, PipelineOrderError, UsageError, WorkerLostError
from app.latest import LATEST, Latest
from app.recorders import UnkeptTurns
from app.stages.stage import Channel, Stage
from app.stages.write_answer import WriteAnswer
from app.turn import AnswerPiece, Exchange, Outcome, StageFinished, StageStarted, Turn
from grounding.errors import CatalogUnusableError
from models.engine import Finished, GenerationRequest
from models.errors import EngineLostError
from models.scripted_engine import ScriptedEngine
from tests.app.scripted import GITHUB_TOKEN, QUESTION, Diary, Heard, Knows, Step, assistant, line

NAMES = [stage.name for stage in line(ScriptedEngine(""))]


def test_every_stage_runs_once_and_in_order() -> None:
    heard = Heard()

    assistant().ask(QUESTION, None, heard.channel)

    assert [event.stage for event in heard.events if isinstance(event, StageStarted)] == NAMES
    assert [event.stage for event in heard.events if isinstance(event, StageFinished)] == NAMES


def test_the_prompt_is_recorded_before_any_stage_runs() -> None:
    diary = Diary()
    seen: list[list[tuple[str, str]]] = []

    def look(turn: Turn, channel: Channel) -> Turn:
        seen.append(list(diary.entries))
        return turn

    Assistant((Step(look),), diary).ask("hello", None, Heard().channel)

    assert seen == [[("prompt", "hello")]]


def test_each_piece_is_recorded_before_it_is_announced() -> None:
    diary = Diary()
    recorded_when_heard: list[bool] = []

    def hear(event: object) -> None:
        if isinstance(event, AnswerPiece):
            recorded_when_heard.append(diary.entries[-1] == ("piece", event.text))

    def speak(turn: Turn, channel: Channel) -> Turn:
        for text in ("one ", "two"):
            channel.announce(AnswerPiece(text))
        return turn

    Assistant((Step(speak),), diary).ask("hello", None, Channel(hear))

    assert recorded_when_heard == [True, True]


def test_a_piece_that_cannot_be_recorded_is_not_announced() -> None:
    class FullDisk(Diary):
        def append(self, turn: str, text: str) -> None:
            raise HistoryNotSavedError("The disk is full.")

    def speak(turn: Turn, channel: Channel) -> Turn:
        channel.announce(AnswerPiece("one"))
        return turn

    heard = Heard()

    with pytest.raises(HistoryNotSavedError):
        Assistant((Step(speak),), FullDisk()).ask("hello", None, heard.channel)

    assert not heard.of(AnswerPiece)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, "complete"),
        ("answered", "complete"),
        ("not_in_documents", "complete"),
        ("refused", "refused"),
        ("stopped", "stopped"),
        ("failed", "failed"),
    ],
)
def test_each_outcome_is_sealed_with_its_state(outcome: Outcome | None, state: str) -> None:
    diary = Diary()

    result = Assistant((Step(lambda turn, _: replace(turn, outcome=outcome)),), diary).ask(
        "hello", None, Heard().channel
    )

    assert result.outcome == (outcome or "answered")
    [(sealed_state, sealed)] = diary.entries[1:]
    assert sealed_state == state
    assert AskShape.model_validate_json(sealed) == result


def test_an_outcome_ends_the_line() -> None:
    heard = Heard()

    result = assistant(knows=Knows(passages=())).ask(QUESTION, None, heard.channel)

    assert result.outcome == "not_in_documents"
    last = heard.of(StageFinished)[-1]
    assert isinstance(last, StageFinished)
    assert last.stage == "decide_answerability"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(CatalogUnusableError("The catalog is gone.", "Mend it."), 1, id="of the documents"),
        pytest.param(EngineLostError("The model is gone.", "Ask again."), 5, id="of the model"),
        pytest.param(WorkerLostError("The child is gone.", "Ask again."), 1, id="of a child process"),
        pytest.param(UsageError("That is no question.", "Ask one."), 2, id="of usage"),
    ],
)
def test_an_expected_error_becomes_a_result_with_message_and_remedy(error: Exception, code: int) -> None:
    def fail(turn: Turn, channel: Channel) -> Turn:
        raise error

    diary = Diary()
    result = Assistant((Step(fail),), diary).ask("hello", None, Heard().channel)

    assert result.outcome == "failed"
    assert result.exit_code == code
    assert result.notices == [f"{error} {error.remedy}"]  # type: ignore[attr-defined]  # ours all have one
    assert diary.entries[-1][0] == "failed"


def test_an_error_of_the_history_is_raised() -> None:
    def fail(turn: Turn, channel: Channel) -> Turn:
        raise HistoryNotSavedError("The disk is full.")

    with pytest.raises(HistoryNotSavedError):
        Assistant((Step(fail),), Diary()).ask("hello", None, Heard().channel)


def test_a_bug_propagates_and_what_was_said_until_then_is_sealed() -> None:
    def fail(turn: Turn, channel: Channel) -> Turn:
        raise ZeroDivisionError

    diary = Diary()

    with pytest.raises(ZeroDivisionError):
        Assistant((Step(fail),), diary).ask("hello", None, Heard().channel)

    assert diary.entries == [("prompt", "hello"), ("seal", "t")]


def test_stopping_before_the_model_ends_the_line_at_once() -> None:
    heard = Heard()
    heard.channel.stop.set()

    result = assistant().ask(QUESTION, None, heard.channel)

    assert result.outcome == "stopped"
    assert result.answer == ""
    assert heard.events == []


class TestStoppingWhileTheModelSpeaks:
    @staticmethod
    def _stopped() -> AskShape:
        heard = Heard()

        def announce(event: object) -> None:
            if isinstance(event, AnswerPiece):
                heard.channel.stop.set()

        words = " ".join(f"word{n}" for n in range(60))
        return assistant(words).ask(QUESTION, None, Channel(announce, heard.channel.stop))

    def test_what_was_written_stays_and_is_checked(self) -> None:
        result = self._stopped()

        assert result.outcome == "stopped"
        assert result.answer.startswith("word0 ")
        assert not result.answer.endswith("word59")
        assert [sentence.support for sentence in result.sentences] == ["not_found"]

    def test_it_is_said_and_no_quote_is_offered_instead(self) -> None:
        result = self._stopped()

        assert "You stopped this answer before its end." in result.notices
        assert "Your documents say" not in result.answer


def test_stopping_after_the_model_changes_nothing() -> None:
    heard = Heard()

    def announce(event: object) -> None:
        if isinstance(event, StageFinished) and event.stage == "write_answer":
            heard.channel.stop.set()

    result = assistant().ask(QUESTION, None, Channel(announce, heard.channel.stop))

    assert result.outcome == "answered"
    assert result.sentences[0].support == "supported"


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="only white space"),
        pytest.param("a" * (PROMPT_LIMIT + 1), id="one character too long"),
        pytest.param("caf\udce9", id="bytes that are no text"),
    ],
)
def test_an_unusable_prompt_is_refused_before_it_is_recorded(prompt: str) -> None:
    diary = Diary()

    with pytest.raises(UsageError) as refusal:
        Assistant((), diary).ask(prompt, None, Heard().channel)

    assert refusal.value.remedy
    assert diary.entries == []


def test_the_longest_prompt_is_taken() -> None:
    assert Assistant((), Diary()).ask("a" * PROMPT_LIMIT, None, Heard().channel).outcome == "answered"


def test_exchanges_from_elsewhere_come_before_those_of_the_conversation() -> None:
    seen: list[tuple[Exchange, ...]] = []

    class Remembers(Diary):
        def exchanges(
            self, conversation: str, *, after: str | Latest | None = LATEST
        ) -> Sequence[tuple[str, str, tuple[str, ...]]]:
            return (("second?", "2", ("c1",)),)

    def look(turn: Turn, channel: Channel) -> Turn:
        seen.append(turn.earlier)
        return turn

    Assistant((Step(look),), Remembers()).ask("third?", "c", Heard().channel, (Exchange("first?", "1"),))

    assert seen == [(Exchange("first?", "1"), Exchange("second?", "2", ("c1",)))]


def test_a_long_conversation_is_known_from_its_end() -> None:
    seen: list[tuple[Exchange, ...]] = []

    def look(turn: Turn, channel: Channel) -> Turn:
        seen.append(turn.earlier)
        return turn

    many = tuple(Exchange(f"{n}?", str(n)) for n in range(EARLIER_LIMIT + 5))
    Assistant((Step(look),), Diary()).ask("now?", None, Heard().channel, many)

    assert seen == [many[5:]]


class TestSecretsOfTheConversation:
    def test_the_model_never_sees_one_of_the_prompt(self) -> None:
        requests: list[GenerationRequest] = []

        def script(request: GenerationRequest) -> str:
            requests.append(request)
            return "The daily meal allowance is 52 euros."

        assistant(script).ask(f"{QUESTION} My token is {GITHUB_TOKEN}", None, Heard().channel)

        [request] = requests
        assert all(GITHUB_TOKEN not in message.text for message in request.messages)
        assert "<API_KEY_1>" in request.messages[-1].text

    def test_nor_one_of_an_exchange_that_was_given_along(self) -> None:
        requests: list[GenerationRequest] = []

        def script(request: GenerationRequest) -> str:
            requests.append(request)
            return "The daily meal allowance is 52 euros."

        earlier = (Exchange(f"Keep {GITHUB_TOKEN}", f"I keep {GITHUB_TOKEN}."),)
        knows = Knows(standing=f"{QUESTION} Really?")
        assistant(script, knows=knows).ask(QUESTION, None, Heard().channel, earlier)

        [request] = requests
        given = [message.text for message in request.messages]
        assert given[1:3] == ["Keep <API_KEY_1>", "I keep <API_KEY_1>."]

    def test_nor_one_of_an_earlier_turn_of_the_same_conversation(self) -> None:
        requests: list[GenerationRequest] = []

        def script(request: GenerationRequest) -> str:
            requests.append(request)
            return "The daily meal allowance is 52 euros."

        recorder = UnkeptTurns()
        first = assistant(script, recorder=recorder).ask(
            f"{QUESTION} My token is {GITHUB_TOKEN}", None, Heard().channel
        )
        knows = Knows(standing=f"{QUESTION} Really?")
        assistant(script, knows=knows, recorder=recorder).ask(QUESTION, first.conversation, Heard().channel)

        given = [message.text for message in requests[1].messages]
        assert len(given) == 4
        assert not any(GITHUB_TOKEN in text for text in given)


def test_text_stays_out_of_what_may_be_logged() -> None:
    secret = "the merger with Tarnholm"
    turn = Turn(
        conversation="c",
        id="t",
        prompt=secret,
        earlier=(Exchange(secret, secret),),
        normalised=secret,
        screened=secret,
        standalone=secret,
        generated=secret,
        answer=secret,
        notices=(secret,),
    )
    result = Assistant((Step(lambda turn, _: replace(turn, answer=secret)),), Diary()).ask(
        secret, None, Heard().channel
    )

    for shown in (turn, turn.earlier, AnswerPiece(secret), result, result.query):
        assert "merger" not in repr(shown)
        assert "merger" not in str(shown)


class TestImpossibleOrders:
    @staticmethod
    def _without(name: str) -> list[Stage]:
        return [stage for stage in line(ScriptedEngine("")) if stage.name != name]

    def test_the_order_of_the_program_is_possible(self) -> None:
        refuse_impossible_order(line(ScriptedEngine("")))

    @pytest.mark.parametrize("name", [*BEFORE_THE_MODEL, *BEHIND_THE_MODEL])
    def test_no_check_can_be_left_out(self, name: str) -> None:
        with pytest.raises(PipelineOrderError):
            refuse_impossible_order(self._without(name))

    @pytest.mark.parametrize("name", [*BEFORE_THE_MODEL, *BEHIND_THE_MODEL])
    def test_not_even_when_something_else_fills_what_it_fills(self, name: str) -> None:
        class Stand:
            name: ClassVar[str] = "stand_in"
            needs: ClassVar[frozenset[str]] = frozenset()
            fills: ClassVar[frozenset[str]] = frozenset(Turn.__dataclass_fields__)

            def run(self, turn: Turn, channel: Channel) -> Turn:
                return turn

        with pytest.raises(PipelineOrderError, match=name):
            refuse_impossible_order([Stand(), *self._without(name)])

    @pytest.mark.parametrize("name", BEHIND_THE_MODEL)
    def test_the_check_of_the_answer_stands_behind_the_model(self, name: str) -> None:
        class Stand:
            name: ClassVar[str] = "stand_in"
            needs: ClassVar[frozenset[str]] = frozenset()
            fills: ClassVar[frozenset[str]] = frozenset(Turn.__dataclass_fields__)

            def run(self, turn: Turn, channel: Channel) -> Turn:
                return turn

        check = next(stage for stage in line(ScriptedEngine("")) if stage.name == name)
        with pytest.raises(PipelineOrderError, match=name):
            refuse_impossible_order([Stand(), check, *self._without(name)])

    @pytest.mark.parametrize("name", NAMES[:-1])
    def test_a_need_that_nothing_fills_is_named(self, name: str) -> None:
        """Each stage but the last fills something that a later one needs."""
        with pytest.raises(PipelineOrderError) as refusal:
            refuse_impossible_order(self._without(name))

        assert "needs" in str(refusal.value)

    @pytest.mark.parametrize("at", range(len(NAMES)))
    def test_a_stage_runs_once(self, at: int) -> None:
        stages = list(line(ScriptedEngine("")))

        with pytest.raises(PipelineOrderError, match="twice"):
            refuse_impossible_order([*stages, stages[at]])

    @pytest.mark.parametrize(("first", "second"), list(pairwise(range(len(NAMES)))))
    def test_an_assistant_cannot_be_made_of_neighbours_in_wrong_order(self, first: int, second: int) -> None:
        stages = list(line(ScriptedEngine("")))
        needed = stages[second].needs & stages[first].fills
        stages[first], stages[second] = stages[second], stages[first]
        if needed:
            with pytest.raises(PipelineOrderError):
                Assistant(tuple(stages), Diary())

    def test_a_line_without_a_model_needs_no_fence(self) -> None:
        refuse_impossible_order(self._without(WriteAnswer.name)[:5])


def test_an_engine_left_alone_is_told_to_stop() -> None:
    class Watched(ScriptedEngine):
        stopped = 0

        def stop(self) -> None:
            self.stopped += 1
            super().stop()

    class FullDisk(Diary):
        def append(self, turn: str, text: str) -> None:
            raise HistoryNotSavedError("The disk is full.")

    engine = Watched(" ".join(f"word{n}" for n in range(60)))

    with pytest.raises(HistoryNotSavedError):
        Assistant(line(engine), FullDisk()).ask(QUESTION, None, Heard().channel)

    assert engine.stopped == 1


def test_a_lost_engine_fails_the_turn_and_what_it_said_stays_recorded() -> None:
    class Dies(ScriptedEngine):
        def stream(self, request: GenerationRequest):  # type: ignore[no-untyped-def]  # a generator of events
            for event in super().stream(request):
                if isinstance(event, Finished):
                    raise EngineLostError("The model is gone.")
                yield event

    diary = Diary()
    words = " ".join(f"word{n}" for n in range(60))

    result = Assistant(line(Dies(words)), diary).ask(QUESTION, None, Heard().channel)

    assert result.outcome == "failed"
    assert diary.entries[-1][0] == "failed"
    assert any(kind == "piece" and text.startswith("word0") for kind, text in diary.entries)
