"""Whether the documents can answer is decided from the evidence, and the evidence is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.answerability import Evidence, Rule, decide, evidence_for
from grounding.entities import LinkedEntity
from grounding.passages import Passage, Retrieval


def passage(text: str, dense: float, title: str = "Travel policy") -> Passage:
    return Passage(id=text[:9], document_id="d", document="d.md", title=title, text=text, dense=dense)


HOTEL = "Hotel rooms are refunded up to 140 euros per night. Breakfast is included in the rate."
SAFETY = "Lift trucks may be driven by trained staff. The battery is charged in the yard."


def found(*passages: Passage) -> Retrieval:
    return Retrieval(passages=passages)


def place_name(text: str, question: str) -> LinkedEntity:
    start = question.index(text)
    return LinkedEntity(text=text, label="GPE", start=start, end=start + len(text))


@pytest.mark.parametrize(
    ("question", "dense"),
    [
        pytest.param("How much is refunded for a hotel room per night?", 0.7, id="plainly there"),
        pytest.param("Is breakfast included in the rate of the hotel?", 0.6, id="in other words"),
        pytest.param("How much is refnded for a hotel room per nihgt?", 0.45, id="misspelt"),
    ],
)
def test_a_question_whose_words_stand_together_near_its_meaning_is_answered(
    question: str, dense: float
) -> None:
    decision = decide(question, found(passage(HOTEL, dense), passage(SAFETY, 0.2)))

    assert decision.answerable, decision.reasons


@pytest.mark.parametrize(
    ("question", "dense"),
    [
        pytest.param("Which actor won the most Oscars?", 0.1, id="another world"),
        pytest.param(
            "How many weeks of paternity leave do fathers get?", 0.35, id="a matter nobody wrote about"
        ),
        pytest.param("What does a battery for the hotel shuttle cost?", 0.35, id="single words, far apart"),
    ],
)
def test_a_question_without_evidence_is_not(question: str, dense: float) -> None:
    decision = decide(question, found(passage(HOTEL, dense), passage(SAFETY, dense)))

    assert not decision.answerable, decision.reasons


def test_nothing_near_means_no_answer_and_says_so() -> None:
    decision = decide("Anything?", Retrieval())

    assert (decision.answerable, decision.score) == (False, 0.0)
    assert decision.reasons == ("nothing in the documents is near",)


def test_a_place_that_no_passage_names_counts_against_it() -> None:
    question = "How much is refunded for a hotel room per night in Hamburg?"
    retrieval = found(passage(HOTEL, 0.5))

    with_place = decide(question, retrieval, [place_name("Hamburg", question)])

    assert with_place.score < decide(question, retrieval).score


def test_a_number_that_no_passage_holds_counts_against_it() -> None:
    known, unknown = (
        evidence_for(f"Is a room for {euros} euros refunded?", [passage(HOTEL, 0.5)]) for euros in (140, 900)
    )

    assert known.exact > unknown.exact


def test_the_reasons_are_figures_a_person_can_check() -> None:
    decision = decide("How much is refunded for a hotel room per night?", found(passage(HOTEL, 0.7)))

    assert "similarity 0.70" in decision.reasons[0]
    assert "100% of the question's words stand together" in decision.reasons[1]


shares = st.floats(0, 1, allow_nan=False)


@given(shares, shares, shares, shares, shares, shares)
def test_more_evidence_never_makes_an_answer_less_likely(
    meaning: float, together: float, spread: float, pairs: float, exact: float, more: float
) -> None:
    figures = (meaning, together, spread, pairs, exact)
    base = Rule().chance(Evidence(*figures))

    for at in range(len(figures)):
        raised = [max(figure, more) if at == i else figure for i, figure in enumerate(figures)]
        assert Rule().chance(Evidence(*raised)) >= base
    assert 0 < base < 1


@given(st.text(max_size=80), st.text(max_size=200), st.floats(-1, 1))
def test_every_figure_is_a_share(question: str, text: str, dense: float) -> None:
    evidence = evidence_for(question, [passage(text, dense)])

    for figure in (evidence.meaning, evidence.together, evidence.spread, evidence.pairs, evidence.exact):
        assert 0 <= figure <= 1


def test_the_threshold_can_be_set() -> None:
    retrieval = found(passage(HOTEL, 0.7))

    assert not decide("hotel room", retrieval, rule=Rule(threshold=1.0)).answerable
