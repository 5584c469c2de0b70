"""What is kept of a turn, what is told of it, and what the next question may build on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.assembly import Parts, stage_names
from app.contract import SHAPES, AskShape
from app.errors import (
    EXPECTED,
    AppError,
    ExitCode,
    PipelineOrderError,
    UnknownConversationError,
    exit_code_of,
)
from app.history.history import History
from app.locations import locate
from app.recorders import KeptTurns, UnkeptTurns, turn_shape
from app.result import shape_of
from app.settings import Settings
from app.turn import Failure, Turn
from app.vault.keys import KdfCost
from grounding.errors import UnknownDocumentError
from grounding.passages import Passage
from grounding.support import JudgedSentence
from models.engine import Finished
from models.errors import ModelError
from tests.app.scripted import MEALS, QUESTION, Heard, assistant

CHEAP = KdfCost(memory=64 * 1024, passes=3, lanes=1)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptTurns]:
    with History.create(tmp_path / "history", "correct horse battery", kdf=CHEAP) as history:
        yield KeptTurns(history)


def turn_of(**known: object) -> Turn:
    return replace(Turn(conversation="c", id="t", prompt="p"), **known)  # type: ignore[arg-type]


class TestKeptTurns:
    def test_a_turn_comes_back_as_it_was_answered(self, kept: KeptTurns) -> None:
        result = assistant(recorder=kept).ask(QUESTION, None, Heard().channel)

        [turn] = kept.turns(result.conversation)
        assert turn.result == result
        assert (turn.prompt, turn.answer, turn.state) == (QUESTION, result.answer, "complete")

    def test_the_conversation_is_listed_with_its_title_and_count(self, kept: KeptTurns) -> None:
        first = assistant(recorder=kept).ask(QUESTION, None, Heard().channel)
        assistant(recorder=kept).ask("And breakfast?", first.conversation, Heard().channel)

        [listed] = kept.conversations()
        assert (listed.id, listed.turns) == (first.conversation, 2)
        assert listed.title.startswith("What is the daily")

    def test_an_unknown_conversation_is_refused_before_anything_is_recorded(self, kept: KeptTurns) -> None:
        with pytest.raises(UnknownConversationError):
            assistant(recorder=kept).ask(QUESTION, "0" * 32, Heard().channel)

        assert kept.conversations() == []

    def test_an_invention_is_not_what_the_next_question_builds_on(self, kept: KeptTurns) -> None:
        result = assistant("The daily meal allowance is 97 euros.", recorder=kept).ask(
            QUESTION, None, Heard().channel
        )

        [(_, answer, _)] = kept.exchanges(result.conversation)
        assert "97" not in answer
        assert "52" in answer

    def test_the_result_of_another_version_still_shows_its_answer(self, kept: KeptTurns) -> None:
        handle = kept.begin_turn(None, "p")
        kept.append(handle.turn, "what was streamed")
        kept.finish(handle.turn, json.dumps({"outcome": "answered", "new": 1}), state="complete")

        [turn] = kept.turns(handle.conversation)
        assert (turn.answer, turn.result) == ("what was streamed", None)
        assert kept.exchanges(handle.conversation) == ()

    def test_a_turn_that_nobody_ended_is_called_interrupted(self, kept: KeptTurns) -> None:
        handle = kept.begin_turn(None, "p")

        [turn] = kept.turns(handle.conversation)
        assert (turn.state, turn.result) == ("interrupted", None)

    def test_a_turn_stopped_before_it_was_screened_is_not_given_along(self, kept: KeptTurns) -> None:
        heard = Heard()
        heard.channel.stop.set()
        result = assistant(recorder=kept).ask(QUESTION, None, heard.channel)

        assert kept.exchanges(result.conversation) == ()


class TestUnkeptTurns:
    def test_a_conversation_goes_on_within_a_run(self) -> None:
        recorder = UnkeptTurns()
        result = assistant(recorder=recorder).ask(QUESTION, None, Heard().channel)

        assert recorder.exchanges(result.conversation) == (
            (QUESTION, "The daily meal allowance is 52 euros.", ("c-meals",)),
        )

    def test_failed_turns_are_not_given_along(self) -> None:
        recorder = UnkeptTurns()
        result = assistant(recorder=recorder, context=10).ask(QUESTION, None, Heard().channel)

        assert result.outcome == "failed"
        assert recorder.exchanges(result.conversation) == ()

    def test_nothing_of_it_is_in_its_repr(self) -> None:
        recorder = UnkeptTurns()
        assistant(recorder=recorder).ask(QUESTION, None, Heard().channel)

        assert "allowance" not in repr(recorder)


class TestShapes:
    def test_every_shape_has_a_schema_and_refuses_unknown_keys(self) -> None:
        for name, shape in SHAPES.items():
            schema = shape.model_json_schema(mode="serialization")
            assert schema["additionalProperties"] is False, name

    def test_the_keys_of_an_answer_are_those_that_scripts_rely_on(self) -> None:
        assert list(AskShape.model_json_schema(mode="serialization")["properties"]) == [
            "outcome",
            "answer",
            "sentences",
            "passages",
            "query",
            "entities",
            "safety",
            "model",
            "budget",
            "tokens",
            "timings_ms",
            "notices",
            "mode",
            "from_documents",
            "quote",
            "conflicts",
            "left_out",
            "conversation",
            "turn",
        ]

    def test_a_passage_is_used_if_a_sentence_cites_it(self) -> None:
        other = Passage(id="other", document_id="d", document="o.md", title="O", text="o")
        shape = shape_of(
            turn_of(passages=(MEALS, other), sentences=(JudgedSentence("s", ("c-meals",), "supported"),))
        )

        assert [(one.id, one.used) for one in shape.passages] == [("c-meals", True), ("other", False)]

    def test_times_are_those_of_the_stages_with_first_token_and_total(self) -> None:
        seconds = (("find_passages", 0.25), ("write_answer", 1.0), ("check_answer", 0.5))
        shape = shape_of(turn_of(seconds=seconds, first_token_seconds=0.125))

        assert shape.timings_ms == {
            "find_passages": 250.0,
            "write_answer": 1000.0,
            "check_answer": 500.0,
            "first_token": 375.0,
            "total": 1750.0,
        }

    def test_tokens_tell_what_was_evaluated_and_how_fast(self) -> None:
        usage = Finished(
            reason="end",
            prompt_tokens=100,
            reused_tokens=40,
            generated_tokens=30,
            prefill_seconds=1.0,
            decode_seconds=2.0,
        )
        tokens = shape_of(turn_of(usage=usage)).tokens

        assert (tokens.prompt, tokens.reused, tokens.evaluated, tokens.generated, tokens.per_second) == (
            100,
            40,
            60,
            30,
            15.0,
        )

    def test_an_answer_in_no_time_has_no_speed(self) -> None:
        usage = Finished(
            reason="end",
            prompt_tokens=1,
            reused_tokens=0,
            generated_tokens=0,
            prefill_seconds=0.0,
            decode_seconds=0.0,
        )

        assert shape_of(turn_of(usage=usage)).tokens.per_second == 0.0

    def test_a_failure_is_told_with_its_remedy_behind_the_other_notices(self) -> None:
        failure = Failure("It broke.", "Mend it.", 5)
        shape = shape_of(turn_of(outcome="failed", failure=failure, notices=("Before.",)))

        assert shape.notices == ["Before.", "It broke. Mend it."]
        assert shape.exit_code == 5
        assert "exit_code" not in shape.model_dump()

    def test_a_record_without_a_result_is_told_as_far_as_it_got(self, kept: KeptTurns) -> None:
        handle = kept.begin_turn(None, "p")
        kept.append(handle.turn, "half an ans")
        kept.seal(handle.turn)
        [record] = kept.history.turns(handle.conversation)

        assert turn_shape(record).answer == "half an ans"


class TestErrors:
    @staticmethod
    def _families() -> list[type[Exception]]:
        found: list[type[Exception]] = []
        left: list[type[Exception]] = list(EXPECTED)
        while left:
            one = left.pop()
            found.append(one)
            left += one.__subclasses__()
        return found

    def test_every_error_but_the_roots_has_a_remedy(self) -> None:
        bare = [one.__name__ for one in self._families() if one not in EXPECTED and "remedy" not in dir(one)]

        assert bare == []

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (AppError("x"), ExitCode.FAILED),
            (UnknownConversationError("x"), ExitCode.USAGE),
            (UnknownDocumentError("x"), ExitCode.USAGE),
            (ModelError("x"), ExitCode.MODEL),
        ],
    )
    def test_exit_codes(self, error: Exception, code: ExitCode) -> None:
        assert exit_code_of(error) is code


class TestPipelineFile:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(b"stages: [a\n", id="broken YAML"),
            pytest.param(b"stages: a\n", id="no list"),
            pytest.param(b"stages: [1, 2]\n", id="numbers"),
            pytest.param(b"stages: [a]\nmore: 1\n", id="another key"),
            pytest.param(b"- a\n", id="a list alone"),
            pytest.param(b"", id="empty"),
            pytest.param(b"stages: " + b"[" * 30_000, id="too deep"),
            pytest.param(b"#" * 70_000, id="too large"),
            pytest.param(b"\xff\xfe\x00", id="no text"),
            pytest.param(b"stages: !!python/object:os.system [a]\n", id="an object"),
        ],
    )
    def test_what_is_no_list_of_names_is_refused(self, text: bytes) -> None:
        with pytest.raises(PipelineOrderError):
            stage_names(text)

    def test_building_the_parts_starts_and_creates_nothing(self, tmp_path: Path) -> None:
        parts = Parts(locate({"INHOUSE_HOME": str(tmp_path / "home")}), Settings())
        line = parts.assistant(UnkeptTurns())

        assert [stage.name for stage in line.stages][-1] == "polish_answer"
        assert parts.engine.pid is None
        assert parts.grounding.pid is None
        assert not (tmp_path / "home").exists()
        parts.close()
