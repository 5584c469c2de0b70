"""A person finds an old answer again."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from app.contract import SearchFilters
from app.tui.entries import marked_snippet
from app.tui.typed_search import read
from tests.tui.answers import conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk
from tests.tui.scripted_keeping import hit


async def search(seen: Window, typed: str) -> None:
    await seen.press("ctrl+f")
    await seen.until(lambda: seen.chat.query_one("#search").has_focus)
    seen.chat.query_one("#search", Input).value = typed


@pytest.mark.asyncio
class TestSearching:
    async def test_a_find_opens_at_its_turn(self, window: Opener) -> None:
        desk = ScriptedDesk(
            past={"c-old": [kept_turn(number) for number in range(45)]},
            listed=[conversation("c-old", "Mileage")],
        )
        desk.kept.hits = [hit("c-old", "t-3", "Earlier answer 3.", "answer 3")]
        async with window(desk) as seen:
            await seen.chatting()
            await search(seen, "answer 3")
            await seen.sees("1 find")
            await seen.press("enter", "enter")
            await seen.until(lambda: any(view.has_class("-chosen") for view in seen.views))
            [chosen] = [view for view in seen.views if view.has_class("-chosen")]
            assert chosen.prompt == "Earlier question 3"
            assert len(seen.views) == 40, "a long conversation must not hold up the window"
            seen.chat.query_one("#later").focus()
            await seen.press("enter")
            await seen.until(lambda: seen.views[-1].prompt == "Earlier question 44")

    async def test_a_find_on_another_branch_brings_that_branch(self, window: Opener) -> None:
        first, other = kept_turn(0), kept_turn(5).model_copy(update={"parent": None})
        desk = ScriptedDesk(past={"c-old": [other, first]}, listed=[conversation("c-old", "Mileage")])
        desk.kept.hits = [hit("c-old", "t-5", "Earlier answer 5.", "answer")]
        async with window(desk) as seen:
            await seen.chatting()
            await search(seen, "answer")
            await seen.sees("1 find")
            await seen.press("down", "enter")
            await seen.sees("Earlier answer 5.")
            assert desk.kept.branch == {"c-old": "t-5"}

    async def test_progress_is_shown_until_everything_was_searched(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.kept.searched = [3_000]
        async with window(desk) as seen:
            await seen.chatting()
            await search(seen, "mileage")
            await seen.sees("searched 3,000 of 10,000 turns")
            await seen.until(lambda: "searched" not in seen.text)
            assert len(desk.kept.queries) == 2

    async def test_escape_brings_the_list_and_the_question_box_back(self, window: Opener) -> None:
        desk = ScriptedDesk(listed=[conversation("c-old", "Mileage")])
        async with window(desk) as seen:
            await seen.chatting()
            await search(seen, "nothing like it")
            await seen.sees("Nothing found.")
            await seen.press("escape")
            await seen.until(lambda: seen.prompt.has_focus)
            await seen.sees("Mileage")

    async def test_what_is_typed_in_the_list_is_searched_for(self, window: Opener) -> None:
        desk = ScriptedDesk(listed=[conversation("c-old", "Mileage")])
        async with window(desk) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press(*"hotel")
            await seen.until(lambda: desk.kept.queries)
            assert desk.kept.queries[-1][0] == "hotel"
            assert not seen.prompt.text

    async def test_up_brings_back_earlier_searches(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.kept.remembered = ["mileage", "mile", "hotel"]
        async with window(desk) as seen:
            await seen.chatting()
            await search(seen, "")
            box = seen.chat.query_one("#search", Input)
            await seen.until(lambda: seen.chat.room.conversations.has_memory)
            await seen.press("up")
            assert box.value == "mileage"
            await seen.press("up")
            assert box.value == "hotel", "beginnings of later searches are left out"


@pytest.mark.parametrize(
    ("typed", "words", "filters", "complaint"),
    [
        pytest.param("sick leave", "sick leave", {}, "", id="words"),
        pytest.param("tag:travel hotel", "hotel", {"tag": "travel"}, "", id="a tag"),
        pytest.param('tag:"two words" x', "x", {"tag": "two words"}, "", id="a tag of two words"),
        pytest.param(
            "after:2026-01-01 before:2026-02-01",
            "",
            {"after": "2026-01-01", "before": "2026-02-01"},
            "",
            id="days",
        ),
        pytest.param("sources:yes", "", {"with_sources": True}, "", id="with sources"),
        pytest.param(
            "sources:no rating:bad", "", {"with_sources": False, "rating": "bad"}, "", id="two filters"
        ),
        pytest.param("archived:no", "", {"archived": False}, "", id="not in the archive"),
        pytest.param("rating:fine x", "x", {}, "rating: takes good or bad", id="a value that makes no sense"),
        pytest.param("after:soon", "", {}, "after: takes a day such as 2026-01-31", id="no day"),
        pytest.param("ratio:1", "ratio:1", {}, "", id="a word that is no filter"),
        pytest.param('"tag:travel is odd"', '"tag:travel is odd"', {}, "", id="a filter inside a phrase"),
        pytest.param('"open phrase', '"open phrase', {}, "", id="a phrase not yet closed"),
        pytest.param("http://x", "http://x", {}, "", id="an address"),
    ],
)
def test_filters_are_read_from_what_is_typed(
    typed: str, words: str, filters: dict[str, object], complaint: str
) -> None:
    search = read(typed)
    assert (search.words, search.filters, search.complaint) == (
        words,
        SearchFilters.model_validate(filters),
        complaint,
    )


@pytest.mark.parametrize(
    ("snippet", "highlights", "shown"),
    [
        pytest.param("The rate is 30 cents.", [(12, 14)], "The rate is 30 cents.", id="short"),
        pytest.param(
            "x" * 90 + "found" + "y" * 300,
            [(90, 95)],
            "…" + "x" * 40 + "found" + "y" * 115 + "…",
            id="long",
        ),
        pytest.param("nothing marked", [], "nothing marked", id="no find"),
        pytest.param("short", [(3, 99), (-1, 2)], "short", id="places that are not there"),
        pytest.param("a\x1b[31mb", [(0, 1)], "a␛[31mb", id="orders to the terminal"),
    ],
)
def test_a_snippet_is_shown_around_its_first_find(
    snippet: str, highlights: list[tuple[int, int]], shown: str
) -> None:
    assert marked_snippet(snippet, highlights).plain == shown


@pytest.mark.asyncio
async def test_a_search_is_remembered_when_it_was_meant_and_not_on_the_way_to_it(window: Opener) -> None:
    desk = ScriptedDesk()
    desk.kept.hits = [hit("c-old", "t-3", "Earlier answer 3.", "answer")]
    async with window(desk) as seen:
        await seen.chatting()
        await search(seen, "answer")
        await seen.sees("1 find")
        await search(seen, "answer  3")
        assert desk.kept.remembered == []
        await seen.press("enter")
        await seen.until(lambda: desk.kept.remembered == ["answer 3"])
