"""Whatever is killed, and whenever: what was typed is safe, of an answer all but its last segment."""

from __future__ import annotations

from typing import Any

import pytest

from app.recorders import SEGMENT_CHARACTERS
from tests.journeys.program import Driver, Place, children_of, still_alive

pytestmark = pytest.mark.real

LONG = "Tell me everything about working from home, working hours and paid time off."
SHORT = "What is the daily meal allowance?"
TALKATIVE = {
    "INHOUSE_RETRIEVAL_QUOTES": "12",
    "INHOUSE_MODEL_ANSWER_TOKENS": "1024",
    "INHOUSE_MODEL_REPEAT_PENALTY": "1.1",
}
"""Settings with which the built-in model speaks for several seconds."""

MOMENTS = (
    "normalise_prompt",
    "find_passages",
    "write_answer",
    "piece 1",
    "piece 2",
    "piece 4",
    "piece 7",
    "piece 11",
)


@pytest.fixture
def talkative(place: Place) -> Place:
    return Place(place.root, extra=TALKATIVE)


def turns(place: Place) -> dict[str, list[dict[str, Any]]]:
    """Every conversation of the history with its turns."""
    kept = place.json("history", "list")["conversations"]
    return {one["id"]: place.json("history", "show", one["id"])["turns"] for one in kept}


def asked_and_killed(place: Place, prompt: str, moment: str) -> str:
    """Ask, and SIGKILL the program as soon as it has come to `moment`; what it had shown."""
    shown, pieces, children = "", 0, set[int]()
    with Driver(place) as driver:
        driver.order(prompt)
        for kind, value in driver.sayings():
            assert kind != "result", "the answer was complete before it could be cut"
            if kind == "piece":
                shown, pieces = shown + value, pieces + 1
            if moment in (value, f"piece {pieces}"):
                children = children_of(driver.pid)
                break
        shown += "".join(value for kind, value in driver.kill() if kind == "piece")
    assert children, "it had no children to leave behind"
    assert still_alive([*children], seconds=5) == []
    return shown


def test_killing_the_program_loses_no_prompt_and_no_more_than_a_segment(talkative: Place) -> None:
    shown = {
        f"{LONG} Part {number}.": asked_and_killed(talkative, f"{LONG} Part {number}.", moment)
        for number, moment in enumerate(MOMENTS)
    }

    kept = {turn["prompt"]: turn for [turn] in turns(talkative).values()}

    assert kept.keys() == shown.keys()
    for prompt, words in shown.items():
        assert kept[prompt]["state"] == "interrupted"
        answer = kept[prompt]["answer"]
        assert words.startswith(answer) or answer.startswith(words)
        assert len(words) - len(answer) < 2 * SEGMENT_CHARACTERS
    assert sum(bool(words) for words in shown.values()) >= 5


def test_a_conversation_goes_on_after_a_kill(talkative: Place) -> None:
    asked_and_killed(talkative, LONG, "piece 1")
    [conversation] = turns(talkative)

    with Driver(talkative) as driver:
        result = driver.ask(SHORT, conversation=conversation).result

    assert result["outcome"] == "answered"
    assert [turn["state"] for turn in turns(talkative)[conversation]] == ["interrupted", "complete"]


def test_killing_the_model_is_said_keeps_what_was_shown_and_the_next_question_works(
    talkative: Place,
) -> None:
    with Driver(talkative) as driver:
        cut = driver.ask(LONG, kill=driver.ready["engine"], at="piece 1")
        after = driver.ask(SHORT)

    [told] = [notice for notice in cut.result["notices"] if "engine" in notice]
    assert cut.result["outcome"] == "failed"
    assert "killed by SIGKILL" in told
    assert "Ask again" in told
    assert after.result["outcome"] == "answered"
    assert not after.result["notices"]
    kept = turns(talkative)[cut.result["conversation"]][0]
    assert kept["state"] == "failed"
    assert cut.shown
    assert kept["answer"].startswith(cut.shown)


def test_killing_the_search_is_answered_by_full_text_search_and_said(place: Place) -> None:
    with Driver(place) as driver:
        without = driver.ask(SHORT, kill=driver.ready["grounding"], at="find_passages").result
        after = driver.ask(SHORT).result

    [told] = without["notices"]
    assert told.startswith("Only the documents' words were searched, not their meaning")
    assert without["outcome"] == "answered"
    assert without["passages"]
    assert all(passage["dense"] is None for passage in without["passages"])
    assert after["outcome"] == "answered"
    assert after["notices"] == []
    assert all(passage["dense"] is not None for passage in after["passages"])


@pytest.mark.parametrize("moment", ["link_entities", "check_answer"])
def test_killing_the_search_at_another_moment_costs_no_answer(place: Place, moment: str) -> None:
    with Driver(place) as driver:
        result = driver.ask(SHORT, kill=driver.ready["grounding"], at=moment).result

    assert result["outcome"] == "answered"
    assert "52 euros" in result["answer"]
    assert result["notices"], "that something was missing is said"


def test_the_processes_that_were_made_ready_are_those_that_answer(place: Place) -> None:
    """A child that dies with the thread that warmed it would be lost before the first question."""
    with Driver(place) as driver:
        result = driver.ask(SHORT).result

        assert result["notices"] == []
        assert children_of(driver.pid) == {*driver.ready.values()}
