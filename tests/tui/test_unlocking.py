"""A person opens the window and gets to the conversation, or is told why not."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from app.errors import HistoryDamagedError, HistoryInUseError, HistoryUnsafeError
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

pytestmark = pytest.mark.asyncio


class TestTheHistoryIsLocked:
    async def test_the_right_passphrase_opens_the_conversation(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="locked")) as seen:
            await seen.unlocking("locked")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.chatting()

    async def test_the_passphrase_is_never_on_the_screen(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="locked")) as seen:
            await seen.unlocking("locked")
            await seen.press(*"zebra")
            await seen.sees("•••••")
            assert "zebra" not in seen.text

    async def test_a_wrong_passphrase_gets_constant_words_and_another_try(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="locked")) as seen:
            await seen.unlocking("locked")
            await seen.press(*"nonsense", "enter")
            await seen.sees("could not be opened with this passphrase")
            assert seen.app.screen.query_one("#passphrase", Input).value == ""
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.chatting()

    async def test_the_window_says_that_it_is_busy_and_stays_alive(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked")
        desk.may_unlock.clear()
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.sees("Deriving the key")
            desk.may_unlock.set()
            await seen.chatting()

    async def test_loading_begins_while_the_passphrase_is_typed(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked")
        desk.may_load.clear()
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.chatting()
            await seen.sees("loading the model… · reading the documents' index…")
            desk.may_load.set()
            await seen.until(lambda: "loading" not in seen.status)

    async def test_a_passphrase_file_asks_nothing(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="locked", opens_without_asking=True)) as seen:
            await seen.chatting()

    @pytest.mark.parametrize("key", ["escape", "ctrl+q"])
    async def test_a_person_may_leave(self, window: Opener, key: str) -> None:
        desk = ScriptedDesk(state="locked")
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press(key)
            await seen.until(lambda: desk.closed)

    async def test_wrong_ones_make_the_next_try_wait_and_it_is_counted_down(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked", wait=30)
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press(*"nonsense", "enter")
            await seen.sees("could not be opened with this passphrase. Next try in 30 s.")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.sees("Next try in 29 s.")
            assert desk.state == "locked"

    async def test_one_that_is_given_before_the_wait_is_over_counts_when_it_is(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked", wait=1)
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press(*"nonsense", "enter")
            await seen.sees("Next try in 1 s.")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.until(lambda: desk.state == "open")

    async def test_a_warning_about_the_history_is_shown(self, window: Opener) -> None:
        async with window(ScriptedDesk(told=["This is an older copy of your history."])) as seen:
            await seen.chatting()
            await seen.sees("This is an older copy of your history.")


class TestAForgottenPassphrase:
    async def test_the_recovery_code_and_a_new_passphrase_open_the_history(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked")
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press("f2")
            await seen.unlocking("recover")
            await seen.press(*desk.code, "enter", *"longenough", "enter", *"longenough", "enter")
            await seen.chatting()
            assert desk.passphrase == "longenough"

    async def test_a_wrong_code_opens_nothing_and_may_be_tried_again(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked")
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.press("f2")
            await seen.unlocking("recover")
            await seen.press(*"AAAA", "enter", *"longenough", "enter", *"longenough", "enter")
            await seen.sees("The code does not open this history.")
            assert desk.passphrase == "correct horse"
            await seen.press("escape")
            await seen.unlocking("locked")


class TestTheRecoveryCode:
    async def begin(self, seen: Window) -> None:
        await seen.unlocking("absent")
        await seen.press(*"longenough", "enter")
        await seen.until(lambda: seen.app.screen.query_one("#repeated").has_focus)
        await seen.press(*"longenough", "enter")
        await seen.sees("A recovery code is the one way back.")

    async def test_it_is_shown_once_and_confirmed_by_its_third_group(self, window: Opener) -> None:
        desk = ScriptedDesk(state="absent")
        async with window(desk) as seen:
            await self.begin(seen)
            await seen.press("enter")
            await seen.sees("ABCD EFGH JKLM NPQR")
            await seen.press(*"EFGH", "enter")
            await seen.sees("That is not group 3.")
            await seen.press(*"jklm", "enter")
            await seen.chatting()
            assert desk.has_code
            assert "ABCD" not in seen.text

    async def test_one_that_is_not_confirmed_opens_nothing(self, window: Opener) -> None:
        desk = ScriptedDesk(state="absent")
        async with window(desk) as seen:
            await self.begin(seen)
            await seen.press("enter")
            await seen.sees("ABCD EFGH JKLM NPQR")
            await seen.press("escape")
            await seen.chatting()
            await seen.until(lambda: not desk.has_code)

    async def test_it_can_be_done_without(self, window: Opener) -> None:
        desk = ScriptedDesk(state="absent")
        async with window(desk) as seen:
            await self.begin(seen)
            await seen.press("escape")
            await seen.chatting()
            assert not desk.has_code


class TestTheFirstRun:
    async def test_the_strength_of_the_passphrase_is_shown_while_it_is_chosen(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="absent")) as seen:
            await seen.unlocking("absent")
            await seen.press(*"longenough")
            await seen.sees("■■□□ Worth 10 characters.")
            await seen.press(*"longenough")
            await seen.sees("■■■■ Worth 20 characters.")

    async def test_it_says_that_nothing_can_be_recovered_and_what_is_encrypted(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="absent")) as seen:
            await seen.unlocking("absent")
            await seen.sees("no way to recover a forgotten passphrase")
            await seen.sees("documents and their index are not encrypted")

    async def test_a_passphrase_given_twice_begins_the_history(self, window: Opener) -> None:
        desk = ScriptedDesk(state="absent", documents=0)
        async with window(desk) as seen:
            await seen.unlocking("absent")
            await seen.press(*"longenough", "enter")
            await seen.until(lambda: seen.app.screen.query_one("#repeated").has_focus)
            await seen.press(*"longenough", "enter")
            await seen.sees("A recovery code is the one way back.")
            await seen.press("escape")
            await seen.chatting()
            assert desk.passphrase == "longenough"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            pytest.param(["short", "enter"], "Use at least 8 characters", id="too short"),
            pytest.param(["longenough", "enter", "different", "enter"], "passphrases differ", id="a slip"),
        ],
    )
    async def test_a_passphrase_is_not_taken(self, window: Opener, typed: list[str], said: str) -> None:
        desk = ScriptedDesk(state="absent")
        async with window(desk) as seen:
            await seen.unlocking("absent")
            for part in typed:
                await seen.press(*([part] if part == "enter" else part))
            await seen.sees(said)
            assert desk.state == "absent"


@pytest.mark.parametrize(
    "error",
    [
        HistoryInUseError("Another Inhouse holds this history."),
        HistoryUnsafeError("The folder is open to others."),
        HistoryDamagedError("The history is damaged."),
        RuntimeError("a bug"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_stands_in_the_way_is_shown_and_can_be_mended(window: Opener, error: Exception) -> None:
    desk = ScriptedDesk(state="locked", trouble_at_opening=error)
    async with window(desk) as seen:
        await seen.unlocking("trouble")
        await seen.sees(str(error).rstrip("."))
        assert "Traceback" not in seen.text
        desk.trouble_at_opening = None
        await seen.press("enter")
        await seen.unlocking("locked")


async def test_a_model_that_cannot_be_loaded_is_named_and_the_rest_works(window: Opener) -> None:
    async with window(ScriptedDesk(loading_fails=True)) as seen:
        await seen.chatting()
        await seen.sees("no model: The model's file is missing. Run scripts/chat once.")
        await seen.answered("Does it work?")


async def test_a_crash_while_loading_is_shown_and_the_window_lives(window: Opener) -> None:
    async with window(ScriptedDesk(trouble_at_loading=ZeroDivisionError("oops"))) as seen:
        await seen.chatting()
        await seen.sees("Something in Inhouse itself broke (ZeroDivisionError: oops)")
        await seen.answered("Still there?")


class TestSeveralPeopleShareAnAccount:
    async def test_the_screen_says_whose_history_it_is(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked", profile="anna")
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.sees("Profile: anna")
            assert "Another profile" not in seen.text

    async def test_another_one_is_chosen_before_anything_is_opened(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked", people=("", "anna", "ben"))
        async with window(desk) as seen:
            await seen.unlocking("locked")
            await seen.sees("The history of this account, of no profile")
            await seen.press("f3")
            await seen.sees("Whose history?")
            await seen.press("2")
            await seen.sees("Profile: ben")
            await seen.unlocking("locked")
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.chatting()
            assert desk.profile == "ben"

    async def test_the_profile_is_still_said_after_a_lock(self, window: Opener) -> None:
        async with window(ScriptedDesk(profile="anna", people=("anna", "ben"))) as seen:
            await seen.chatting()
            await seen.press("f12")
            await seen.locked()
            await seen.sees("Profile: anna")

    async def test_why_no_keyring_opens_it_is_said(self, window: Opener) -> None:
        async with window(ScriptedDesk(state="locked", remark="The policy lets no keyring open it.")) as seen:
            await seen.unlocking("locked")
            await seen.sees("The policy lets no keyring open it.")
