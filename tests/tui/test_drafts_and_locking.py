"""What is typed comes back, and a window that nobody touches tells nobody anything."""

from __future__ import annotations

import pytest

from app.errors import HistoryNotSavedError
from app.tui.screens.unlock import UnlockScreen
from tests.tui.answers import conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


def with_one() -> ScriptedDesk:
    return ScriptedDesk(past={"c-old": [kept_turn(0)]}, listed=[conversation("c-old", "Mileage")])


async def opened(seen: Window) -> None:
    """Open the earlier conversation."""
    await seen.chatting()
    await seen.listing()
    await seen.press("enter")
    await seen.sees("Earlier answer 0.")
    await seen.until(lambda: seen.prompt.has_focus)


async def sealed(seen: Window) -> None:
    """Let what is typed be sealed now, instead of at the next two seconds."""
    seen.chat.conversing.drafting.tick()
    await seen.pilot.pause()


class TestADraft:
    async def test_it_is_sealed_and_is_there_after_a_restart(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press(*"half a")
            await sealed(seen)
            await seen.until(lambda: desk.kept.drafts == {None: "half a"})
        async with window(desk) as again:
            await again.chatting()
            await again.until(lambda: again.prompt.text == "half a")

    async def test_each_conversation_has_its_own(self, window: Opener) -> None:
        desk = with_one()
        async with window(desk) as seen:
            await opened(seen)
            await seen.press(*"old one")
            await seen.press("ctrl+n")
            await seen.until(lambda: not seen.views)
            await seen.until(lambda: desk.kept.drafts == {"c-old": "old one"})
            assert not seen.prompt.text
            await seen.listing()
            await seen.press("enter")
            await seen.until(lambda: seen.prompt.text == "old one")

    async def test_sending_forgets_it(self, window: Opener) -> None:
        desk = ScriptedDesk()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press(*"hello?")
            await sealed(seen)
            await seen.until(lambda: desk.kept.drafts)
            await seen.press("enter")
            await seen.until(lambda: seen.views)
            await seen.finished()
            await sealed(seen)
            await seen.until(lambda: not desk.kept.drafts)

    async def test_what_is_typed_while_a_first_answer_is_written_belongs_to_its_conversation(
        self, window: Opener
    ) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            await seen.press(*"next")
            await sealed(seen)
            await seen.until(lambda: desk.kept.drafts == {None: "next"})
            desk.may_write.set()
            await seen.finished()
            await sealed(seen)
            await seen.until(lambda: desk.kept.drafts == {"c-0": "next"})

    async def test_a_disk_that_refuses_is_said_once(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.kept.trouble = HistoryNotSavedError("The disk is full.")
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press(*"half")
            await sealed(seen)
            await seen.sees("What you are typing cannot be kept for now. The disk is full.")
            seen.app.clear_notifications()
            await seen.press("x")
            await sealed(seen)
            await seen.until(lambda: "cannot be kept" not in seen.text)
            assert seen.prompt.text == "halfx"


class TestLocking:
    async def test_after_ten_minutes_nothing_is_left_and_the_passphrase_brings_it_back(
        self, window: Opener
    ) -> None:
        desk = with_one()
        async with window(desk) as seen:
            await opened(seen)
            await seen.press("ctrl+y", *"draft")
            await seen.sees("clipboard")
            seen.clock.seconds = 601
            await seen.locked()
            for words in ("Earlier", "Mileage", "draft", "clipboard"):
                assert words not in seen.text
            assert seen.app.clipboard == ""
            assert len(seen.app.screen_stack) == 2
            assert desk.kept.drafts == {"c-old": "draft"}
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.sees("Earlier answer 0.")
            await seen.until(lambda: seen.prompt.text == "draft")
            assert seen.chat.asking.conversation == "c-old"

    async def test_a_key_puts_it_off(self, window: Opener) -> None:
        desk = with_one()
        async with window(desk) as seen:
            await opened(seen)
            seen.clock.seconds = 599
            await seen.press("a")
            seen.clock.seconds = 1198
            seen.app.locking.look()
            assert not desk.locked

    async def test_with_0_minutes_it_never_locks_by_itself(self, window: Opener) -> None:
        desk = ScriptedDesk(lock_minutes=0)
        async with window(desk) as seen:
            await seen.chatting()
            seen.clock.seconds = 1e9
            seen.app.locking.look()
            assert not desk.locked

    async def test_an_answer_that_is_written_is_finished_first(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            seen.clock.seconds = 601
            seen.app.locking.look()
            await seen.sees("locks when this answer is complete")
            assert not desk.locked
            desk.may_write.set()
            await seen.locked()
            assert desk.past["c-0"][0].state == "complete"

    async def test_lock_now_stops_it_and_keeps_what_is_there(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_write.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.ask("First")
            await seen.until(desk.has_written.is_set)
            await seen.press("f12")
            await seen.locked()
            assert desk.past["c-0"][0].state == "stopped"

    async def test_dialogs_and_messages_go_with_it(self, window: Opener) -> None:
        desk = with_one()
        async with window(desk) as seen:
            await opened(seen)
            await seen.press("f1")
            await seen.sees("send the question")
            await seen.press("f12")
            await seen.locked()
            assert isinstance(seen.app.screen, UnlockScreen)
            await seen.sees("Locked. Type the passphrase")

    async def test_a_draft_that_cannot_be_kept_is_told_and_the_keys_go(self, window: Opener) -> None:
        desk = with_one()
        async with window(desk) as seen:
            await opened(seen)
            desk.kept.trouble = HistoryNotSavedError("The disk is full.")
            await seen.press(*"draft", "f12")
            await seen.locked()
            await seen.sees("What you were typing could not be kept. The disk is full.")

    async def test_the_report_on_documents_waits_for_the_passphrase(self, window: Opener) -> None:
        desk = ScriptedDesk()
        desk.may_add.clear()
        async with window(desk) as seen:
            await seen.chatting()
            await seen.press("f3")
            await seen.sees("Loading the sample handbook")
            await seen.press("f12")
            await seen.locked()
            desk.may_add.set()
            await seen.until(lambda: not seen.app.adding.running)
            assert "read" not in seen.text
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.sees("All files were read.")
