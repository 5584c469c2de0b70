"""A question asks for a sort of thing; a text holds one or it does not."""

from __future__ import annotations

import pytest

from grounding.asked_sort import sort_asked_for


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        pytest.param(
            "How many days of leave are there?", "There are thirty days.", "Leave is approved.", id="quantity"
        ),
        pytest.param(
            "How many of the 12 sites are closed?",
            "Of the 12 sites 3 are.",
            "All 12 sites.",
            id="new number",
        ),
        pytest.param("When is the review?", "It is held on 3 March 2026.", "It is held rarely.", id="date"),
        pytest.param("What year was it founded?", "It was founded in 1987.", "It was founded.", id="year"),
        pytest.param("Who leads it?", "It is led by Mira Olsen.", "It is led well.", id="name"),
        pytest.param(
            "Who succeeded Mira Olsen?",
            "After her came Jan Roth.",
            "It was led by Mira Olsen.",
            id="another name",
        ),
    ],
)
def test_a_text_holds_what_is_asked_for(question: str, holds: str, lacks: str) -> None:
    fits = sort_asked_for(question)

    assert fits is not None
    assert fits(holds)
    assert not fits(lacks)


@pytest.mark.parametrize("question", ["What is Ledgerly?", "Why is it closed?", "Is it open?", ""])
def test_most_questions_may_be_answered_by_any_words(question: str) -> None:
    assert sort_asked_for(question) is None
