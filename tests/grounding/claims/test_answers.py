"""An answer is as good as its worst sentence; ids in brackets become positions."""

from __future__ import annotations

import pytest

from grounding.claims.answers import judged_answer, with_positions
from grounding.claims.references import resolved_subject, without_numbering
from grounding.support import JudgedSentence, Support


def sentence(support: Support, score: float) -> JudgedSentence:
    return JudgedSentence("text", support=support, score=score)


@pytest.mark.parametrize(
    ("sentences", "verdict", "score"),
    [
        pytest.param([("supported", 0.9), ("supported", 0.7)], "supported", 0.7, id="all supported"),
        pytest.param([("supported", 0.9), ("partly", 0.4)], "partly", 0.4, id="one partly"),
        pytest.param([("partly", 0.4), ("not_found", 0.1)], "not_found", 0.1, id="one not found"),
        pytest.param([("supported", 0.9), ("not_checked", 0.0)], "supported", 0.9, id="a courtesy beside"),
        pytest.param([("not_checked", 0.0)], "not_checked", 1.0, id="nothing claimed"),
        pytest.param([], "not_checked", 1.0, id="nothing said"),
    ],
)
def test_the_worst_sentence_decides(
    sentences: list[tuple[Support, float]], verdict: str, score: float
) -> None:
    answer = judged_answer([sentence(*one) for one in sentences])

    assert (answer.verdict, answer.score) == (verdict, score)


@pytest.mark.parametrize(
    ("answer", "numbered"),
    [
        pytest.param("So it is [b].", "So it is [2].", id="one id"),
        pytest.param("So it is [a, b].", "So it is [1, 2].", id="two ids"),
        pytest.param("So it is [1].", "So it is [1].", id="a position stays"),
        pytest.param("So it is [c].", "So it is [c].", id="no id stays"),
        pytest.param("See [a](https://x.example).", "See [a](https://x.example).", id="a link stays"),
        pytest.param("So it is [7].", "So it is [7].", id="a number is a position, even where it is an id"),
    ],
)
def test_ids_become_positions(answer: str, numbered: str) -> None:
    assert with_positions(answer, ["a", "b", "7"]) == numbered


def test_numbers_of_a_list_within_a_line_are_no_claims() -> None:
    assert without_numbering(["The rules are: 1.", "No smoking. 2.", "No pets."]) == [
        "The rules are:",
        "No smoking.",
        "No pets.",
    ]


def test_a_single_number_at_an_end_is_a_claim() -> None:
    assert without_numbering(["The number of seats is 3."]) == ["The number of seats is 3."]


def test_a_pronoun_stands_for_the_subject_before() -> None:
    assert resolved_subject("She left in May.", "Anna Schmidt") == "Anna Schmidt left in May."
    assert resolved_subject("Bob left in May.", "Anna Schmidt") == "Bob left in May."
