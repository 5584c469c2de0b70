"""The second look: each sign says one thing about question and passage, and all of them are bounded."""

from __future__ import annotations

from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.passages import Passage
from grounding.ranking.second_look import (
    WEIGHTS,
    Known,
    Question,
    Signs,
    question_of,
    rarity_of,
    signs_in_words,
)
from grounding.text.ages import newness


class EqualRarity:
    """Every word is as rare as can be."""

    highest = 1.0

    def of(self, word: str) -> float:
        return 1.0


def passage(text: str, *, document: str = "papers/leave.md", title: str = "", **more: object) -> Passage:
    return Passage(id="c1", document_id="d1", document=document, title=title, text=text, **more)  # type: ignore[arg-type]  # a test's short form


def question(text: str, *known: Known) -> Question:
    return question_of(text, known, EqualRarity())


def signs(asked: str, text: str, *known: Known, **more: object) -> Signs:
    return signs_in_words(question(asked, *known), passage(text, **more))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        pytest.param("Travel costs are refunded.", {}, 1.0, id="inflection does not count"),
        pytest.param("The travel office.", {}, 0.5, id="half of the words"),
        pytest.param("Soup.", {"title": "Travel", "heading": ("Costs",)}, 1.0, id="title and heading count"),
        pytest.param("Soup.", {"document": "hr/travel_costs_2026.pdf"}, 1.0, id="the file name counts"),
        pytest.param("Soup.", {}, 0.0, id="nothing in common"),
    ],
)
def test_words_is_the_share_of_the_question_that_is_there(
    text: str, more: dict[str, object], expected: float
) -> None:
    assert signs("What of travelling costs?", text, **more).words == expected


def test_words_that_stand_together_are_near() -> None:
    together = "The canteen serves soup at noon."
    apart = f"The canteen is new. {'It was built slowly and with much care. ' * 6} Soup is served."

    assert signs("canteen soup", together).near == 1.0
    assert signs("canteen soup", apart).near == 0.5
    assert signs("canteen soup", apart).words == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Paid leave is long.", 1.0, id="as in the question"),
        pytest.param("Leave paid late.", 0.6, id="turned round"),
        pytest.param("Paid or leave.", 0.6, id="one apart"),
        pytest.param("Paid on time before they leave.", 0.0, id="apart"),
    ],
)
def test_pairs_are_the_questions_neighbours(text: str, expected: float) -> None:
    assert signs("paid leave", text).pairs == pytest.approx(expected)


def test_numbers_and_codes_are_exact() -> None:
    assert signs("What does form HR17 of 2024 say?", "Form HR17 is blue.").exact == 0.5
    assert signs("What does the form say?", "Form HR17 is blue.").exact == 0.0


def test_a_name_is_found_by_its_aliases_and_covers_its_mention() -> None:
    pto = Known("PTO", "Paid Time Off", ("PTO",))

    found = signs("How much PTO?", "Paid time off is granted yearly.", pto)

    assert found.entities == 1.0
    assert found.words > 0.0
    assert signs("How much PTO?", "Time is paid off.", pto).entities == 0.0


def test_few_or_common_words_count_less() -> None:
    vague, telling = question("How does it cost?"), question("Which dynasty minted copper coins in Hangzhou?")

    assert vague.specific < telling.specific < 1.0
    assert vague.scaled(WEIGHTS).words < telling.scaled(WEIGHTS).words < WEIGHTS.words
    assert vague.scaled(WEIGHTS).meaning == WEIGHTS.meaning


def test_a_question_without_content_has_no_signs() -> None:
    assert signs("", "Anything.") == Signs()


TEXTS = st.text(alphabet="abc 12.-'", max_size=60)


@given(TEXTS, TEXTS)
def test_every_sign_lies_between_0_and_1(asked: str, text: str) -> None:
    found = signs(asked, text, Known("a", "a b", ("c",)))

    assert all(-1e-9 <= value <= 1.0 + 1e-9 for value in astuple(found)), found


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_rarer_word_weighs_more(one: int, more: int) -> None:
    assert rarity_of(one, 1_000) >= rarity_of(one + more, 1_000) > 0


def test_every_sign_has_a_weight() -> None:
    assert all(getattr(WEIGHTS, sign.name) > 0 for sign in fields(Signs))


def test_the_year_that_is_asked_for_is_the_age_that_counts() -> None:
    old = passage("", document="travel_policy_2024.txt", dated="2025-01-01")

    assert newness(old, frozenset({"2024"})) == "2024"
    assert newness(old, frozenset()) == "2024"
    assert newness(passage("", dated="2025-01-01"), frozenset()) == "2025-01-01"
