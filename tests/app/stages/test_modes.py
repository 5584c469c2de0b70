"""Where an answer may come from, what is offered above it, and what it says where documents disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.assistant import Assistant
from app.contract import AskShape
from app.recorders import UnkeptTurns
from app.stages.build_request import LEAST_DOCUMENT_TOKENS, BuildRequest, RequestLimits
from app.stages.decide_answerability import FREE, GENERAL, NOT_IN_DOCUMENTS
from app.stages.polish_answer import GENERAL_OPENING, QUOTE_OPENING
from app.stages.write_answer import WriteAnswer
from app.turn import AnswerPiece, Mode, Notice, QuoteReady
from grounding.passages import Passage
from models.engine import EngineDescription, Finished, GenerationRequest
from models.scripted_engine import ScriptedEngine
from tests.app.scripted import LIMITS, MEALS, QUESTION, Heard, Knows, line

FOREIGN = "Who painted the ceiling of the Sistine Chapel?"
GENERAL_ANSWER = "Michelangelo painted it."
OLD = Passage(
    id="c-2024",
    document_id="d-2024",
    document="travel_2024.txt",
    title="Travel Policy 2024",
    text="Hotel costs are refunded up to 120 euros per night.",
    dense=0.8,
)
NEW = replace(
    OLD,
    id="c-2026",
    document_id="d-2026",
    document="travel_2026.docx",
    title="Travel Policy 2026",
    text="Hotel costs are refunded up to 140 euros per night.",
)
HOTEL = "Up to what amount are hotel costs refunded per night?"


def asked(
    question: str,
    *,
    mode: Mode = "documents_only",
    passages: tuple[Passage, ...] = (MEALS,),
    says: str = GENERAL_ANSWER,
    limits: RequestLimits = LIMITS,
) -> tuple[AskShape, Heard, list[GenerationRequest]]:
    """What one question came to, what was announced, and what the model was asked."""
    requests: list[GenerationRequest] = []

    def script(request: GenerationRequest) -> str:
        requests.append(request)
        return says

    engine = ScriptedEngine(script)
    stages = [
        BuildRequest(engine, limits) if isinstance(stage, BuildRequest) else stage
        for stage in line(engine, Knows(passages))
    ]
    heard = Heard()
    result = Assistant(tuple(stages), UnkeptTurns(), mode).ask(question, None, heard.channel)
    return result, heard, requests


def told(heard: Heard) -> list[str]:
    return [event.text for event in heard.events if isinstance(event, Notice)]


class TestDocumentsOnly:
    def test_what_the_documents_do_not_say_is_not_asked_of_the_model(self) -> None:
        result, _, requests = asked(FOREIGN)

        assert (result.outcome, result.answer, result.quote) == ("not_in_documents", NOT_IN_DOCUMENTS, None)
        assert requests == []


class TestDocumentsFirst:
    def test_a_general_answer_is_marked_before_and_after_it_is_written(self) -> None:
        result, heard, _ = asked(FOREIGN, mode="documents_first")

        assert result.outcome == "answered"
        assert not result.from_documents
        assert result.answer == f"{GENERAL_OPENING}{GENERAL_ANSWER}"
        assert told(heard) == [f"{NOT_IN_DOCUMENTS} {GENERAL}"]
        first = next(event for event in heard.events if isinstance(event, Notice | AnswerPiece))
        assert isinstance(first, Notice)

    def test_none_of_its_sentences_counts_as_found(self) -> None:
        result, _, _ = asked(FOREIGN, mode="documents_first", passages=(MEALS, OLD))

        assert [(one.support, one.citations, one.reasons) for one in result.sentences] == [
            ("not_checked", [], ["not from your documents"])
        ]
        assert not any(passage.used for passage in result.passages)

    def test_the_model_sees_no_passage(self) -> None:
        _, _, [request] = asked(FOREIGN, mode="documents_first")

        assert not any("52 euros" in message.text for message in request.messages)

    def test_what_the_documents_say_is_answered_from_them(self) -> None:
        result, _, _ = asked(QUESTION, mode="documents_first", says="The daily meal allowance is 52 euros.")

        assert result.from_documents
        assert result.sentences[0].citations == [MEALS.id]


class TestFree:
    def test_nothing_is_looked_up_and_that_is_said(self) -> None:
        result, heard, [request] = asked(QUESTION, mode="free")

        assert result.passages == []
        assert result.mode == "free"
        assert told(heard) == [FREE]
        assert result.answer.startswith(GENERAL_OPENING)
        assert request.messages[-1].text == QUESTION


class TestTheQuote:
    def test_it_comes_before_the_first_written_word(self) -> None:
        result, heard, _ = asked(QUESTION, says="The daily meal allowance is 52 euros.")

        order = [type(event) for event in heard.events if isinstance(event, QuoteReady | AnswerPiece)]
        assert order[0] is QuoteReady
        assert result.quote is not None
        assert (result.quote.text, result.quote.citation) == (
            "The daily meal allowance is 52 euros.",
            MEALS.id,
        )

    def test_it_can_be_the_whole_answer_and_then_no_model_is_asked(self) -> None:
        result, _, requests = asked(QUESTION, limits=replace(LIMITS, style="quote"))

        assert requests == []
        assert result.outcome == "answered"
        assert result.answer == f'{QUOTE_OPENING}"The daily meal allowance is 52 euros."'
        assert result.sentences[0].citations == [MEALS.id]
        assert result.notices == []


class TestDisagreement:
    def test_the_answer_says_so_prefers_the_newer_and_cites_both(self) -> None:
        result, _, [request] = asked(
            HOTEL, passages=(OLD, NEW), says="Hotel costs are refunded up to 140 euros per night."
        )

        assert result.sentences[0].citations == [NEW.id]
        assert result.sentences[-1].citations == [NEW.id, OLD.id]
        assert '"Travel Policy 2026" is newer than "Travel Policy 2024"' in result.answer
        assert [(one.preferred, one.other) for one in result.conflicts] == [(NEW.id, OLD.id)]
        assert result.quote is not None
        assert result.quote.citation == NEW.id
        assert "120" not in request.messages[-1].text, "the model is not given the outdated number"
        assert {passage.id for passage in result.passages if passage.used} == {OLD.id, NEW.id}

    def test_where_nothing_tells_the_newer_both_are_given_and_that_is_said(self) -> None:
        other = replace(NEW, title="Travel Policy 2024")
        result, _, [request] = asked(
            HOTEL,
            passages=(OLD, replace(other, document="b_2024.md")),
            says="Hotel costs are refunded up to 120 euros per night.",
        )

        assert "nothing tells which of the two is right" in result.answer
        assert "120" in request.messages[-1].text
        assert "140" in request.messages[-1].text


class TestTheTimeForReading:
    LONG = replace(
        MEALS, text=" ".join(f"The daily meal allowance in town {n} is {n} euros a day." for n in range(90))
    )

    def _tokens(self, pace: float | None, seconds: float = 3.0) -> int:
        def known(model: EngineDescription) -> float | None:
            return pace

        limits = replace(LIMITS, quotes=80, document_tokens=2000, pace=known, first_token_seconds=seconds)
        return asked(QUESTION, passages=(self.LONG,), limits=limits)[0].budget.documents

    def test_a_faster_machine_reads_more_in_the_same_time(self) -> None:
        slow, fast = self._tokens(100.0), self._tokens(300.0)

        assert 0 < slow < fast <= 900

    def test_more_patience_reads_more(self) -> None:
        assert self._tokens(100.0, 3.0) < self._tokens(100.0, 8.0)

    def test_the_slowest_machine_still_reads_something(self) -> None:
        assert 0 < self._tokens(1.0) <= LEAST_DOCUMENT_TOKENS

    def test_where_nobody_waits_only_the_settings_limit_it(self) -> None:
        assert self._tokens(None) > self._tokens(300.0)

    def test_the_engine_s_own_speed_is_learnt_from_each_answer(self) -> None:
        learnt: list[tuple[EngineDescription, Finished]] = []
        engine = ScriptedEngine("The daily meal allowance is 52 euros.")
        stages = [
            WriteAnswer(engine, lambda *told: learnt.append(told))
            if isinstance(stage, WriteAnswer)
            else stage
            for stage in line(engine)
        ]

        Assistant(tuple(stages), UnkeptTurns()).ask(QUESTION, None, Heard().channel)

        [(model, usage)] = learnt
        assert model == engine.describe()
        assert usage.prompt_tokens > 0


@pytest.mark.parametrize("mode", ["documents_only", "documents_first", "free"])
def test_the_mode_is_part_of_the_record(mode: Mode) -> None:
    assert asked(QUESTION, mode=mode)[0].mode == mode
