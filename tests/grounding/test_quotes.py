"""The sentences given to a model are those that bear on the question, word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.passages import Passage
from grounding.quotes import quote


def passage(text: str, name: str = "c", title: str = "Handbook", heading: tuple[str, ...] = ()) -> Passage:
    return Passage(id=name, document_id="d", document="d.md", title=title, text=text, heading=heading)


def texts(question: str, *passages: Passage, limit: int = 9) -> list[str]:
    return [one.text for one in quote(question, passages, limit=limit)]


def test_the_sentence_that_covers_the_question_comes_first() -> None:
    found = texts(
        "How high is the meal allowance?",
        passage("Trains are booked early. The meal allowance is 52 euros. Taxis need a reason."),
    )

    assert found[0] == "The meal allowance is 52 euros."
    assert len(found) == 3


def test_of_two_equal_sentences_that_of_the_better_passage_comes_first() -> None:
    both = (passage("The meal allowance is 52 euros.", "a"), passage("The meal allowance is 52 euros.", "b"))

    assert [one.passage for one in quote("meal allowance", both, limit=2)] == ["a", "b"]


def test_a_heading_counts_half_for_the_sentences_under_it() -> None:
    found = quote(
        "notice period for interns",
        (
            passage("It is two weeks long.", "a", heading=("Other matters",)),
            passage("It is two weeks long.", "b", heading=("Notice period for interns",)),
        ),
        limit=1,
    )

    assert [one.passage for one in found] == ["b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Meals\nThe allowance is\n52 euros.", ["The allowance is 52 euros."], id="a heading goes"
        ),
        pytest.param(
            "3.1 Meals and Trains\nThe allowance is 52 euros.", ["The allowance is 52 euros."], id="numbered"
        ),
        pytest.param("- The allowance is 52 euros.", ["The allowance is 52 euros."], id="a list sign goes"),
        pytest.param(
            "Remote work\n5.1 Days at home\nOffice staff may work at home.",
            ["Office staff may work at home."],
            id="headings before a numbered heading",
        ),
        pytest.param("Meals", [], id="a heading alone is no statement"),
        pytest.param(
            "Item: hotel; Limit: 140 euros\nItem: meals; Limit: 52 euros\nMeals\nThe allowance is\n26 euros.",
            ["Item: hotel; Limit: 140 euros", "Item: meals; Limit: 52 euros", "The allowance is 26 euros."],
            id="a sentence behind the rows of a table",
        ),
        pytest.param(
            "Item: Lamp; Price: 5 euros\nItem: Desk; Price: 9 euros",
            ["Item: Lamp; Price: 5 euros", "Item: Desk; Price: 9 euros"],
            id="rows of a table are statements of their own",
        ),
        pytest.param("", [], id="nothing"),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert sorted(texts("allowance", passage(text))) == sorted(expected)


def test_passages_far_down_are_not_looked_at() -> None:
    many = tuple(passage(f"The allowance number {n} is given.", f"c{n}") for n in range(9))

    assert {one.passage for one in quote("allowance", many, limit=99)} == {f"c{n}" for n in range(6)}


@given(st.text(max_size=300), st.text(max_size=40), st.integers(1, 5))
def test_any_text_is_quoted_word_for_word_and_never_beyond_the_limit(
    text: str, question: str, limit: int
) -> None:
    found = quote(question, (passage(text),), limit=limit)

    assert len(found) <= limit
    squeezed = "".join(text.split())
    assert all("".join(one.text.split()) in squeezed for one in found)


def test_the_text_stays_out_of_repr() -> None:
    [one] = quote("allowance", (passage("The allowance is 52 euros."),), limit=1)

    assert "euros" not in repr(one)


def test_a_line_that_is_a_heading_of_the_passage_is_no_part_of_a_sentence() -> None:
    heading = "Login with two factors (MFA)"

    assert texts("MFA", passage(f"{heading}\nMFA is mandatory.", heading=(heading,))) == ["MFA is mandatory."]


def test_a_sentence_that_goes_on_about_what_was_named_before_it_counts_for_more() -> None:
    found = quote(
        "When is the Galehead sensor launched?",
        (
            passage("The company has grown. It will be on sale in May.", "a"),
            passage("Jan reported on the Galehead sensor. It will be on sale in May.", "b"),
        ),
        limit=4,
    )

    assert [one.passage for one in found if one.text.startswith("It will")] == ["b", "a"]
