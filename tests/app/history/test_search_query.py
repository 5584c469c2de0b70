"""Whatever is typed into the search is a query; nothing of it is syntax but stars and quotation marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contract import SearchFilters
from app.errors import UsageError
from app.history.search_index import IndexedConversation, IndexedTurn, SearchIndex
from app.history.search_query import MOST_TERMS, QUERY_LIMIT, Term, terms_of

NO_FILTER = SearchFilters()


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        pytest.param("sick leave", (Term("sick"), Term("leave")), id="words"),
        pytest.param("contr*", (Term("contr", prefix=True),), id="the beginning of a word"),
        pytest.param('"sick leave" paid', (Term("sick leave"), Term("paid")), id="a phrase"),
        pytest.param('"sick lea"*', (Term("sick lea", prefix=True),), id="the beginning of a phrase"),
        pytest.param('"sick leave', (Term("sick leave"),), id="a phrase that is still being typed"),
        pytest.param("„sick leave“", (Term("sick leave"),), id="typographic quotation marks"),
        pytest.param("NOT (a OR b)", (Term("NOT"), Term("(a"), Term("OR"), Term("b)")), id="no operators"),
        pytest.param("a a", (Term("a"),), id="the same word twice"),
        pytest.param('* "" -- ; ^', (), id="no word at all"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_a_query_is_read_as_terms(typed: str, terms: tuple[Term, ...]) -> None:
    assert terms_of(typed) == terms


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("x" * (QUERY_LIMIT + 1), id="too long"),
        pytest.param(" ".join(f"w{n}" for n in range(MOST_TERMS + 1)), id="too many terms"),
    ],
)
def test_a_query_beyond_the_limits_is_refused_with_a_remedy(typed: str) -> None:
    with pytest.raises(UsageError) as refusal:
        terms_of(typed)

    assert refusal.value.remedy


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    made = SearchIndex()
    turn = IndexedTurn(id="1" * 32, time="2026-01-01", prompt="Where is it?", answer="In room 4.")
    made.put(IndexedConversation(id="0" * 32, title="Rooms", updated="2026-01-01", turns=(turn,)))
    return made


@given(st.text(max_size=60) | st.text('"*^(){}:+-. ANDORTea\x00\ud800', max_size=60))
def test_nothing_typed_is_a_syntax_error(index: SearchIndex, typed: str) -> None:
    for hit in index.find(terms_of(typed), NO_FILTER, 5):
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.highlights)
