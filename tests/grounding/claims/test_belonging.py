"""An amount counts only for what the passage says it of; what says nothing new is no support."""

from __future__ import annotations

import pytest

from grounding.citations import place
from grounding.entity_linker import EntityLinker
from grounding.passages import Passage
from grounding.support import JudgedSentence, SupportChecker

pytestmark = pytest.mark.real

QUESTION = "How much may a meal with customers cost per person?"
RULES = Passage(
    id="rules",
    document_id="d",
    document="d.md",
    title="Expenses Policy",
    text="Meals with customers are refunded up to 65 euros per person. The receipt for a meal with customers"
    " must name all guests. Gifts to customers are limited to 40 euros per person and calendar year."
    " Hotel costs are refunded up to 140 euros per night, including breakfast."
    " Employees who stay with friends receive 25 euros per night. Alcohol is not refunded.",
)


@pytest.fixture(scope="module")
def checker() -> SupportChecker:
    return SupportChecker(EntityLinker())


def judged(checker: SupportChecker, answer: str, question: str = "") -> tuple[JudgedSentence, ...]:
    return checker.judge(place(answer, (RULES,)), (RULES,), question)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        pytest.param("", "Customer meals are limited to 40 euros per person.", id="a limit"),
        pytest.param("", "Meals with customers are refunded up to 40 euros per person.", id="its own words"),
        pytest.param("", "A meal with customers may cost 40 euros per person, and the receipt names all"
                     " guests.", id="in the first of two clauses"),
        pytest.param(QUESTION, "40 euros per person.", id="the question says of what"),
        pytest.param("", "Gifts to customers are limited to 65 euros per person.", id="the other way round"),
        pytest.param("", "Employees who stay with friends receive 140 euros per night.", id="another unit"),
    ],
)  # fmt: skip
def test_an_amount_of_another_rule_is_not_found(checker: SupportChecker, question: str, wrong: str) -> None:
    [sentence] = judged(checker, wrong, question)

    assert sentence.support == "not_found"
    assert sentence.reasons[-1].startswith("the passage says")


@pytest.mark.parametrize(
    ("question", "true"),
    [
        pytest.param("", "Customer meals are refunded up to 65 euros per person.", id="its own rule"),
        pytest.param("", "Gifts are limited to 40 euros per person.", id="the other rule"),
        pytest.param(QUESTION, "65 euros per person.", id="the question says of what"),
        pytest.param("How much is a hotel?", "Employees get up to 140 euros per night.", id="left out"),
        pytest.param("", "Two nights in a hotel cost up to 280 euros.", id="computed"),
    ],
)
def test_an_amount_of_its_own_rule_is_supported(checker: SupportChecker, question: str, true: str) -> None:
    [sentence] = judged(checker, true, question)

    assert sentence.support == "supported", sentence.reasons


def test_a_repeated_sentence_is_no_second_support(checker: SupportChecker) -> None:
    first, _, second = judged(checker, "Alcohol is not refunded. It is sad. Alcohol is **not** refunded.")

    assert (first.support, second.support) == ("supported", "not_checked")
    assert second.reasons == ("repeats an earlier sentence",)
    assert not second.citations


@pytest.mark.parametrize(
    "echo",
    [
        "A meal with customers may cost per person.",
        "The cost of a meal with customers is the cost per person.",
    ],
)
def test_a_sentence_that_repeats_the_question_says_nothing(checker: SupportChecker, echo: str) -> None:
    [sentence] = judged(checker, echo, QUESTION)

    assert (sentence.support, sentence.reasons) == ("not_checked", ("only repeats the question",))


@pytest.mark.parametrize(
    ("question", "answer", "support"),
    [
        pytest.param("Is alcohol refunded?", "Alcohol is not refunded.", "supported", id="yes or no"),
        pytest.param("When is alcohol refunded?", "Alcohol is not refunded.", "supported", id="denied"),
        pytest.param("Why is alcohol refunded?", "Alcohol is refunded.", "not_found", id="a wrong echo"),
        pytest.param(
            "What is not refunded, alcohol or breakfast?",
            "Alcohol is not refunded.",
            "supported",
            id="a choice",
        ),
    ],
)
def test_the_words_of_a_question_can_answer_it(
    checker: SupportChecker, question: str, answer: str, support: str
) -> None:
    [sentence] = judged(checker, answer, question)

    assert sentence.support == support, sentence.reasons
