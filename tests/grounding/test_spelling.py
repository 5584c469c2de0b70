"""Typing errors are repaired towards words that are known; whatever may be meant as it stands, stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.catalog import Catalog
from grounding.library.writer import writing
from grounding.passages import Principal
from grounding.ranking.explanation import Correction
from grounding.spelling import Known, Spelling, repaired
from grounding.vocabulary import GeneralDictionary, WordCounts
from tests.grounding.small_library import put

ANNA = Principal("anna", frozenset({"staff"}))
BOARD = Principal("bea", frozenset({"staff", "board"}))

GENERAL = GeneralDictionary()
DOCUMENTS = WordCounts({"vacation": 9, "policy": 20, "sick": 5, "leave": 9, "zeltronix": 4, "limit": 3}, 200)
KNOWN = Known(
    GENERAL.words,
    DOCUMENTS,
    occurs=lambda term: term in DOCUMENTS.counts or term == "sick leave",
)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param("how long is the vacaton", "how long is the vacation", id="a letter too few"),
        pytest.param("what is the poilcy", "what is the policy", id="letters swapped"),
        pytest.param("Waht is the hotel limmit?", "What is the hotel limit?", id="first word, punctuation"),
        pytest.param("reimbursment of expences", "reimbursement of expenses", id="words of the dictionary"),
        pytest.param("vacaton polcy", "vacation policy", id="every word wrong, both in the documents"),
        pytest.param(
            "who fixes the zeltronics", "who fixes the zeltronix", id="a word of the documents only"
        ),
        pytest.param("rules for sickleave", "rules for sick leave", id="two words in one"),
        pytest.param("anual leav", "annual leave", id="a word of the language beside one of the documents"),
        pytest.param("sikc leav", "sick leave", id="a short word beside another slip"),
        pytest.param("vacaton limt", "vacation limit", id="a short word beside a long one"),
        pytest.param("vacaton overveiw", "vacation overview", id="every word wrong, one in the documents"),
        pytest.param("the (vacaton) rules", "the (vacation) rules", id="in brackets"),
    ],
)
def test_a_typing_error_is_repaired(written: str, read_as: str) -> None:
    assert repaired(written, KNOWN).text == read_as


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("what does Polcy Systems sell", id="a name in the sentence"),
        pytest.param("Palo Alto office", id="a name at the beginning"),
        pytest.param("Humana costs", id="one capital word at the beginning"),
        pytest.param("where is error xk3-polcy9 explained", id="a code"),
        pytest.param("what does POLCY mean", id="all capitals"),
        pytest.param("write to polcy@exampel.com", id="an e-mail address"),
        pytest.param("open docs/polcy/vacaton.txt", id="a path"),
        pytest.param('where does it say "vacaton polcy"', id="quoted"),
        pytest.param("where does it say `vacaton polcy`", id="between backticks"),
        pytest.param("the colour of the color, organise and organize", id="both sides of the Atlantic"),
        pytest.param("how do we reinitialize the multicast server", id="made from known words"),
        pytest.param("is welltower in the index", id="two words in one that the documents do not have"),
        pytest.param("teh vac", id="short words"),
        pytest.param("what is the leav", id="a short word alone"),
        pytest.param("politica viaggio", id="two words of another language"),
        pytest.param("vacaton viaggio", id="a slip beside a word of another language"),
        pytest.param("", id="nothing"),
        pytest.param("wie viele Urlaubstage habe ich pro Jahr?", id="German"),
        pytest.param("wer genehmigt meine Reise nach London", id="German with a name"),
        pytest.param("quien aprueba los gastos de viaje", id="Spanish"),
        pytest.param("cuantos dias de vacaciones tengo", id="Spanish without accents"),
        pytest.param("combien de jours de congé", id="French"),
    ],
)
def test_what_may_be_meant_as_it_stands_stays(text: str) -> None:
    result = repaired(text, KNOWN)

    assert result.text == text
    assert not result.corrections


def test_a_name_that_is_passed_in_stays_in_any_case() -> None:
    assert repaired("what is polcy", KNOWN).corrections
    assert not repaired("what is polcy", KNOWN, keep=["Polcy Inc."]).corrections


def test_a_correction_says_what_was_written_and_how_it_was_read() -> None:
    result = repaired("how long is the vacaton under this polcy", KNOWN)

    assert result.corrections == (Correction("vacaton", "vacation"), Correction("polcy", "policy"))


def test_among_likely_words_the_documents_decide() -> None:
    plain = Known(GENERAL.words, WordCounts({}, 0), occurs=lambda _: False)
    ships = Known(GENERAL.words, WordCounts({"freight": 50}, 100), occurs=lambda _: False)

    assert repaired("the cost of frieght", plain).text == "the cost of freight"
    assert repaired("the cost of fraight", ships).text == "the cost of freight"


@given(st.text(max_size=60))
def test_nothing_but_the_reported_words_changes(text: str) -> None:
    result = repaired(text, KNOWN)

    undone = result.text
    for correction in result.corrections:
        undone = undone.replace(correction.read_as, correction.written, 1)
    assert undone == text


@given(st.lists(st.sampled_from(sorted(DOCUMENTS.counts)), min_size=1, max_size=8))
def test_words_of_the_documents_never_change(chosen: list[str]) -> None:
    assert repaired(" ".join(chosen), KNOWN).text == " ".join(chosen)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    with writing(Catalog(tmp_path), "add") as writer:
        put(writer, "travel", "The flurbish is booked through the travel desk.")
        put(writer, "takeover", "The quandrix will be bought in May.", groups=frozenset({"board"}))
    return Catalog(tmp_path)


def test_words_come_from_the_documents_of_the_catalog(catalog: Catalog) -> None:
    assert Spelling(catalog).repair("who books the flurbsh", ANNA).text == "who books the flurbish"


def test_a_word_of_a_hidden_document_is_never_offered(catalog: Catalog) -> None:
    spelling = Spelling(catalog)

    assert spelling.repair("what is the quandrx", BOARD).text == "what is the quandrix"
    assert spelling.repair("what is the quandrx", ANNA).text == "what is the quandrx"


def test_new_words_count_as_soon_as_they_are_in_the_catalog(catalog: Catalog) -> None:
    spelling = Spelling(catalog)
    assert not spelling.repair("what is a wibblestock", ANNA).corrections
    with writing(catalog, "add") as writer:
        put(writer, "stock", "A wibblestocks is a kind of warehouse.")

    assert spelling.repair("what are wibblestoks", ANNA).text == "what are wibblestocks"


def test_without_documents_the_dictionary_alone_helps(tmp_path: Path) -> None:
    assert Spelling(Catalog(tmp_path)).repair("my pasword is lost", ANNA).text == "my password is lost"
