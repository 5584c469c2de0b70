"""The index is built behind an open history, follows what changes in it, and goes when it is locked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.contract import SearchFilters
from app.errors import HistoryLockedError
from app.history.history import History
from app.history.search import HistorySearch
from tests.app.history.rings import opened
from tests.app.history.told import result, tell

NO_FILTER = SearchFilters()
PATIENCE = 60.0


@pytest.fixture
def history(folder: Path) -> Iterator[History]:
    with opened(folder) as opened_history:
        yield opened_history


@pytest.fixture
def searching(history: History) -> Iterator[tuple[HistorySearch, str]]:
    conversation = tell(history)
    made = HistorySearch()
    made.begin(history)
    assert made.wait(PATIENCE)
    yield made, conversation
    made.close()


def parts(searching: HistorySearch, typed: str) -> list[str]:
    assert searching.wait(PATIENCE)
    return [hit.part for hit in searching.search(typed, NO_FILTER).hits]


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        pytest.param("Rome", "prompt", id="a question on a branch that is not shown"),
        pytest.param('"the same applies"', "answer", id="an answer that was cut off"),
        pytest.param("post doubled", "answer", id="an answer"),
        pytest.param("leave.md", "source", id="the name of a document"),
        pytest.param("health", "tag", id="a tag"),
    ],
)
def test_all_that_is_kept_is_found(searching: tuple[HistorySearch, str], typed: str, part: str) -> None:
    assert part in parts(searching[0], typed)


def test_filters_look_at_sealed_results(searching: tuple[HistorySearch, str]) -> None:
    found, _ = searching
    for filters, number in (
        (SearchFilters(rating="bad"), 1),
        (SearchFilters(model="small"), 2),
        (SearchFilters(with_sources=False), 1),
        (SearchFilters(tag="pay"), 3),
    ):
        assert len(found.search("", filters).hits) == number


def test_progress_ends_with_all_turns(searching: tuple[HistorySearch, str]) -> None:
    said = searching[0].search("Rome", NO_FILTER)

    assert (said.searched, said.of) == (3, 3)


def test_a_new_turn_a_new_title_and_a_rating_are_found_once_named(
    searching: tuple[HistorySearch, str], history: History
) -> None:
    found, conversation = searching
    handle = history.begin_turn(conversation, "And on a submarine?")
    history.finish(handle.turn, result("Likewise."), state="complete")
    history.shelf.rename(conversation, "Being ill")
    other = history.begin_turn(None, "Where is the zeppelin?")
    for one in (conversation, other.conversation):
        found.add(one)

    assert parts(found, "submarine") == ["prompt"]
    assert parts(found, "zeppelin") == ["prompt", "title"]
    assert "title" in parts(found, "ill")
    assert found.search("zeppelin", NO_FILTER).of == 5


def test_what_is_forgotten_or_binned_is_not_found(
    searching: tuple[HistorySearch, str], history: History
) -> None:
    found, conversation = searching
    history.shelf.put_in_bin(conversation)
    found.forget(conversation)

    assert parts(found, "Rome") == []


def test_nothing_typed_and_no_filter_finds_nothing(searching: tuple[HistorySearch, str]) -> None:
    assert parts(searching[0], "") == parts(searching[0], " *") == []


def test_a_locked_search_finds_nothing_and_can_begin_again(
    searching: tuple[HistorySearch, str], history: History
) -> None:
    found, _ = searching
    found.close()
    found.close()
    with pytest.raises(HistoryLockedError):
        found.search("Rome", NO_FILTER)

    found.begin(history)
    assert parts(found, "Rome") == ["prompt"]


def test_a_history_that_is_locked_while_it_is_read_ends_the_reading(folder: Path) -> None:
    history = opened(folder)
    tell(history)
    history.close()
    found = HistorySearch()
    found.begin(history)

    assert found.wait(PATIENCE)
    assert found.search("Rome", NO_FILTER).hits == []
    found.close()


def test_the_index_never_touches_the_disk(searching: tuple[HistorySearch, str], tmp_path: Path) -> None:
    names = [path.name for path in tmp_path.rglob("*") if path.is_file()]

    assert all(name.startswith("vault.") for name in names)
    assert not any(b"zeppelin" in path.read_bytes() for path in tmp_path.rglob("vault.*"))
