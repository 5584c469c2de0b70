"""The way into the history, as the window uses it: with real keys, on a real disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.assembly import Parts
from app.contract import SearchFilters
from app.desk import AssembledDesk
from app.errors import AdminError, AdminNeededError, HistoryLockedError, SettingsError
from app.locations import locate
from app.settings import HistorySettings, Settings, WindowSettings
from app.tui.entrance import Owner
from app.tui.office import Rules
from app.vault.keys import KdfCost

PASSPHRASE = "seven quiet lanterns walk home"
ADMIN = "nine copper kettles sing"
CHEAP = KdfCost(memory=64 * 1024, passes=3, lanes=1)
OTHER = "a violin under the wet bridge"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AssembledDesk]:
    settings = Settings(window=WindowSettings(lock_minutes=3), history=HistorySettings(backup_days=0))
    made = AssembledDesk(Parts(locate({"INHOUSE_HOME": str(tmp_path / "home")}), settings), {})
    yield made
    made.close()


def test_a_locked_desk_gives_nothing_away_and_the_passphrase_brings_it_back(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    desk.keeping().keep_draft(None, "half a question")
    desk.lock()

    assert desk.history_state() == "locked"
    for ask in (desk.keeping, desk.conversations, desk.notices, desk.new_recovery_code):
        with pytest.raises(HistoryLockedError):
            ask()
    desk.lock()
    desk.unlock(PASSPHRASE)
    assert desk.keeping().draft(None) == "half a question"
    assert desk.notices() == ()


def test_a_wrong_passphrase_makes_the_next_one_wait(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    desk.lock()
    assert desk.seconds_to_wait() == 0

    with pytest.raises(HistoryLockedError):
        desk.unlock(OTHER)

    assert 0 < desk.seconds_to_wait() <= 1


def test_the_recovery_code_replaces_a_forgotten_passphrase(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.lock()

    desk.recover(code, OTHER)
    desk.lock()

    desk.unlock(OTHER)
    assert desk.history_state() == "open"


def test_a_code_that_was_dropped_opens_nothing_and_leaves_no_lock(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.drop_recovery_code()
    desk.lock()

    with pytest.raises(HistoryLockedError):
        desk.recover(code, OTHER)
    desk.unlock(PASSPHRASE)


def test_a_weak_new_passphrase_leaves_the_history_locked(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    code = desk.new_recovery_code()
    desk.lock()

    with pytest.raises(HistoryLockedError):
        desk.recover(code, "password")

    assert desk.history_state() == "locked"
    desk.unlock(PASSPHRASE)


def test_the_search_is_there_as_soon_as_the_history_is_open(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)

    found = desk.keeping().search("anything", SearchFilters())

    assert (found.hits, found.searched, found.of) == ([], 0, 0)


def test_the_window_locks_when_the_settings_say(desk: AssembledDesk) -> None:
    assert desk.lock_minutes == 3


@pytest.mark.parametrize(("passphrase", "least"), [("qwertyuiop", 0), (PASSPHRASE, 3)], ids=["bad", "good"])
def test_the_strength_of_a_passphrase(desk: AssembledDesk, passphrase: str, least: int) -> None:
    found = desk.strength(passphrase)

    assert found.score >= least
    assert (found.score == 0) == (least == 0)
    assert passphrase not in found.words


def test_whose_history_it_is_can_be_chosen_before_it_is_opened(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)
    desk.keeping().keep_draft(None, "of the account")
    assert desk.owner() == Owner()

    desk.choose_profile("anna")
    assert desk.history_state() == "absent"
    desk.create_history(OTHER)
    assert desk.keeping().draft(None) == ""
    assert desk.owner() == Owner(profile="anna", others=("",))

    desk.choose_profile("")
    assert desk.history_state() == "locked"
    assert desk.owner() == Owner(others=("anna",))
    desk.unlock(PASSPHRASE)
    assert desk.keeping().draft(None) == "of the account"


def test_a_name_that_no_profile_can_have_changes_nothing(desk: AssembledDesk) -> None:
    desk.create_history(PASSPHRASE)

    with pytest.raises(SettingsError):
        desk.choose_profile("../up")

    assert desk.history_state() == "open"


class TestWhereThereIsAnAdmin:
    @pytest.fixture(autouse=True)
    def key(self, desk: AssembledDesk) -> None:
        desk._parts.administration.create(ADMIN, CHEAP)
        desk._parts.administration.lock()

    def test_the_role_is_proven_by_its_passphrase_alone_and_given_back(self, desk: AssembledDesk) -> None:
        with pytest.raises(AdminError):
            desk.unlock_admin(PASSPHRASE)
        assert desk.status().admin_minutes == 0

        desk.unlock_admin(ADMIN)
        assert desk.status().admin_minutes == 15

        desk.lock_admin()
        assert desk.admin_seconds() == 0
        with pytest.raises(AdminNeededError):
            desk._parts.administration.require("docs.add")

    def test_locking_the_window_gives_it_back_as_well(self, desk: AssembledDesk) -> None:
        desk.unlock_admin(ADMIN)

        desk.lock()

        assert desk.admin_seconds() == 0
        with pytest.raises(AdminNeededError):
            desk._parts.administration.require("docs.add")

    def test_nothing_is_added_without_it(self, desk: AssembledDesk, tmp_path: Path) -> None:
        with pytest.raises(AdminNeededError):
            desk.add_documents([tmp_path], lambda _: None)

    def test_whoever_begins_a_history_is_shown_the_fingerprint_once(self, desk: AssembledDesk) -> None:
        desk.create_history(PASSPHRASE)

        assert desk.new_admin() == desk.about().fingerprint != ""
        assert desk.new_admin() == ""

    def test_about_says_whether_the_documents_are_signed(self, desk: AssembledDesk) -> None:
        told = desk.about()

        assert told.documents == "signed by the admin"
        assert dict(told.versions).keys() >= {"inhouse", "Python", "SQLite"}

    def test_what_the_policy_forbids_is_known_to_the_window(
        self, desk: AssembledDesk, tmp_path: Path
    ) -> None:
        file = tmp_path / "policy.yaml"
        file.write_text("history: {export: false, keyring: false}\nanswer: {modes: [documents_first]}\n")
        desk.unlock_admin(ADMIN)
        desk._parts.policy.publish(file)

        status = desk.status()

        assert (status.mode, status.rules) == (
            "documents_first",
            Rules(modes=("documents_first",), export=False),
        )
        assert "keyring" in desk.owner().remark

    def test_a_policy_that_nobody_signed_allows_nothing_and_says_why(self, desk: AssembledDesk) -> None:
        policy = desk._parts.locations.policy
        policy.parent.mkdir(parents=True)
        policy.write_text("history: {export: true}\n")

        rules = desk.rules()

        assert not rules.export
        assert "sign" in rules.trouble
