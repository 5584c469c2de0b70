"""Without any model the documents' words still answer, and it is said that only they did."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.lexical_retriever import LexicalRetriever
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import put

ANNA = Principal("anna")
HARRIET = Principal("harriet", frozenset({"hr"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "kb"
    with writing(Catalog(place), "add") as writer:
        put(writer, "a.md", "The meal allowance is 52 euros.", "Trains are booked in second class.")
        put(writer, "b.md", "The meal allowance of the board is 90 euros.", groups=frozenset({"hr"}))
    return place


def test_words_find_their_passage_with_its_score(folder: Path) -> None:
    found = LexicalRetriever(folder).find("How high is the meal allowance?", principal=ANNA, limit=5)

    [passage] = found.passages
    assert passage.text == "The meal allowance is 52 euros."
    assert passage.lexical is not None
    assert passage.score == passage.lexical > 0
    assert passage.dense is None


def test_it_says_why_only_words_were_searched(folder: Path) -> None:
    retriever = LexicalRetriever(folder)

    because = retriever.find("meal", principal=ANNA, limit=5, because="the process ended")
    plain = retriever.find("meal", principal=ANNA, limit=5)

    assert because.notice == "Only the documents' words were searched, not their meaning: the process ended"
    assert plain.notice == "Only the documents' words were searched, not their meaning"
    assert because.index == "full-text"


def test_nobody_finds_what_he_may_not_read(folder: Path) -> None:
    retriever = LexicalRetriever(folder)

    assert len(retriever.find("meal allowance", principal=ANNA, limit=5).passages) == 1
    assert len(retriever.find("meal allowance", principal=HARRIET, limit=5).passages) == 2


def test_what_the_last_turn_showed_stays_a_candidate_behind_what_the_words_find(folder: Path) -> None:
    retriever = LexicalRetriever(folder)
    [train] = retriever.find("trains", principal=ANNA, limit=5).passages

    found = retriever.find("meal", principal=ANNA, limit=5, last=[train.id, "gone"])
    again = retriever.find("trains", principal=ANNA, limit=5, last=[train.id])

    assert [passage.text for passage in found.passages] == [
        "The meal allowance is 52 euros.",
        "Trains are booked in second class.",
    ]
    assert (found.passages[1].score, found.passages[1].lexical) == (0.0, None)
    assert [passage.id for passage in again.passages] == [train.id]
    assert len(retriever.find("meal", principal=ANNA, limit=1, last=[train.id]).passages) == 1


def test_the_last_turn_opens_nothing_that_one_may_not_read(folder: Path) -> None:
    retriever = LexicalRetriever(folder)
    shown = [passage.id for passage in retriever.find("meal", principal=HARRIET, limit=5).passages]

    found = retriever.find("meal", principal=ANNA, limit=5, last=shown)

    assert [passage.text for passage in found.passages] == ["The meal allowance is 52 euros."]


def test_never_more_than_asked_for(folder: Path) -> None:
    assert len(LexicalRetriever(folder).find("meal", principal=HARRIET, limit=1).passages) == 1


@pytest.mark.parametrize("query", ["", "zebra", '"', "meal OR", "\x00"])
def test_a_query_without_a_word_of_the_documents_finds_nothing_or_its_words(query: str, folder: Path) -> None:
    found = LexicalRetriever(folder).find(query, principal=ANNA, limit=5)

    assert [passage.text for passage in found.passages] == (
        ["The meal allowance is 52 euros."] if "meal" in query else []
    )


def test_without_any_documents_nothing_is_found(tmp_path: Path) -> None:
    assert LexicalRetriever(tmp_path / "never").find("meal", principal=ANNA, limit=5).passages == ()
