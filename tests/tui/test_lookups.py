"""Pages to look something up: why passages were found, and which states the knowledge base has had."""

from __future__ import annotations

import pytest

from app.contract import GenerationShape
from tests.tui.answers import Script
from tests.tui.conftest import Opener
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


async def test_every_candidate_is_shown_with_its_figures_and_what_became_of_it(window: Opener) -> None:
    async with window(ScriptedDesk()) as seen:
        await seen.chatting()
        await seen.answered("What is the meal allowance?")
        await seen.press("f4")
        await seen.sees("Why these passages")
        for words in (
            "Searched for: What is the meal allowance?",
            "Repaired: alowance → allowance",
            "Known names: Travel Policy",
            "2 candidates, index: chroma. dense 12 ms",
            "travel_and_expenses_2026.docx, lines 22 to 24",
            "too far away",
        ):
            await seen.sees(words)
        await seen.press("escape")
        await seen.until(lambda: seen.prompt.has_focus)


async def test_before_the_first_answer_there_is_nothing_to_explain(window: Opener) -> None:
    async with window(ScriptedDesk()) as seen:
        await seen.chatting()
        await seen.press("f4")
        await seen.sees("Nothing was searched for yet.")


async def test_the_generations_are_listed_with_what_changed(window: Opener) -> None:
    kept = GenerationShape(
        number=3,
        made="2026-11-22T14:00:00+00:00",
        what="sync",
        added=2,
        updated=1,
        removed=4,
        documents=12,
        chunks=90,
    )
    async with window(ScriptedDesk(kept_generations=[kept])) as seen:
        await seen.chatting()
        seen.chat.lookups.generations()
        await seen.sees("Generations")
        await seen.sees("2026-11-22 14:00 sync 12 90 2 1 4")


async def test_without_documents_the_page_says_how_to_begin(window: Opener) -> None:
    async with window(ScriptedDesk()) as seen:
        await seen.chatting()
        seen.chat.lookups.generations()
        await seen.sees("No generations yet")


async def test_the_conversation_before_goes_along_and_its_part_is_told(window: Opener) -> None:
    desk = ScriptedDesk()
    async with window(desk, size=(160, 36)) as seen:
        await seen.chatting()
        first = await seen.answered("What is the meal allowance?")
        await seen.answered("And for contractors?")
        await seen.press("f4")
        await seen.sees("And once more with: meal allowance")
        await seen.sees("of the last turn; moved up with it")
        assert first.result is not None
        assert desk.explained_behind == [("What is the meal allowance?", first.result.answer)]


async def test_a_free_answer_says_nothing_of_passages(window: Opener) -> None:
    free = Script(sentences=(), passages=(), mode="free", searched="something else")
    desk = ScriptedDesk(ordinary=free)
    desk.may_write.clear()
    async with window(desk) as seen:
        await seen.chatting()
        seen.chat.choose_mode("free")
        await seen.ask("Write a limerick.")
        assert "documents" not in seen.views[-1].query_one(".working").render().plain  # type: ignore[union-attr]
        desk.may_write.set()
        await seen.finished()
        assert "Searched for" not in seen.text
        await seen.press("f4")
        await seen.sees("nothing was searched for")
        await seen.press("f2")
        await seen.sees("no documents were looked at")
