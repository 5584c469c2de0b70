"""A person asks, reads, stops, and asks again."""

from __future__ import annotations

from asyncio import sleep

import pytest
from textual import events

from app.errors import AppError, HistoryNotSavedError
from tests.tui import answers
from tests.tui.answers import Script
from tests.tui.conftest import Opener
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


class TestAnAnswer:
    async def test_each_sentence_shows_what_it_rests_on(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.sees("days of departure and return. [1] It is reduced")
            await seen.sees("within a month. ~[2]")
            await seen.sees("refunded in full. ⚠ not found in your documents")
            await seen.sees("2 supported, 1 partly (~), 1 not found (⚠)")

    async def test_it_names_its_sources_in_the_order_of_the_marks(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.sees("[1] Travel and Expenses Policy 2026, lines 22 to 24")
            await seen.sees("[2] Employee Handbook 2026, page 7")

    async def test_it_grows_while_it_is_written(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("What is the daily meal allowance?")
            await seen.sees("allowance? The")
            await seen.sees("writing 0 s")
            desk.may_write.set()
            await seen.sees("refunded in full.")

    async def test_the_status_line_has_the_figures(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            for figure in (
                "SmolLM2-135M-Instruct",
                "CPU: this build has no GPU backend",
                "38.4 tokens/s",
                "context 854/2,048 (42 %)",
                "14 documents, updated 2 h ago",
            ):
                await seen.sees(figure)

    async def test_the_last_figures_stay_when_the_model_was_not_needed(self, window: Opener) -> None:
        async with window(ScriptedDesk(script={"mayor": answers.NOT_IN_DOCUMENTS})) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.answered("Who is the mayor?")
            assert "38.4 tokens/s" in seen.status
            assert "context 854/2,048 (42 %)" in seen.status

    async def test_a_follow_up_belongs_to_the_same_conversation(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("First?")
            await seen.answered("Second?")
            assert desk.asked == [("First?", None), ("Second?", "c-0")]

    async def test_the_index_that_is_out_of_order_is_named(self, window: Opener) -> None:
        async with window(ScriptedDesk(index_notice="Exact search: the index is being rebuilt.")) as seen:
            await seen.chatting()
            await seen.sees("Exact search: the index is being rebuilt.")


class TestOtherOutcomes:
    @pytest.mark.parametrize(
        ("script", "said"),
        [
            pytest.param(answers.NOT_IN_DOCUMENTS, "Not in your documents", id="not in the documents"),
            pytest.param(answers.REFUSED, "looks like an API key (secrets)", id="refused, with the reason"),
            pytest.param(
                Script(outcome="failed", answer="", sentences=(), notices=["The model is lost. Ask again."]),
                "Failed The model is lost. Ask again.",
                id="failed",
            ),
            pytest.param(
                Script(notices=["Two older questions did not fit."]),
                "• Two older questions did not fit.",
                id="answered, with a notice",
            ),
        ],
    )
    async def test_it_is_said_in_words(self, window: Opener, script: Script, said: str) -> None:
        async with window(ScriptedDesk(ordinary=script)) as seen:
            await seen.chatting()
            await seen.answered("What about this?")
            await seen.sees(said)

    @pytest.mark.parametrize(
        "error",
        [AppError("The model's process ended.", "Ask again."), ValueError("a bug")],
        ids=["expected", "a bug"],
    )
    async def test_a_failure_shows_its_remedy_and_gives_the_prompt_back(
        self, window: Opener, error: Exception
    ) -> None:
        desk = ScriptedDesk(script={"break": Script(error=error)})
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("break it")
            await seen.sees(str(error).rstrip("."))
            assert seen.prompt.text == "break it"
            seen.prompt.clear()
            await seen.answered("and now?")
            await seen.sees("26 euros on the days")

    async def test_a_full_disk_is_said_until_something_is_saved_again(self, window: Opener) -> None:
        desk = ScriptedDesk(script={"full": Script(error=HistoryNotSavedError("The disk is full."))})
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("full disk")
            assert "NOT SAVED" in seen.status
            seen.prompt.clear()
            await seen.answered("again")
            assert "NOT SAVED" not in seen.status


class TestStopping:
    async def test_escape_keeps_what_was_written_and_gives_the_prompt_back(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("Tell me everything")
            await seen.until(desk.has_written.is_set)
            await seen.press("escape")
            await seen.finished()
            await seen.sees("Stopped: this is what was written until then The")
            assert seen.prompt.text == "Tell me everything"
            assert desk.past["c-0"][0].state == "stopped"

    async def test_a_second_question_waits_and_what_is_typed_stays(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            await seen.press(*"next", "enter")
            await seen.sees("An answer is being written")
            assert seen.prompt.text == "next"
            assert len(desk.asked) == 1
            desk.may_write.set()
            await seen.finished()
            assert seen.prompt.text == "next"

    async def test_leaving_asks_first(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            await seen.press("ctrl+q")
            await seen.sees("An answer is being written.")
            await seen.press("escape")
            await seen.until(lambda: seen.app.screen is seen.chat)
            assert not desk.closed
            await seen.press("ctrl+q", "tab", "enter")
            await seen.until(lambda: desk.closed)


class TestTheQuestionBox:
    async def test_ctrl_j_makes_a_line_and_enter_sends_all(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press("a", "ctrl+j", "b", "enter")
            await seen.until(lambda: desk.asked)
            assert desk.asked[0][0] == "a\nb"

    async def test_nothing_is_sent_when_nothing_is_typed(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press("space", "enter")
            assert not desk.asked

    async def test_up_and_down_recall_what_was_asked(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("one")
            await seen.answered("two")
            await seen.press(*"draft", "up")
            assert seen.prompt.text == "two"
            await seen.press("up")
            assert seen.prompt.text == "one"
            await seen.press("up")
            assert seen.prompt.text == "one"
            await seen.press("down", "down")
            assert seen.prompt.text == "draft"

    @pytest.mark.parametrize("width", [80, 120, 160])
    async def test_typing_in_a_list_goes_into_the_box(self, window: Opener, width: int) -> None:
        async with window(ScriptedDesk(), size=(width, 30)) as seen:
            await seen.chatting()
            await seen.answered("one")
            await seen.press("f2")
            await seen.until(lambda: not seen.prompt.has_focus)
            await seen.press(*"hey")
            await seen.until(lambda: seen.prompt.has_focus)
            assert seen.prompt.text == "hey"

    @pytest.mark.parametrize("turns", range(1, 12))
    async def test_fast_typing_in_a_list_keeps_its_order(self, window: Opener, turns: int) -> None:
        """Keys that arrive before the focus has moved must not be overtaken by those after it."""
        words = "Which hotel costs and meals are refunded?"
        async with window(ScriptedDesk(), size=(120, 30)) as seen:
            await seen.chatting()
            await seen.answered("one")
            await seen.press("f2")
            await seen.until(lambda: not seen.prompt.has_focus)
            for place, character in enumerate(words):
                seen.app.post_message(events.Key(character, character))
                if place < turns:  # how far the first keys are on their way differs from run to run
                    await sleep(0)
            await seen.until(lambda: len(seen.prompt.text) >= len(words))
            assert seen.prompt.text == words

    async def test_what_is_pasted_in_a_list_goes_into_the_box(self, window: Opener) -> None:
        async with window(ScriptedDesk(), size=(120, 30)) as seen:
            await seen.chatting()
            await seen.answered("one")
            await seen.press("f2")
            await seen.until(lambda: not seen.prompt.has_focus)
            seen.app.post_message(events.Paste("from elsewhere"))
            await seen.until(lambda: seen.prompt.text)
            assert seen.prompt.text == "from elsewhere"


async def test_the_reader_is_followed_only_near_the_end(window: Opener) -> None:
    desk = ScriptedDesk(ordinary=Script(answer=answers.ANSWER * 12, sentences=()))
    async with window(desk, size=(80, 24)) as seen:
        await seen.chatting()
        await seen.answered("long")
        transcript = seen.views[0].parent
        assert transcript is not None
        page = seen.chat.query_one("#transcript")
        await seen.until(lambda: page.max_scroll_y > 20 and page.scroll_y >= page.max_scroll_y - 2)
        desk.may_write.clear()
        desk.has_written.clear()
        await seen.ask("again")
        await seen.until(desk.has_written.is_set)
        page.scroll_to(y=3, animate=False, immediate=True)
        await seen.until(lambda: page.scroll_y == 3)
        desk.may_write.set()
        await seen.finished()
        await seen.pilot.pause()
        assert page.scroll_y == 3
