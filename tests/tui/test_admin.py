"""Where an admin signs what is answered from, the window asks for the role and says who vouches for what."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from app.errors import AdminError
from app.tui.office import About, Rules
from app.tui.screens.admin import AdminScreen
from app.tui.screens.facts import FactsScreen
from app.tui.screens.small import MenuScreen
from tests.tui.answers import conversation, kept_turn
from tests.tui.conftest import Opener, Window
from tests.tui.scripted_desk import ScriptedDesk

PASSPHRASE = "seven brass keys"
FINGERPRINT = "3f2a 90c1 77de 0b14"


async def give(seen: Window, passphrase: str) -> None:
    await seen.until(lambda: isinstance(seen.app.screen, AdminScreen) and seen.app.screen.focused)
    seen.app.screen.query_one(Input).value = passphrase
    await seen.press("enter")


@pytest.mark.asyncio
class TestAddingWhereThereIsAnAdmin:
    async def test_the_passphrase_is_asked_for_and_the_adding_goes_on(self, window: Opener) -> None:
        desk = ScriptedDesk(admin=PASSPHRASE)
        async with window(desk) as seen:
            await seen.chatting()
            await seen.add("/tmp/in")
            await give(seen, PASSPHRASE)
            await seen.sees("14 added. All files were read.")
            assert desk.added == [Path("/tmp/in")] * 2, "tried once without the role and once with it"
            await seen.press("escape")
            await seen.until(lambda: "admin for 15 min" in seen.status)

    async def test_a_wrong_one_gets_constant_words_and_another_try(self, window: Opener) -> None:
        async with window(ScriptedDesk(admin=PASSPHRASE)) as seen:
            await seen.chatting()
            await seen.add("/tmp/in")
            await give(seen, "nonsense")
            await seen.sees("The admin key could not be opened with this passphrase.")
            assert seen.app.screen.query_one(Input).value == ""
            await give(seen, PASSPHRASE)
            await seen.sees("14 added.")

    async def test_what_is_typed_is_never_on_the_screen(self, window: Opener) -> None:
        async with window(ScriptedDesk(admin=PASSPHRASE)) as seen:
            await seen.chatting()
            await seen.add("/tmp/in")
            await seen.until(lambda: isinstance(seen.app.screen, AdminScreen) and seen.app.screen.focused)
            await seen.press(*"zebra")
            await seen.sees("•••••")
            assert "zebra" not in seen.text

    async def test_whoever_cancels_adds_nothing(self, window: Opener) -> None:
        desk = ScriptedDesk(admin=PASSPHRASE)
        async with window(desk) as seen:
            await seen.chatting()
            await seen.add("/tmp/in")
            await seen.until(lambda: isinstance(seen.app.screen, AdminScreen) and seen.app.screen.focused)
            await seen.press("escape")
            await seen.until(lambda: seen.app.screen is seen.chat)
            assert not seen.app.adding.running
            assert "adding" not in seen.status

    async def test_the_role_is_given_back_before_its_time(self, window: Opener) -> None:
        desk = ScriptedDesk(admin=PASSPHRASE, admin_left=120.0)
        async with window(desk) as seen:
            await seen.chatting()
            await seen.until(lambda: "admin for 2 min" in seen.status)
            offered = {command.title: command for command in seen.app.get_system_commands(seen.chat)}
            offered["Give the admin role back"].callback()
            await seen.sees("The admin's role is given back.")
            await seen.until(lambda: "admin for" not in seen.status)

    async def test_a_lock_takes_the_question_for_the_role_away(self, window: Opener) -> None:
        async with window(ScriptedDesk(admin=PASSPHRASE)) as seen:
            await seen.chatting()
            await seen.add("/tmp/in")
            await seen.until(lambda: isinstance(seen.app.screen, AdminScreen) and seen.app.screen.focused)
            await seen.press("f12")
            await seen.locked()


@pytest.mark.asyncio
class TestWhoVouches:
    async def test_an_admin_who_is_not_known_yet_is_shown_once(self, window: Opener) -> None:
        desk = ScriptedDesk(unmet=FINGERPRINT)
        async with window(desk) as seen:
            await seen.until(lambda: isinstance(seen.app.screen, FactsScreen))
            await seen.sees(FINGERPRINT)
            await seen.sees("Compare it with the admin")
            await seen.press("escape", "f12")
            await seen.locked()
            await seen.press(*"correct", "space", *"horse", "enter")
            await seen.chatting()

    async def test_about_names_admin_signature_profile_and_versions(self, window: Opener) -> None:
        facts = About(
            fingerprint=FINGERPRINT,
            documents="signed by the admin",
            profile="anna",
            versions=(("inhouse", "1.2.3"),),
        )
        async with window(ScriptedDesk(facts=facts, admin_left=61.0)) as seen:
            await seen.chatting()
            seen.app.office.about()
            for words in (
                f"Admin's fingerprint: {FINGERPRINT}",
                "Documents: signed by the admin",
                "Profile: anna",
                "You are the admin for 2 min.",
                "inhouse 1.2.3",
            ):
                await seen.sees(words)


@pytest.mark.asyncio
class TestThePolicyOfTheSite:
    async def test_only_allowed_ways_to_answer_are_offered(self, window: Opener) -> None:
        desk = ScriptedDesk(rules=Rules(modes=("documents_only", "documents_first")))
        async with window(desk) as seen:
            await seen.chatting()
            titles = [command.title for command in seen.app.get_system_commands(seen.chat)]
            assert "Answer from documents first" in titles
            assert "Answer freely" not in titles
            await seen.press("ctrl+t")
            await seen.until(lambda: "documents first" in seen.status)
            await seen.press("ctrl+t")
            await seen.until(lambda: "documents first" not in seen.status)
            assert "FREE" not in seen.status

    async def test_a_single_way_is_said_to_be_the_only_one(self, window: Opener) -> None:
        async with window(ScriptedDesk(rules=Rules(modes=("documents_only",)))) as seen:
            await seen.chatting()
            await seen.press("ctrl+t")
            await seen.sees("The policy of this site allows no other way to answer.")

    async def test_exports_that_are_forbidden_are_said_to_be(self, window: Opener) -> None:
        desk = ScriptedDesk(
            rules=Rules(export=False),
            past={"c-old": [kept_turn(0)]},
            listed=[conversation("c-old", "Mileage")],
        )
        async with window(desk) as seen:
            await seen.chatting()
            await seen.listing()
            await seen.press("ctrl+r")
            await seen.until(lambda: isinstance(seen.app.screen, MenuScreen) and seen.app.screen.focused)
            await seen.sees("Export: not allowed here")
            await seen.press("x")
            await seen.sees("does not allow conversations to be written out in clear")

    async def test_a_policy_that_cannot_be_trusted_stays_on_the_status_line(self, window: Opener) -> None:
        trouble = "The policy that was here is gone."
        async with window(ScriptedDesk(rules=Rules(trouble=trouble))) as seen:
            await seen.chatting()
            await seen.until(lambda: trouble in seen.status)


@pytest.mark.asyncio
class TestNotices:
    async def test_each_is_said_once_and_new_ones_within_a_minute(self, window: Opener) -> None:
        desk = ScriptedDesk(told=["No copy of the history was taken."])
        async with window(desk) as seen:
            await seen.chatting()
            await seen.sees("No copy of the history was taken.")
            desk.told.append("The audit log cannot be written.")
            seen.app.noticing.look()
            await seen.sees("The audit log cannot be written.")
            assert seen.text.count("No copy of the history") == 1
            seen.app.clear_notifications()
            seen.app.noticing.look()
            await seen.app.workers.wait_for_complete()
            await seen.pilot.pause()
            assert "The audit log" not in seen.text

    async def test_nothing_is_asked_while_the_history_is_locked(self, window: Opener) -> None:
        desk = ScriptedDesk(state="locked", told=["Something is wrong."])
        async with window(desk) as seen:
            await seen.unlocking("locked")
            seen.app.noticing.look()
            await seen.pilot.pause()
            assert "Something is wrong." not in seen.text


@pytest.mark.asyncio
async def test_a_remark_that_belongs_to_another_failure_is_shown_as_it_is(window: Opener) -> None:
    desk = ScriptedDesk(trouble_at_adding=AdminError("admin.json cannot be read.", "Restore it."))
    async with window(desk) as seen:
        await seen.chatting()
        await seen.add("/tmp/in")
        await seen.sees("admin.json cannot be read. Restore it.")
