"""Each sentence of an answer is held against what it cites: what is not there is said not to be there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from grounding.citations import CitedSentence, place
from grounding.entity_linker import EntityLinker
from grounding.passages import Passage
from grounding.support import JudgedSentence, SupportChecker

pytestmark = pytest.mark.real


def passage(name: str, text: str, title: str = "Travel policy", heading: tuple[str, ...] = ()) -> Passage:
    return Passage(id=name, document_id="d", document="d.md", title=title, text=text, heading=heading)


HOTEL = passage(
    "hotel",
    "Hotel rooms in London are refunded up to 140 euros per night. Breakfast is included in the rate and must"
    " not be claimed separately. The limits were set by Anna Schmidt on 3 March 2025.",
)
MEALS = passage(
    "meals", "Meals abroad are refunded up to 45 euros per day. Alcohol is not refunded.", heading=("Meals",)
)
LEAVE = passage(
    "leave",
    "Paid Time Off (PTO) is 25 days a year. Unused days expire on 31 March of the following year.",
    title="Leave policy",
)
SHOWN = (HOTEL, MEALS, LEAVE)


@pytest.fixture(scope="module")
def checker() -> SupportChecker:
    return SupportChecker(EntityLinker())


def judged(checker: SupportChecker, answer: str, question: str = "") -> JudgedSentence:
    [sentence] = checker.judge(place(answer, SHOWN), SHOWN, question)
    return sentence


@pytest.mark.parametrize(
    "true",
    [
        "Hotel rooms in London are refunded up to 140 euros per night [1].",
        "In London, hotel rooms are refunded up to €140 a night [1].",
        "Breakfast is included in the rate [1].",
        "Breakfast must not be claimed separately [1].",
        "The limits were set by Schmidt on 2025-03-03 [1].",
        "Alcohol is not refunded [2].",
        "PTO is twenty-five days per year [3].",
        "Unused days expire on March 31 of the following year [3].",
    ],
)
def test_what_the_cited_passage_says_is_supported_by_it(checker: SupportChecker, true: str) -> None:
    sentence = judged(checker, true)

    assert sentence.support == "supported", sentence.reasons
    assert sentence.citations == place(true, SHOWN)[0].citations


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(
            "Hotel rooms in London are refunded up to 150 euros per night [1].", "150 euros", id="number"
        ),
        pytest.param(
            "Hotel rooms in London are refunded up to 140 dollars per night [1].", "140 dollars", id="unit"
        ),
        pytest.param("Hotel rooms in Paris are refunded up to 140 euros per night [1].", "Paris", id="place"),
        pytest.param(
            "The limits were set by Peter Schmidt on 3 March 2025 [1].", "Peter Schmidt", id="first name"
        ),
        pytest.param("The limits were set by Anna Schmidt on 3 March 2024 [1].", "3 March 2024", id="year"),
        pytest.param("Breakfast is not included in the rate [1].", "opposite", id="negation added"),
        pytest.param("Alcohol is refunded [2].", "opposite", id="negation lost"),
        pytest.param("Unused days expire on 30 April of the following year [3].", "30 April", id="date"),
        pytest.param(
            "Dogs may travel in the cabin of an aircraft [1].", "few of its words", id="another matter"
        ),
    ],
)
def test_what_no_passage_says_is_not_found_keeps_no_citation_and_says_why(
    checker: SupportChecker, wrong: str, reason: str
) -> None:
    sentence = judged(checker, wrong)

    assert sentence.support == "not_found"
    assert sentence.citations == ()
    assert reason in " ".join(sentence.reasons)
    assert sentence.score < 0.5


def test_an_addition_that_no_passage_holds_makes_it_partly(checker: SupportChecker) -> None:
    sentence = judged(
        checker, "Meals abroad are refunded up to 45 euros per day with written permission [2]."
    )

    assert sentence.support == "partly"
    assert "written … permission" in " ".join(sentence.reasons)


def test_a_wrong_citation_is_corrected(checker: SupportChecker) -> None:
    sentence = judged(checker, "Meals abroad are refunded up to 45 euros per day [1].")

    assert (sentence.support, sentence.citations) == ("supported", ("meals",))
    assert "another passage does" in sentence.reasons[0]


def test_a_sentence_without_citation_gets_the_passage_that_supports_it(checker: SupportChecker) -> None:
    sentence = judged(checker, "Unused days expire on 31 March of the following year.")

    assert (sentence.support, sentence.citations) == ("supported", ("leave",))


def test_of_two_citations_only_the_one_that_supports_it_stays(checker: SupportChecker) -> None:
    assert judged(checker, "Alcohol is not refunded [1, 2].").citations == ("meals",)


@pytest.mark.parametrize(
    ("answer", "question", "citation"),
    [
        pytest.param("140 euros.", "How much is refunded for a hotel in London?", "hotel", id="an amount"),
        pytest.param(
            "The answer is: 140 euros.", "What is the hotel limit?", "hotel", id="with a phrase before it"
        ),
        pytest.param("45 euros [1]", "How much per day for meals?", "meals", id="with the wrong marker"),
        pytest.param("25 days", "How many days of PTO do we get?", "leave", id="a duration"),
        pytest.param("Anna Schmidt.", "Who set the limits?", "hotel", id="a name"),
        pytest.param("31 March", "When do unused days expire?", "leave", id="a date"),
    ],
)
def test_a_tiny_answer_finds_its_passage_through_the_question(
    checker: SupportChecker, answer: str, question: str, citation: str
) -> None:
    sentence = judged(checker, answer, question)

    assert sentence.support in {"supported", "partly"}
    assert sentence.citations == (citation,)


def test_a_tiny_answer_to_another_question_is_only_partly_supported(checker: SupportChecker) -> None:
    assert judged(checker, "140 euros.", "What does a parking permit cost?").support == "partly"


def test_a_number_that_only_the_question_holds_is_no_support(checker: SupportChecker) -> None:
    sentence = judged(
        checker, "Yes, hotel rooms are refunded up to 300 euros per night.", "Are 300 euros refunded?"
    )

    assert sentence.support == "partly"
    assert "only the question says it" in sentence.reasons


@pytest.mark.parametrize(
    "aside",
    [
        "Yes.",
        "Sure, happy to help!",
        "Is there anything else?",
        "I do not know.",
        "The documents do not mention parking.",
        "Here are the limits:",
        "## Limits",
        "```\nprint(140)\n```",
        "Sources: [1], [2]",
    ],
)
def test_what_claims_nothing_is_not_checked(checker: SupportChecker, aside: str) -> None:
    sentence = judged(checker, aside)

    assert sentence.support == "not_checked"
    assert sentence.citations == ()


def test_a_claim_behind_a_courtesy_is_checked(checker: SupportChecker) -> None:
    assert judged(checker, "Sure, the limit is 150 euros per night.").support == "not_found"


def test_without_passages_nothing_is_supported(checker: SupportChecker) -> None:
    [sentence] = checker.judge(place("It costs 140 euros [1].", ()), ())

    assert (sentence.support, sentence.citations, sentence.score) == ("not_found", (), 0.0)


def test_an_id_that_was_not_shown_counts_as_no_citation(checker: SupportChecker) -> None:
    [sentence] = checker.judge([CitedSentence("Alcohol is not refunded.", ("gone",))], SHOWN)

    assert sentence.citations == ("meals",)


def test_spans_of_the_answer_are_kept(checker: SupportChecker) -> None:
    answer = "Alcohol is not refunded [2]. Unused days expire on 31 March [3]."

    assert [answer[s.start : s.end] for s in checker.judge(place(answer, SHOWN), SHOWN)] == [
        "Alcohol is not refunded [2].",
        "Unused days expire on 31 March [3].",
    ]


def test_a_title_and_its_headings_are_part_of_what_a_passage_says(checker: SupportChecker) -> None:
    table = passage(
        "table", "London: 140 euros. Rome: 120 euros.", title="Hotel limits 2026", heading=("Europe",)
    )

    [sentence] = checker.judge(
        [CitedSentence("The hotel limit in Rome is 120 euros in 2026.", ("table",))], [table]
    )

    assert sentence.support == "supported"


RECORD = passage(
    "record",
    "{'name': 'Corner Deli', 'address': '12 Main St', 'city': 'Goleta', 'state': 'CA', 'hours': {'Monday':"
    " '8:0-22:0'}, 'attributes': {'OutdoorSeating': True, 'BikeParking': True}, 'stars': 3.5}",
    title="deli.json",
)


@pytest.mark.parametrize(
    "true",
    [
        pytest.param("Corner Deli offers outdoor seating and bike parking.", id="names of fields"),
        pytest.param("Corner Deli is in Goleta, California, and has 3.5 stars.", id="a state and a number"),
        pytest.param("According to deli.json, Corner Deli has 3.5 stars.", id="the name of the file"),
    ],
)
def test_a_record_is_read_field_by_field(checker: SupportChecker, true: str) -> None:
    [sentence] = checker.judge([CitedSentence(true)], [RECORD])

    assert sentence.support == "supported", sentence.reasons


def test_a_time_that_a_record_does_not_hold_is_told(checker: SupportChecker) -> None:
    [sentence] = checker.judge([CitedSentence("On Monday it is open until 9 PM.")], [RECORD])

    assert "9 PM" in " ".join(sentence.reasons)


class Likes:
    """An embedder to which all texts mean the same."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


class Votes:
    """An entailment model with one opinion."""

    def __init__(self, opinion: float) -> None:
        self.opinion = opinion

    def entails(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [self.opinion] * len(pairs)


PARAPHRASE = "For a London hotel you get back 140 euros at most for every night [1]."


def test_meaning_raises_a_paraphrase(checker: SupportChecker) -> None:
    with_meaning = SupportChecker(EntityLinker(), Likes())

    assert judged(with_meaning, PARAPHRASE).score > judged(checker, PARAPHRASE).score


@pytest.mark.parametrize(
    "wrong",
    [
        "Hotel rooms in London are refunded up to 150 euros per night [1].",
        "Breakfast is not included in the rate [1].",
        "The limits were set by Peter Schmidt on 3 March 2025 [1].",
    ],
)
def test_neither_meaning_nor_entailment_rescues_a_contradicted_fact(wrong: str) -> None:
    sentence = judged(SupportChecker(EntityLinker(), Likes(), Votes(1.0)), wrong)

    assert sentence.support == "not_found"
    assert sentence.score < 0.5


def test_an_entailment_model_has_a_vote(checker: SupportChecker) -> None:
    against = SupportChecker(EntityLinker(), None, Votes(0.0))

    assert judged(against, PARAPHRASE).score < judged(checker, PARAPHRASE).score


def test_of_several_passages_that_hold_it_the_best_is_cited_and_the_number_told(
    checker: SupportChecker,
) -> None:
    twin = passage("twin", "Alcohol is not refunded.")

    [sentence] = checker.judge([CitedSentence("Alcohol is not refunded.")], [MEALS, twin])

    assert sentence.citations == ("meals",)
    assert "the best of 2 passages that hold it" in sentence.reasons


def test_facts_of_two_passages_can_support_one_sentence_together(checker: SupportChecker) -> None:
    answer = "Hotel rooms in London are refunded up to 140 euros and meals abroad up to 45 euros."

    [sentence] = checker.judge([CitedSentence(answer)], [HOTEL, MEALS])

    assert sentence.support in {"supported", "partly"}
    assert sentence.citations == ("hotel", "meals")
