"""A person checks sources, comes back to earlier conversations, and copies."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from app.tui.app import ChatApp
from app.tui.screens.chat import ChatScreen
from app.tui.screens.help import KEYS
from app.tui.widgets.sources import SourcesPane
from tests.tui.answers import NOT_IN_DOCUMENTS, Script, conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


def detail(seen: Window) -> str:
    return str(seen.chat.query_one("#source-text").render())


class TestSources:
    async def test_the_cited_passage_is_shown_with_its_place_and_scores(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.press("f2")
            await seen.until(lambda: seen.chat.query_one(SourcesPane).has_focus_within)
            for part in (
                "Travel and Expenses Policy 2026",
                "handbook/travel_and_expenses_2026.docx",
                "Meals · lines 22 to 24",
                "score 0.033 · similarity 0.81 · words 11.4",
                "52 euros for a full day",
            ):
                assert part in detail(seen)

    async def test_another_one_is_opened_with_the_arrow_keys(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.press("tab")
            await seen.until(lambda: seen.chat.query_one(SourcesPane).has_focus_within)
            await seen.press("down")
            await seen.until(lambda: "page 7" in detail(seen))

    async def test_what_was_only_looked_at_stands_apart(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.press("f2")
            await seen.sees("Also looked at")
            listed = seen.text
            assert listed.index("p. 7") < listed.index("Also looked at")
            assert listed.index("Also looked at") < listed.index("l. 51–55")

    async def test_an_answer_without_citations_shows_what_was_looked_at(self, window: Opener) -> None:
        async with window(ScriptedDesk(ordinary=NOT_IN_DOCUMENTS)) as seen:
            await seen.chatting()
            await seen.answered("Who is the mayor?")
            await seen.press("f2")
            await seen.sees("Looked at")
            assert "45 euros" in detail(seen)

    async def test_on_a_small_screen_they_take_the_place_of_the_conversation(self, window: Opener) -> None:
        async with window(ScriptedDesk(), size=(80, 24)) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.press("f2")
            await seen.sees("similarity 0.81")
            assert "Ask your documents" not in seen.text
            await seen.press("escape")
            await seen.sees("Ask your documents")

    async def test_an_earlier_answer_can_be_chosen(self, window: Opener) -> None:
        async with window(ScriptedDesk(script={"mayor": NOT_IN_DOCUMENTS})) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.answered("Who is the mayor?")
            await seen.press("f2")
            await seen.until(lambda: "45 euros" in detail(seen))
            await seen.press("ctrl+up", "ctrl+up")
            await seen.until(lambda: "52 euros" in detail(seen))


class TestConversations:
    async def test_a_new_one_begins_with_an_empty_page(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.answered("First?")
            await seen.press("ctrl+n")
            await seen.until(lambda: not seen.views)
            await seen.answered("Second?")
            assert desk.asked == [("First?", None), ("Second?", None)]

    async def test_an_earlier_one_is_opened_and_goes_on(self, window: Opener) -> None:
        desk = ScriptedDesk(past={"c-old": [kept_turn(1)]}, listed=[conversation("c-old", "Mileage")])
        async with window(desk) as seen:
            await seen.chatting()
            await seen.sees("Mileage")
            await seen.sees("2 days ago")
            await seen.listing()
            await seen.press("enter")
            await seen.sees("Earlier answer 1.")
            await seen.answered("And then?")
            assert desk.asked == [("And then?", "c-old")]

    async def test_an_interrupted_answer_is_shown_with_what_was_there(self, window: Opener) -> None:
        desk = ScriptedDesk(
            past={"c-old": [kept_turn(1, "interrupted", "The rate is")]},
            listed=[conversation("c-old", "Mileage")],
        )
        async with window(desk) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press("enter")
            await seen.sees("Interrupted: Inhouse ended before this answer was complete The rate is")

    async def test_a_long_one_shows_its_end_first_and_the_rest_on_request(self, window: Opener) -> None:
        desk = ScriptedDesk(
            past={"c-old": [kept_turn(number) for number in range(45)]},
            listed=[conversation("c-old", "Long")],
        )
        async with window(desk) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press("enter")
            await seen.sees("Earlier answer 44.")
            assert len(seen.views) == 20
            seen.chat.query_one("#earlier").focus()
            await seen.press("enter")
            await seen.until(lambda: len(seen.views) == 40)
            seen.chat.query_one("#earlier").focus()
            await seen.press("enter")
            await seen.until(lambda: len(seen.views) == 45)
            assert seen.views[0].prompt == "Earlier question 0"
            assert not seen.chat.query("#earlier")

    async def test_it_cannot_be_left_while_an_answer_is_written(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            await seen.press("ctrl+n")
            await seen.sees("An answer is being written")
            assert len(seen.views) == 1

    @pytest.mark.parametrize(("width", "shown"), [(80, False), (100, True), (160, True)])
    async def test_the_list_hides_on_a_small_screen(self, window: Opener, width: int, shown: bool) -> None:
        async with window(ScriptedDesk(), size=(width, 30)) as seen:
            await seen.chatting()
            assert seen.chat.query_one("#conversations").display is shown


class TestCopying:
    async def test_the_answer_comes_with_its_sources_and_a_warning(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            await seen.answered("What is the daily meal allowance?")
            await seen.press("ctrl+y")
            await seen.sees("clipboard is outside the encrypted history")
            copied = seen.app.clipboard
            assert "host pays. [1]" in copied
            assert "[2] Employee Handbook 2026, page 7 (handbook/employee_handbook_2026.pdf)" in copied
            assert not copied.endswith("\n")

    async def test_without_an_answer_nothing_is_copied(self, window: Opener) -> None:
        async with window(ScriptedDesk(ordinary=Script())) as seen:
            await seen.chatting()
            await seen.press("ctrl+y")
            await seen.sees("There is no answer to copy yet.")
            assert seen.app.clipboard == ""


class TestHelp:
    async def test_f1_lists_the_keys_and_the_marks(self, window: Opener) -> None:
        async with window(ScriptedDesk(), size=(120, 110)) as seen:
            await seen.chatting()
            await seen.press("f1")
            await seen.sees("Ctrl+J")
            await seen.sees("no source says so: do not rely on it")
            await seen.press("escape")
            await seen.until(lambda: seen.app.screen is seen.chat)

    async def test_every_key_of_the_window_is_on_the_page(self) -> None:
        listed = " ".join(key.lower() for key, _ in KEYS)
        ours = [one for one in [*ChatScreen.BINDINGS, *ChatApp.BINDINGS] if isinstance(one, Binding)]
        assert ours
        for binding in ours:
            assert binding.key in listed, f"{binding.key} is missing in the help"

    async def test_the_palette_offers_no_picture_of_a_conversation(self, window: Opener) -> None:
        async with window(ScriptedDesk()) as seen:
            await seen.chatting()
            titles = {command.title for command in seen.app.get_system_commands(seen.chat)}
            assert {"New conversation", "Load the sample handbook", "Stop", "Quit"} <= titles
            assert "Screenshot" not in titles
