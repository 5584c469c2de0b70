"""A person gives the window its documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import DataTable

from app.contract import AddShape
from app.contract.documents import LeftOutShape
from app.errors import UsageError
from app.tui.screens.documents import left_out
from tests.tui.conftest import Opener
from tests.tui.scripted_desk import ScriptedDesk, file_shape

pytestmark = pytest.mark.asyncio


async def test_without_documents_the_window_offers_a_way_to_begin(window: Opener) -> None:
    async with window(ScriptedDesk(documents=0)) as seen:
        await seen.chatting()
        await seen.sees("There are no documents yet.")
        await seen.sees("Load the sample handbook")


async def test_the_sample_is_loaded_with_one_key_and_a_question_picked(window: Opener) -> None:
    desk = ScriptedDesk(documents=0)
    async with window(desk) as seen:
        await seen.chatting()
        await seen.press("f3")
        await seen.sees("14 added. All files were read.")
        await seen.press("escape")
        await seen.sees("How many days of Paid Time Off")
        await seen.until(lambda: seen.chat.query_one("#offers").has_focus)
        await seen.press("down", "enter")
        await seen.until(lambda: desk.asked)
        assert desk.asked[0][0] == "What is the daily meal allowance on a business trip?"


async def test_a_folder_is_added_and_what_was_not_read_is_named_first(window: Opener) -> None:
    files = [
        file_shape("in/a.pdf"),
        file_shape("in/scan.pdf", "empty", "The file holds no text."),
        file_shape("in/x.exe", "skipped", "Unknown kind."),
    ]
    desk = ScriptedDesk(files=files)
    async with window(desk) as seen:
        await seen.chatting()
        await seen.add("/tmp/in")
        await seen.sees("1 added, 1 empty, 1 skipped. 2 files were not read.")
        await seen.sees("The file holds no text.")
        assert desk.added == [Path("/tmp/in")]
        table = seen.app.screen.query_one(DataTable)
        assert [str(table.get_row_at(row)[0]) for row in range(3)] == ["scan.pdf", "x.exe", "a.pdf"]


async def test_the_dialog_may_be_closed_while_files_are_read(window: Opener) -> None:
    desk = ScriptedDesk()
    desk.may_add.clear()
    async with window(desk) as seen:
        await seen.chatting()
        await seen.add("/tmp/in")
        await seen.sees("14 of 14 chapter_14.pdf")
        await seen.press("escape")
        await seen.until(lambda: seen.app.screen is seen.chat)
        assert "adding documents: 14 of 14" in seen.status
        await seen.answered("Does asking still work?")
        desk.may_add.set()
        await seen.sees("14 added. All files were read.")


async def test_a_path_that_is_not_there_is_answered_with_a_remedy(window: Opener) -> None:
    trouble = UsageError("There is no /nowhere.", "Check the path.")
    async with window(ScriptedDesk(trouble_at_adding=trouble)) as seen:
        await seen.chatting()
        await seen.add("/nowhere")
        await seen.sees("There is no /nowhere. Check the path.")


async def test_escape_adds_nothing(window: Opener) -> None:
    desk = ScriptedDesk()
    async with window(desk) as seen:
        await seen.chatting()
        await seen.press("ctrl+o", *"/tmp", "escape")
        await seen.until(lambda: seen.app.screen is seen.chat)
        assert not desk.added


async def test_the_adding_can_be_stopped_and_says_what_is_left(window: Opener) -> None:
    desk = ScriptedDesk(files=[file_shape("in/a.pdf"), file_shape("in/b.pdf"), file_shape("in/c.pdf")])
    desk.may_add.clear()
    async with window(desk) as seen:
        await seen.chatting()
        await seen.add("/tmp/in")
        await seen.sees("about 2 min left")
        await seen.press("s")
        await seen.sees("1 added. Stopped with 2 files left; adding again goes on.")
        assert desk.stops_adding.is_set()


async def test_what_ignore_files_hid_is_counted_by_file() -> None:
    hidden = [
        LeftOutShape(path=f"in/{number}/.inhouseignore", files=number, folders=1) for number in range(6)
    ]
    shape = AddShape(files=[], totals={}, left_out=hidden)

    lines = left_out(shape)

    assert lines[0] == "Left out: 1 folder by in/0/.inhouseignore."
    assert lines[2] == "Left out: 2 files and 1 folder by in/2/.inhouseignore."
    assert lines[-1] == "Left out by 2 more ignore files as well."
    assert left_out(AddShape(files=[], totals={})) == []
