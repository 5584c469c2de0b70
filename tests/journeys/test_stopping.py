"""Escape at any moment: what was shown stays, and the next question is answered as if nothing had been."""

from __future__ import annotations

import pytest

from tests.journeys.program import Driver, Place
from tests.journeys.test_kills import LONG, TALKATIVE

pytestmark = pytest.mark.real

MOMENTS = ("normalise_prompt", "build_request", "write_answer", "piece 1", "piece 3")


def test_a_stopped_answer_keeps_what_was_shown_and_the_next_one_is_right(place: Place) -> None:
    place = Place(place.root, extra=TALKATIVE)
    with Driver(place) as driver:
        stopped = [driver.ask(LONG, stop=True, at=moment) for moment in MOMENTS]
        complete = driver.ask("When was Tarnholm Instruments founded?").result

    assert [asked.result["outcome"] for asked in stopped] == ["stopped"] * len(MOMENTS)
    assert [bool(asked.shown) for asked in stopped[:2]] == [False, False], "the model was not reached"
    assert all(asked.shown for asked in stopped[3:])
    assert complete["outcome"] == "answered"
    assert "1987" in complete["answer"]
    for asked in stopped:
        [turn] = place.json("history", "show", asked.result["conversation"])["turns"]
        assert turn["state"] == "stopped"
        assert asked.shown.split() == turn["answer"].split()[: len(asked.shown.split())]
