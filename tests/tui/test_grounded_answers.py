"""What the window says about where an answer comes from, and how the search can be changed."""

from __future__ import annotations

from functools import partial

import pytest

from app.contract import QuoteShape
from app.turn import Mode
from tests.tui import answers
from tests.tui.answers import TRAVEL_2024, TRAVEL_2026, Script, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio

BEST = "The daily meal allowance for business trips is 52 euros for a full day."
QUOTED = Script(quote=QuoteShape(text=BEST, citation=TRAVEL_2026.id))
OLD_QUOTE = QuoteShape(text="the daily meal allowance is 45 euros for a full day", citation=TRAVEL_2024.id)


class TestTheQuote:
    async def test_it_stands_above_the_answer_with_the_number_of_its_source(self, window: Opener) -> None:
        async with window(ScriptedDesk(ordinary=QUOTED)) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.sees(f"“{BEST}” [1]")
            assert seen.text.index("“The daily") < seen.text.index("It is reduced")

    async def test_a_source_that_the_answer_does_not_cite_is_named_below_it(self, window: Opener) -> None:
        gone = TRAVEL_2024.model_copy(update={"stale": "gone"})
        script = Script(answer="I am not sure.", sentences=(), passages=(gone,), quote=OLD_QUOTE)
        async with window(ScriptedDesk(ordinary=script)) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.sees(f"“{OLD_QUOTE.text}” Travel Policy 2024, lines 51 to 55, ⚠ file is gone")

    async def test_it_is_there_before_the_answer_is_written(self, window: Opener) -> None:
        desk = ScriptedDesk(ordinary=QUOTED)
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("What is the daily meal allowance?")
            await seen.sees(f"“{BEST}” Travel and Expenses Policy 2026, lines 22 to 24")
            assert seen.chat.is_answering

    async def test_an_answer_that_says_the_same_words_needs_none(self, window: Opener) -> None:
        desk = ScriptedDesk(ordinary=Script(answer=BEST, sentences=(), quote=QUOTED.quote))
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.sees(BEST)
            assert "“The daily" not in seen.text


def _says_only(seen: Window, words: str) -> bool:
    known = ("documents first", "FREE: not from documents")
    return [said for said in known if said in seen.status] == [said for said in known if said == words]


class TestTheMode:
    async def test_one_key_goes_through_the_ways_of_answering(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk, size=(160, 36)) as seen:
            await seen.chatting()
            modes: list[Mode | None] = ["documents_first", "free", "documents_only"]
            for mode, said in zip(modes, ("documents first", "FREE: not from documents", ""), strict=True):
                await seen.press("ctrl+t")
                await seen.until(partial(_says_only, seen, said))
                await seen.answered("What is the allowance?")
                assert desk.modes[-1] == mode

    async def test_nothing_chosen_is_the_way_of_the_settings(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("What is the allowance?")
            assert desk.modes == [None]

    async def test_it_belongs_to_its_conversation(self, window: Opener) -> None:
        first = kept_turn(0)
        assert first.result is not None
        free = first.model_copy(update={"result": first.result.model_copy(update={"mode": "free"})})
        desk = ScriptedDesk(past={"c-old": [free]}, listed=[answers.conversation("c-old", "Old")])
        async with window(desk, size=(160, 36)) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press("enter")
            await seen.until(lambda: "FREE" in seen.status)
            await seen.press("ctrl+n")
            await seen.until(lambda: "FREE" not in seen.status)


class TestTheSearch:
    async def test_what_was_searched_for_is_shown_and_can_be_edited(self, window: Opener) -> None:
        desk = ScriptedDesk(ordinary=Script(searched="What is the meal allowance in London?"))
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("And in London?")
            await seen.sees("Searched for: What is the meal allowance in London? (Ctrl+E to edit)")
            await seen.press("ctrl+e")
            await seen.until(lambda: seen.prompt.text == "What is the meal allowance in London?")
            assert seen.prompt.has_focus

    async def test_nothing_is_said_where_it_was_searched_for_as_typed(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the allowance?")
            assert "Searched for" not in seen.text


@pytest.mark.parametrize(("stale", "said"), [("changed", "⚠ file changed since"), ("gone", "⚠ file is gone")])
async def test_a_cited_file_that_is_no_longer_what_was_read_is_marked(
    window: Opener, stale: str, said: str
) -> None:
    passage = TRAVEL_2026.model_copy(update={"stale": stale})
    async with window(ScriptedDesk(ordinary=Script(passages=(passage, answers.HANDBOOK)))) as seen:
        await seen.chatting()
        await seen.answered("What is the allowance?")
        await seen.sees(f"[1] Travel and Expenses Policy 2026, lines 22 to 24, {said}")
        await seen.press("f2")
        await seen.sees(said)


async def test_the_status_line_names_the_generation_that_answers(window: Opener) -> None:
    async with window(ScriptedDesk(generation=7), size=(160, 36)) as seen:
        await seen.chatting()
        assert "generation 7" in seen.status
