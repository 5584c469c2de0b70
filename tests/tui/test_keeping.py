"""A person keeps conversations in order: names, tags, the archive, the bin, and what is gone for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input, OptionList

from app.errors import HistoryNotSavedError
from app.tui.app import ChatApp
from app.tui.screens.export import ExportScreen, MergeScreen
from app.tui.screens.small import LineScreen, MenuScreen, SureScreen
from tests.tui.answers import conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


def library() -> ScriptedDesk:
    """Three conversations: one pinned, one in the archive."""
    return ScriptedDesk(
        past={name: [kept_turn(number)] for number, name in enumerate(("c-1", "c-2", "c-3"))},
        listed=[
            conversation("c-1", "Mileage"),
            conversation("c-2", "Sick leave").model_copy(update={"pinned": True, "tags": ["people"]}),
            conversation("c-3", "Old rules").model_copy(update={"archived": True}),
        ],
    )


async def menu(seen: Window, letter: str) -> None:
    """Open the menu of the conversation under the cursor and take one of its acts."""
    if not seen.chat.query_one("#conversation-list").has_focus:
        await seen.listing()
    await seen.press("ctrl+r")
    await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
    await seen.press(letter)


async def test_two_letters_in_one_burst_choose_once(window: Opener) -> None:
    async with window(library()) as seen:
        await seen.chatting()
        await seen.listing()
        await seen.press("ctrl+r")
        await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
        menu_screen = seen.app.screen

        for _ in range(2):
            menu_screen.post_message(Key("p", "p"))

        await seen.until(lambda: seen.app.screen is seen.chat)


async def test_pinned_ones_stand_above_and_archived_ones_apart(window: Opener) -> None:
    async with window(library()) as seen:
        await seen.chatting()
        await seen.sees("#people")
        assert seen.text.index("Sick leave") < seen.text.index("Mileage")
        assert "Old rules" not in seen.text
        await seen.listing()
        await seen.press("right")
        await seen.sees("Old rules")
        assert "Mileage" not in seen.text


@pytest.mark.parametrize(
    ("letter", "typed", "changed"),
    [
        pytest.param("r", "Other name", {"title": "Other name"}, id="renamed"),
        pytest.param("t", "#travel, car,travel", {"tags": ["travel", "car"]}, id="tagged"),
        pytest.param("p", None, {"pinned": False}, id="unpinned"),
        pytest.param("a", None, {"archived": True}, id="archived"),
    ],
)
async def test_a_conversation_is(
    window: Opener, letter: str, typed: str | None, changed: dict[str, object]
) -> None:
    desk = library()
    async with window(desk) as seen:
        await seen.chatting()
        await menu(seen, letter)
        if typed is not None:
            await seen.until(lambda: isinstance(seen.app.screen, LineScreen) and seen.app.screen.focused)
            seen.app.screen.query_one(Input).value = typed
            await seen.press("enter")
        await seen.until(lambda: desk.listed[1].model_dump(include=set(changed)) == changed)


async def test_delete_moves_to_the_bin_from_where_it_is_taken_back(window: Opener) -> None:
    desk = library()
    async with window(desk) as seen:
        await seen.chatting()
        await seen.listing()
        await seen.press("delete")
        await seen.sees("Moved to the bin, still sealed.")
        await seen.until(lambda: "Sick leave" not in seen.text)
        seen.app.clear_notifications()
        await seen.press("right", "right")
        await seen.sees("deleted 1 min ago")
        await menu(seen, "b")
        await seen.until(lambda: desk.listed[1].binned is None)


async def test_the_conversation_on_screen_is_left_when_it_is_deleted(window: Opener) -> None:
    async with window(library()) as seen:
        await seen.chatting()
        await seen.listing()
        await seen.press("enter")
        await seen.sees("Earlier answer 1.")
        await menu(seen, "d")
        await seen.until(lambda: not seen.views)
        await seen.sees("New conversation")


async def test_erasing_asks_says_what_it_means_and_reports(window: Opener) -> None:
    desk = library()
    async with window(desk) as seen:
        await seen.chatting()
        await menu(seen, "e")
        await seen.until(lambda: isinstance(seen.app.screen, SureScreen) and seen.app.screen.focused)
        await seen.sees("sealed backups made before still hold it")
        await seen.press("enter")
        await seen.until(lambda: seen.app.screen is seen.chat)
        assert not desk.kept.erased, "the keyboard is on the way out"
        await menu(seen, "e")
        await seen.until(lambda: isinstance(seen.app.screen, SureScreen) and seen.app.screen.focused)
        await seen.press("right", "enter")
        await seen.sees("1 conversation erased, 12 records destroyed.")
        await seen.sees("backups/2026-11-21.inhouse")
        assert desk.kept.erased == ["c-2"]


async def test_others_are_merged_into_one(window: Opener) -> None:
    desk = library()
    async with window(desk) as seen:
        await seen.chatting()
        await menu(seen, "m")
        await seen.until(lambda: isinstance(seen.app.screen, MergeScreen) and seen.app.screen.focused)
        await seen.press("space", "enter")
        await seen.until(lambda: desk.kept.merged)
        assert desk.kept.merged == [("c-2", ("c-1",))]


async def test_an_export_says_that_it_is_in_clear_and_takes_the_ending_of_its_form(window: Opener) -> None:
    desk = library()
    async with window(desk) as seen:
        await seen.chatting()
        await menu(seen, "x")
        await seen.until(lambda: isinstance(seen.app.screen, ExportScreen) and seen.app.screen.focused)
        await seen.sees("The file is written in clear")
        box = seen.app.screen.query_one(Input)
        assert "Sick" not in box.value, "names of files are read by many"
        await seen.press("down", "down")
        await seen.until(lambda: box.value.endswith(".json"))
        await seen.press("enter")
        box.value = "/tmp/out.json"
        await seen.press("enter")
        await seen.sees("Written in clear to /tmp/out.json.")
        assert desk.kept.exported == [("c-2", "json", Path("/tmp/out.json"))]


async def test_a_refusal_is_shown_and_nothing_changes(window: Opener) -> None:
    desk = library()
    desk.kept.trouble = HistoryNotSavedError("The disk is full.")
    async with window(desk) as seen:
        await seen.chatting()
        await menu(seen, "p")
        await seen.sees("The disk is full.")
        assert desk.listed[1].pinned


async def test_an_empty_history_has_nothing_to_arrange(window: Opener) -> None:
    async with window(ScriptedDesk()) as seen:
        await seen.chatting()
        await seen.press("ctrl+r")
        await seen.sees("There is no conversation here yet.")
        assert not seen.chat.query_one("#conversation-list", OptionList).display


async def test_an_empty_shelf_is_passed_on_the_way_to_the_next(window: Opener) -> None:
    desk = library()
    desk.listed[:] = [
        conversation("c-1", "Mileage"),
        conversation("c-2", "Sick leave").model_copy(update={"binned": "2026-11-21T09:00:00+00:00"}),
    ]
    async with window(desk) as seen:
        await seen.chatting()
        await seen.listing()
        await seen.press("right")
        await seen.sees("Nothing is archived.")
        await seen.press("right")
        await seen.sees("Sick leave")
        await seen.press("left")
        await seen.sees("Nothing is archived.")
        await seen.press("left")
        await seen.sees("Mileage")


async def test_a_crash_prints_places_and_types_and_no_values() -> None:
    app = ChatApp(ScriptedDesk())
    try:
        int("a secret".upper())
    except ValueError:
        app._fatal_error()

    said = "".join(str(part) for part in app._exit_renderables)
    assert "ValueError" in said
    assert "A SECRET" not in said
