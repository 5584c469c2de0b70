"""The sentence that an answer rests on is found in its passage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contract import SentenceShape
from app.tui.pointing import flowing, pointed_at

PASSAGE = (
    "Since 1 February 2026 hotel costs are refunded up to 140 euros per night.\n"
    "The daily meal allowance for business trips is 52 euros for a full day. "
    "The allowance is reduced by 20 percent for each meal that a host pays."
)


def said(text: str) -> SentenceShape:
    return SentenceShape(text=text, citations=["one"], support="supported")


@pytest.mark.parametrize(
    ("quote", "sentences", "expected"),
    [
        pytest.param("", [], [], id="nothing rests on it"),
        pytest.param(
            "hotel costs  are refunded", [], ["hotel costs are refunded"], id="the quote, word for word"
        ),
        pytest.param("not a word of it", [], [], id="a quote from elsewhere points at nothing"),
        pytest.param(
            "",
            [said("For trips the meal allowance is 52 euros.")],
            ["The daily meal allowance for business trips is 52 euros for a full day."],
            id="the sentence with most of the words",
        ),
        pytest.param("", [said("Bicycles are repaired in Bremen.")], [], id="nothing near enough"),
        pytest.param(
            "52 euros",
            [said("The daily meal allowance is 52 euros.")],
            ["The daily meal allowance for business trips is 52 euros for a full day."],
            id="a quote inside a sentence that is pointed at",
        ),
    ],
)
def test_what_is_pointed_at(quote: str, sentences: list[SentenceShape], expected: list[str]) -> None:
    spans = pointed_at(PASSAGE, quote, sentences)

    assert [PASSAGE[start:end].strip() for start, end in spans] == expected


@given(st.text(max_size=200), st.text(max_size=40), st.lists(st.text(max_size=40), max_size=4))
def test_spans_lie_in_the_passage_in_order_and_apart(passage: str, quote: str, texts: list[str]) -> None:
    spans = pointed_at(passage, quote, [said(text) for text in texts])

    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(passage) for start, end in spans)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("for a full\nday and 22", "for a full day and 22", id="broken inside a sentence"),
        pytest.param("5. MEALS\nUnder the policy", "5. MEALS\nUnder the policy", id="a heading"),
        pytest.param("first.\n\nsecond", "first.\n\nsecond", id="paragraphs"),
        pytest.param("name: a\n- b\n- c", "name: a\n- b\n- c", id="a list"),
    ],
)
def test_broken_lines_flow_again(written: str, shown: str) -> None:
    assert flowing(written) == shown
