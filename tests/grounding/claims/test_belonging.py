"""An amount counts only for what the passage says it of; what says nothing new is no support."""

from __future__ import annotations

from dataclasses import replace

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


TABLE = Passage(
    id="table",
    document_id="t",
    document="t.md",
    title="Travel",
    text="Item: Hotel per night; Limit until 31 January 2026: 120 euros;"
    " Limit from 1 February 2026: 140 euros\n"
    "Item: Hotel per night, high-cost list; Limit until 31 January 2026: 160 euros;"
    " Limit from 1 February 2026: 190 euros\n"
    "Item: Daily meal allowance; Limit until 31 January 2026: 45 euros; Limit from 1 February 2026: 52 euros",
)


@pytest.mark.parametrize(
    "wrong", ["The hotel limit per night is 160 euros.", "The hotel limit is 190 euros."]
)
def test_an_amount_of_a_narrower_row_is_not_found(checker: SupportChecker, wrong: str) -> None:
    [sentence] = checker.judge(place(wrong, (TABLE,)), (TABLE,), "What is the hotel limit per night?")

    assert sentence.support == "not_found"
    assert sentence.reasons[-1].startswith("the passage says")


@pytest.mark.parametrize(
    "wrong",
    [
        "From 1 February 2026 the hotel limit per night is 120 euros.",
        "The daily meal allowance is 140 euros.",
    ],
)
def test_an_amount_of_another_column_or_row_is_not_found(checker: SupportChecker, wrong: str) -> None:
    [sentence] = checker.judge(place(wrong, (TABLE,)), (TABLE,))

    assert sentence.support == "not_found"
    assert sentence.reasons[-1].startswith("the passage says")


@pytest.mark.parametrize(
    ("question", "true"),
    [
        ("What is the hotel limit per night?", "The hotel limit per night is 140 euros."),
        ("What is the limit on the high-cost list?", "The hotel limit per night is 190 euros."),
        ("", "The hotel limit per night on the high-cost list is 190 euros."),
    ],
)
def test_an_amount_of_the_row_that_is_meant_is_supported(
    checker: SupportChecker, question: str, true: str
) -> None:
    [sentence] = checker.judge(place(true, (TABLE,)), (TABLE,), question)

    assert sentence.support == "supported", sentence.reasons


HOTELS = Passage(
    id="hotels",
    document_id="h",
    document="h.md",
    title="Travel Policy",
    text="Hotel costs are refunded up to 120 euros per night, including breakfast. In the cities on the"
    " high-cost list, hotel costs are refunded up to 160 euros per night. Since May 2025, a taxi is refunded"
    " up to 30 euros.",
)
NIGHT = "Up to how many euros per night are hotel costs refunded?"


@pytest.mark.parametrize(
    ("question", "claim", "support"),
    [
        pytest.param(NIGHT, "The answer is 160 euros per night.", "not_found", id="a bare answer"),
        pytest.param(
            "", "Hotel costs are refunded up to 160 euros per night.", "not_found", id="no question"
        ),
        pytest.param(
            NIGHT, "The answer is 120 euros per night.", "supported", id="the rule without a condition"
        ),
        pytest.param(
            "",
            "In cities on the high-cost list, hotels cost up to 160 euros per night.",
            "supported",
            id="said",
        ),
        pytest.param(
            "How much is refunded per hotel night on the high-cost list?",
            "Hotel costs are refunded up to 160 euros per night.",
            "supported",
            id="asked for",
        ),
        pytest.param("", "A taxi is refunded up to 30 euros.", "supported", id="a date is no condition"),
    ],
)
def test_an_amount_under_a_condition_is_none_without_it(
    checker: SupportChecker, question: str, claim: str, support: str
) -> None:
    [sentence] = checker.judge(place(claim, (HOTELS,)), (HOTELS,), question)

    assert sentence.support == support, sentence.reasons


def test_a_sentence_that_is_wrapped_in_the_middle_stays_one(checker: SupportChecker) -> None:
    wrapped = replace(
        HOTELS,
        text="Hotel costs are refunded up to 120 euros per\nnight, including breakfast. In the cities on the"
        " high-cost list, hotel costs\nare refunded up to 160 euros per night.",
    )

    [sentence] = checker.judge(place("The answer is 160 euros per night.", (wrapped,)), (wrapped,), NIGHT)

    assert sentence.support == "not_found"


def test_the_unit_that_is_asked_for_makes_no_row_the_one_that_is_meant(checker: SupportChecker) -> None:
    both = replace(TABLE, text=f"Hotel costs are refunded up to 140 euros per night.\n{TABLE.text}")

    [sentence] = checker.judge(place("The answer is 160 euros per night.", (both,)), (both,), NIGHT)

    assert sentence.support == "not_found"


LEAVE = Passage(
    id="leave",
    document_id="l",
    document="l.md",
    title="Handbook",
    text="Full-time employees receive 27 days of Paid Time Off (PTO) per calendar year, in addition to public"
    " holidays. Part-time employees receive Paid Time Off in proportion to their weekly hours."
    " Employees receive 2 days of special leave for their own wedding. The warranty covers all parts.",
)


@pytest.mark.parametrize(
    ("question", "claim", "support"),
    [
        pytest.param(
            "How many days of PTO do contractors get?",
            "Contractors get 27 days of PTO per year.",
            "partly",
            id="only the question names them",
        ),
        pytest.param(
            "How many days of PTO do full-time employees get per year?",
            "Full-time employees get 27 days of PTO per year.",
            "supported",
            id="those that are meant",
        ),
        pytest.param(
            "How many days of PTO do part-time employees get?",
            "Part-time employees receive 27 days of Paid Time Off (PTO) per calendar year.",
            "partly",
            id="said of others of the same name",
        ),
        pytest.param(
            "How many days of parental leave do employees get?",
            "Employees receive 2 days of parental leave.",
            "partly",
            id="another kind of leave",
        ),
        pytest.param(
            "How many days of parental leave do employees get?",
            "Employees receive 2 days of parental leave, and the warranty covers all parts.",
            "partly",
            id="another kind of leave, in the first of two clauses",
        ),
        pytest.param(
            "How many days of special leave do employees get?",
            "Employees receive 2 days of special leave.",
            "supported",
            id="that kind of leave",
        ),
        pytest.param(
            "How many days of paid leave are there for a wedding?",
            "Employees receive 2 days of special paid leave for their wedding.",
            "supported",
            id="one more word for it",
        ),
        pytest.param(
            "How many days of PTO are there?",
            "Workers receive 27 days of Paid Time Off (PTO) per calendar year.",
            "supported",
            id="another word for them",
        ),
        pytest.param(
            "How many days are the quota of PTO?",
            "The quota is 27 days of PTO per calendar year.",
            "supported",
            id="what is no actor",
        ),
    ],
)
def test_those_whom_only_the_question_names_are_not_vouched_for(
    checker: SupportChecker, question: str, claim: str, support: str
) -> None:
    [sentence] = checker.judge(place(claim, (LEAVE,)), (LEAVE,), question)

    assert sentence.support == support, sentence.reasons
    assert ("only the question says it" in sentence.reasons) is (support == "partly")


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
