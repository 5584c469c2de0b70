"""What is erased is gone, nothing else is, and a clock that jumps erases nothing early."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import UnknownConversationError, UsageError
from app.history.core import Core
from app.history.erasing import Erased
from app.history.history import History
from app.history.rules import HistoryRules
from app.history.steady import SteadyClock
from app.history.tidying import Tidied, tidy
from tests.app.history.rings import opened
from tests.app.vault.makings import edited

DAY = 24 * 3600
YEAR = 365 * DAY


def tidied(history: History, rules: HistoryRules) -> Tidied:
    """What is done by itself under these rules of the site."""
    history.core.rules = rules
    return tidy(history.core)


class Wall:
    """A system clock that the test turns."""

    def __init__(self) -> None:
        self.now = 20 * YEAR

    def __call__(self) -> float:
        return float(self.now)

    def days(self, core: Core, number: int) -> None:
        """Days on which the program is opened."""
        for _ in range(number):
            self.now += DAY
            core.seconds()


@pytest.fixture
def wall() -> Wall:
    return Wall()


def turned(folder: Path, wall: Wall) -> History:
    history = opened(folder)
    history.core.steady = SteadyClock(wall)
    return history


def written(history: History, prompt: str) -> str:
    handle = history.begin_turn(None, prompt)
    history.finish(handle.turn, "{}", state="complete")
    return handle.conversation


def test_what_is_erased_is_gone_with_its_draft_and_all_else_stays(folder: Path) -> None:
    with opened(folder) as history:
        gone, stays = written(history, "gone"), written(history, "stays")
        for one in (gone, stays):
            history.drafts.keep(one, "a draft")
        assert history.erasing.erase([gone, gone]) == Erased(1, 2)
        with pytest.raises(UnknownConversationError):
            history.turns(gone)
        with pytest.raises(UnknownConversationError):
            history.drafts.keep(gone, "x")
    with opened(folder) as history:
        assert [one.title for one in history.conversations()] == ["stays"]
        assert history.drafts.draft(stays) == "a draft"
        assert history.drafts.draft(gone) == ""
        assert history.notices == ()


def test_everything_is_erased_at_once(folder: Path) -> None:
    with opened(folder) as history:
        for name in ("one", "two"):
            written(history, name)
        history.drafts.keep(None, "typed")
        history.choices.remember_search("charter")
        assert history.erasing.erase_all() == Erased(2, 4)
        assert (history.conversations(), history.drafts.draft(None), history.choices.searches()) == (
            [],
            "",
            [],
        )


def test_one_unknown_id_and_nothing_is_destroyed(folder: Path) -> None:
    with opened(folder) as history:
        one = written(history, "one")
        with pytest.raises(UnknownConversationError):
            history.erasing.erase([one, "0" * 32])
        assert history.turns(one)


def test_what_is_being_written_is_not_erased(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "x")
        with pytest.raises(UsageError, match="being written"):
            history.erasing.erase([handle.conversation])


def test_a_damaged_conversation_can_be_erased(folder: Path) -> None:
    with opened(folder) as history:
        written(history, "x")
    with edited(folder) as file:
        file.execute("UPDATE conversation SET ident = zeroblob(length(ident))")
    with opened(folder) as history:
        [one] = history.conversations()
        assert history.erasing.erase([one.id]).conversations == 1
        assert history.conversations() == []


def test_the_draft_of_a_conversation_that_does_not_open_goes_with_all_the_others(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        history.drafts.keep(conversation, "a draft")
    with edited(folder) as file:
        file.execute("UPDATE conversation SET ident = zeroblob(46)")

    with opened(folder) as history:
        history.erasing.erase_all()

        with history.core.at_work() as vault:
            assert not any(name.startswith("draft") for name in vault.settings()[0])


def test_a_hold_stops_every_destruction(folder: Path, wall: Wall) -> None:
    with turned(folder, wall) as history:
        one = written(history, "x")
        history.shelf.put_in_bin(one)
        history.choices.put_hold(on=True)
        wall.days(history.core, 400)
        with pytest.raises(UsageError, match="hold"):
            history.erasing.erase([one])
        with pytest.raises(UsageError, match="hold"):
            history.erasing.erase_all()
        done = tidied(history, HistoryRules(bin_days=1, retention_days=1))
        assert (done.words, len(history.conversations())) == ("", 1)
        history.choices.put_hold(on=False)
        assert history.erasing.erase([one]).conversations == 1


def test_the_bin_is_emptied_after_its_days_if_somebody_said_so(folder: Path, wall: Wall) -> None:
    with turned(folder, wall) as history:
        binned, kept = written(history, "binned"), written(history, "kept")
        history.shelf.put_in_bin(binned)
        wall.days(history.core, 31)
        assert tidied(history, HistoryRules()).words == ""
        assert "1 from the bin" in tidied(history, HistoryRules(bin_days=30)).words
        assert [one.id for one in history.conversations()] == [kept]


@pytest.mark.parametrize(
    ("chosen", "policy", "after", "left"),
    [
        pytest.param(None, 0, 4_000, 1, id="off by default"),
        pytest.param(30, 0, 29, 1, id="not yet"),
        pytest.param(30, 0, 30, 0, id="the person's choice"),
        pytest.param(None, 30, 30, 0, id="the policy"),
        pytest.param(10, 30, 10, 0, id="the shorter of both"),
        pytest.param(100, 30, 30, 0, id="and the other way round"),
    ],
)
def test_what_had_no_new_turn_for_its_days_is_erased(
    folder: Path, wall: Wall, chosen: int | None, policy: int, after: int, left: int
) -> None:
    with turned(folder, wall) as history:
        written(history, "x")
        history.choices.put_retention_days(chosen)
        wall.days(history.core, after)
        tidied(history, HistoryRules(retention_days=policy))
        assert len(history.conversations()) == left


@pytest.mark.parametrize("jump", [YEAR, -YEAR, 10 * YEAR, -10 * YEAR], ids=["+1", "-1", "+10", "-10"])
def test_a_jump_of_the_clock_erases_nothing_early(folder: Path, wall: Wall, jump: int) -> None:
    """Before and after writing, there and back again, over openings."""
    rules = HistoryRules(bin_days=30, retention_days=30)
    with turned(folder, wall) as history:
        written(history, "before")
        wall.days(history.core, 20)
    for step in (jump, -jump, jump):
        wall.now += step
        with turned(folder, wall) as history:
            history.shelf.put_in_bin(written(history, "meanwhile"))
            tidied(history, rules)
            wall.days(history.core, 1)
    with turned(folder, wall) as history:
        assert tidied(history, rules).words == ""
        assert len(history.conversations()) == 4


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_a_retention_that_makes_no_sense_is_refused(folder: Path, days: int) -> None:
    with opened(folder) as history, pytest.raises(UsageError):
        history.choices.put_retention_days(days)


def test_choices_are_off_until_they_are_switched_on_and_outlive_an_opening(folder: Path) -> None:
    with opened(folder) as history:
        choices = history.choices
        assert (choices.consent, choices.hold, choices.retention_days) == (False, False, None)
        choices.put_consent(on=True)
        choices.put_retention_days(90)
        for query in ("one", "two", " one "):
            choices.remember_search(query)
    with opened(folder) as history:
        choices = history.choices
        assert (choices.consent, choices.retention_days, choices.searches()) == (True, 90, ["one", "two"])
        choices.put_remembers_searches(on=False)
        choices.remember_search("three")
        assert choices.searches() == []


def test_drafts_are_kept_per_conversation_and_for_a_new_one(folder: Path) -> None:
    with opened(folder) as history:
        one = written(history, "x")
        history.drafts.keep(one, "about x")
        history.drafts.keep(None, "lone \ud800 surrogate")
    with opened(folder) as history:
        assert (history.drafts.draft(one), history.drafts.draft(None)) == ("about x", "lone \ud800 surrogate")
        history.drafts.keep(one, "")
        assert history.drafts.draft(one) == ""
        with pytest.raises(UsageError):
            history.drafts.keep(one, "x" * 200_001)
