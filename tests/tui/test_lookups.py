"""Pages to look something up: why passages were found, and which states the knowledge base has had."""

from __future__ import annotations

import pytest

from app.contract import GenerationShape
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
