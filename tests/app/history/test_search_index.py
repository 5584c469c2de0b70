"""What was asked, answered or quoted is found again, the best first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.contract import HitShape, SearchFilters
from app.errors import UsageError
from app.history.search_index import IndexedConversation, IndexedTurn, SearchIndex
from app.history.search_query import terms_of
from app.history.search_snippet import WIDTH

LEAVE = IndexedTurn(
    id="1" * 32,
    time="2026-03-01T10:00:00.000000+00:00",
    prompt="How long is sick leave paid in Zürich?",
    answer="Full pay continues for six weeks.",
    sources="Leave policy · leave.md\nEmployees hand in a certificate on day three.",
    model="small",
    rating="good",
    collections=("hr",),
    has_sources=True,
)
MEALS = IndexedTurn(
    id="2" * 32,
    time="2026-05-02T10:00:00.000000+00:00",
    prompt="What is the meal allowance?",
    answer="The contract names 52 euros; leave receipts with the sick bay.",
    model="large",
)
ABSENCE = IndexedConversation(
    id="a" * 32, title="Being absent", updated="2026-03-01", tags=("Urgent",), turns=(LEAVE,)
)
TRAVEL = IndexedConversation(
    id="b" * 32, title="Travel money", updated="2026-05-02", archived=True, turns=(MEALS,)
)
NO_FILTER = SearchFilters()


@pytest.fixture
def index() -> SearchIndex:
    made = SearchIndex()
    made.put(ABSENCE)
    made.put(TRAVEL)
    return made


def found(index: SearchIndex, typed: str, filters: SearchFilters = NO_FILTER) -> list[tuple[str, str]]:
    return [(hit.conversation[0], hit.part) for hit in index.find(terms_of(typed), filters, 10)]


def marked(hit: HitShape) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.highlights]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("allowance", [("b", "prompt")], id="a word of a question"),
        pytest.param("weeks", [("a", "answer")], id="a word of an answer"),
        pytest.param("certificate", [("a", "source")], id="a word of a quoted passage"),
        pytest.param("leave.md", [("a", "source")], id="the name of a document"),
        pytest.param("absent", [("a", "title")], id="a word of a title"),
        pytest.param("urgent", [("a", "tag")], id="a tag"),
        pytest.param("contr*", [("b", "answer")], id="the beginning of a word"),
        pytest.param("contr", [], id="not the beginning unless asked for"),
        pytest.param('"sick leave"', [("a", "prompt")], id="a phrase"),
        pytest.param("sick leave", [("a", "prompt"), ("b", "answer")], id="words, questions first"),
        pytest.param("ZURICH", [("a", "prompt")], id="without regard to case and accents"),
        pytest.param("Zu\u0308rich", [("a", "prompt")], id="however the accent is written"),
        pytest.param("travel allowance", [("b", "prompt")], id="one word in the title, one in a turn"),
        pytest.param("allowance certificate", [], id="words of different conversations"),
    ],
)
def test_it_is_found_where_it_stands(index: SearchIndex, typed: str, expected: list[tuple[str, str]]) -> None:
    assert found(index, typed) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(SearchFilters(after="2026-05-01"), ["b"], id="from a day on"),
        pytest.param(SearchFilters(before="2026-04-30"), ["a"], id="up to a day"),
        pytest.param(SearchFilters(after="2026-03-02", before="2026-05-01"), [], id="between days"),
        pytest.param(SearchFilters(model="large"), ["b"], id="model"),
        pytest.param(SearchFilters(collection="hr"), ["a"], id="collection"),
        pytest.param(SearchFilters(rating="good"), ["a"], id="rating"),
        pytest.param(SearchFilters(with_sources=True), ["a"], id="with sources"),
        pytest.param(SearchFilters(with_sources=False), ["b"], id="without sources"),
        pytest.param(SearchFilters(tag="URGENT"), ["a"], id="tag"),
        pytest.param(SearchFilters(archived=False), ["a"], id="not archived"),
        pytest.param(SearchFilters(archived=True, model="small"), [], id="all filters must hold"),
    ],
)
def test_filters_narrow_the_search_and_list_without_words(
    index: SearchIndex, filters: SearchFilters, expected: list[str]
) -> None:
    assert [name for name, _ in found(index, "sick leave", filters)] == expected
    assert [name for name, _ in found(index, "", filters)] == expected


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "", "9999-12-31\x1b[2J"])
def test_a_day_that_is_none_is_refused(index: SearchIndex, day: str) -> None:
    with pytest.raises(UsageError):
        index.find(terms_of("sick"), SearchFilters(after=day), 10)


def test_what_is_as_good_comes_newest_first(index: SearchIndex) -> None:
    twins = [replace(MEALS, id=f"{n}" * 32, time=f"2026-06-0{n}", prompt="tombola") for n in (3, 5, 4)]
    index.put(replace(TRAVEL, turns=tuple(twins)))

    hits = index.find(terms_of("tombola"), NO_FILTER, 10)

    assert [hit.time for hit in hits] == ["2026-06-05", "2026-06-04", "2026-06-03"]
    assert len({hit.score for hit in hits}) == 1


def test_the_finds_are_marked_in_the_snippet(index: SearchIndex) -> None:
    [hit] = index.find(terms_of("certificate employ*"), NO_FILTER, 10)

    assert (hit.part, marked(hit)) == ("source", ["Employees", "certificate"])
    assert "\n" not in hit.snippet


def test_a_snippet_shows_where_the_finds_are_densest(index: SearchIndex) -> None:
    answer = f"{'dull ' * 100}ruby {'dull ' * 100}ruby and emerald {'dull ' * 100}"
    index.put(replace(ABSENCE, turns=(replace(LEAVE, answer=answer),)))

    [hit] = index.find(terms_of("ruby emerald"), NO_FILTER, 10)

    assert marked(hit) == ["ruby", "emerald"]
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= WIDTH + 2


def test_nothing_in_a_snippet_steers_a_terminal(index: SearchIndex) -> None:
    index.put(replace(ABSENCE, turns=(replace(LEAVE, answer="red \x1b[31m\x01hat\x02 \u202e ruby"),)))

    [hit] = index.find(terms_of("ruby"), NO_FILTER, 10)

    assert not set(hit.snippet) & set("\x1b\x01\x02\u202e")
    assert marked(hit) == ["ruby"]


def test_a_conversation_put_in_again_takes_the_place_of_what_it_was(index: SearchIndex) -> None:
    index.put(replace(ABSENCE, title="Being away", tags=(), turns=()))

    assert found(index, "away") == [("a", "title")]
    assert found(index, "absent") == found(index, "urgent") == found(index, "certificate") == []
    assert index.turns() == 1


def test_a_removed_conversation_is_not_found(index: SearchIndex) -> None:
    index.remove(ABSENCE.id)
    index.remove("f" * 32)

    assert found(index, "certificate") == []
    assert found(index, "allowance") == [("b", "prompt")]


def test_after_closing_nothing_is_left(index: SearchIndex) -> None:
    index.close()

    assert index.turns() == 0
    assert found(index, "allowance") == []
