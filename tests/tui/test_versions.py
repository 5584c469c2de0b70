"""A person asks again, asks otherwise, goes between versions, continues what was cut off, and rates."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from app.errors import HistoryNotSavedError
from app.tui.desk import Behind
from app.tui.screens.small import LineScreen, MenuScreen
from tests.tui.answers import Script, conversation, kept_turn
from tests.tui.conftest import Opener
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


def answering(**answers: str) -> ScriptedDesk:
    """A desk that answers prompts with such a word in these words."""
    script = {word: Script(answer=answer, sentences=(), passages=()) for word, answer in answers.items()}
    return ScriptedDesk(script=script)


class TestAnEditedQuestion:
    async def test_it_becomes_a_branch_and_both_can_be_seen(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.", train="Trains are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press("f6")
            await seen.until(lambda: seen.prompt.text == "hotel?")
            assert "Enter begins a branch" in seen.status
            seen.prompt.clear()
            await seen.answered_instead("train?")
            await seen.sees("Trains are booked.")
            await seen.sees("‹ 2/2 ›")
            assert desk.manners[1].behind == Behind(None)
            await seen.press("alt+left")
            await seen.sees("Hotels are booked.")
            await seen.sees("‹ 1/2 ›")
            assert len(seen.views) == 1

    async def test_what_came_after_it_stays_on_its_own_branch(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.", car="Cars are hired.", train="Trains are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.answered("car?")
            await seen.press("ctrl+up", "ctrl+up", "f6")
            await seen.until(lambda: seen.prompt.text == "hotel?")
            seen.prompt.clear()
            await seen.answered_instead("train?")
            assert [view.prompt for view in seen.views] == ["train?"]
            await seen.sees("‹ 2/2 ›")
            await seen.press("alt+left")
            await seen.until(lambda: [view.prompt for view in seen.views] == ["hotel?", "car?"])

    async def test_escape_gives_editing_up(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.", train="Trains are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press("f6")
            await seen.until(lambda: seen.prompt.text == "hotel?")
            await seen.press("escape")
            assert not seen.prompt.text
            await seen.answered("train?")
            assert desk.manners[1].behind is None
            assert len(seen.views) == 2


async def test_asking_again_is_a_version_beside_the_first(window: Opener) -> None:
    desk = answering(hotel="Hotels are booked.", car="Cars are hired.")
    async with window(desk) as seen:
        await seen.chatting()
        await seen.answered("hotel?")
        await seen.answered("car?")
        await seen.press("f5")
        await seen.until(lambda: len(desk.asked) == 3)
        await seen.finished()
        await seen.sees("‹ 2/2 ›")
        assert desk.asked[2] == ("car?", "c-0")
        assert desk.manners[2].behind == Behind("n-1")
        assert [view.prompt for view in seen.views] == ["hotel?", "car?"]


async def test_a_version_that_is_not_there_is_not_gone_to(window: Opener) -> None:
    async with window(answering(hotel="Hotels are booked.")) as seen:
        await seen.chatting()
        await seen.answered("hotel?")
        await seen.press("alt+right")
        await seen.sees("There is no other version that way.")


class TestAnInterruptedAnswer:
    async def test_it_goes_on_from_what_was_there(self, window: Opener) -> None:
        desk = ScriptedDesk(
            past={"c-old": [kept_turn(0, "interrupted", "The rate is")]},
            listed=[conversation("c-old", "Mileage")],
        )
        async with window(desk) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press("enter")
            await seen.sees("F9 continues this answer from here.")
            await seen.press("f9")
            await seen.until(lambda: desk.manners)
            await seen.finished()
            assert desk.manners[0].resume == "t-0"
            assert desk.manners[0].behind == Behind(None)
            await seen.sees("‹ 2/2 ›")

    async def test_a_complete_one_does_not(self, window: Opener) -> None:
        async with window(answering(hotel="Hotels are booked.")) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press("f9")
            await seen.sees("This answer is complete; F5 asks again.")


class TestRating:
    @pytest.mark.parametrize(
        ("key", "shown"), [("f7", "✓ rated good"), ("f8", "✗ rated bad")], ids=["good", "bad"]
    )
    async def test_one_key_rates_and_the_turn_shows_it(self, window: Opener, key: str, shown: str) -> None:
        desk = answering(hotel="Hotels are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press(key)
            await seen.sees(shown)

    async def test_the_same_key_again_takes_a_reason(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press("f8")
            await seen.sees("✗ rated bad")
            await seen.press("f8")
            await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
            await seen.press("r")
            await seen.until(lambda: isinstance(seen.app.screen, LineScreen) and seen.app.screen.focused)
            seen.app.screen.query_one(Input).value = "the old rate"
            await seen.press("enter")
            await seen.sees("✗ rated bad: the old rate")
            rating = desk.past["c-0"][0].rating
            assert rating is not None
            assert rating.reason == "the old rate"

    async def test_or_is_taken_back(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press("f7")
            await seen.sees("✓ rated good")
            await seen.press("f7")
            await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
            await seen.press("t")
            await seen.until(lambda: desk.past["c-0"][0].rating is None)
            await seen.until(lambda: "✓ rated good" not in seen.text)


class TestAnAnswerThatTheDiskRefuses:
    async def test_it_stays_marked_and_is_saved_without_asking_again(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.")
        desk.unsaved = True
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.sees("Hotels are booked.")
            await seen.sees("NOT SAVED: this is on the screen only.")
            await seen.press("ctrl+s")
            await seen.sees("The disk is still full.")
            desk.unsaved = False
            await seen.press("ctrl+s")
            await seen.sees("Saved.")
            await seen.until(lambda: "NOT SAVED" not in seen.text)
            assert len(desk.asked) == 1
            assert [result.answer for result in desk.saved_again] == ["Hotels are booked."]

    @pytest.mark.parametrize("key", ["ctrl+n", "f5", "f12"])
    async def test_nothing_takes_it_off_the_screen(self, window: Opener, key: str) -> None:
        desk = answering(hotel="Hotels are booked.")
        desk.unsaved = True
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            await seen.press(key)
            await seen.sees("Ctrl+S saves it.")
            assert len(seen.views) == 1
            assert not desk.locked


class TestABranchThatCannotBeKept:
    async def test_what_was_there_before_comes_back_ready_for_another_try(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            desk.unsealed = HistoryNotSavedError("The disk is full.")
            await seen.press("f6")
            await seen.until(lambda: seen.prompt.text == "hotel?")
            seen.prompt.clear()
            await seen.answered_instead("hotel abroad?")
            await seen.sees("The disk is full.")
            await seen.sees("Hotels are booked.")
            await seen.until(lambda: seen.prompt.text == "hotel abroad?")
            await seen.until(lambda: "editing a question" in seen.status)
            desk.unsealed = None
            await seen.press("enter")
            await seen.until(lambda: len(desk.past["c-0"]) == 2)
            await seen.finished()
            assert [turn.parent for turn in desk.past["c-0"]] == [None, None]

    async def test_asking_again_in_vain_leaves_the_answer_there_was(self, window: Opener) -> None:
        desk = answering(hotel="Hotels are booked.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("hotel?")
            desk.unsealed = HistoryNotSavedError("The disk is full.")
            await seen.press("f5")
            await seen.sees("The disk is full.")
            await seen.sees("Hotels are booked.")
            assert len(seen.views) == 1
