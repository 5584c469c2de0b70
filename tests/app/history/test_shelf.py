"""Conversations are named, tagged, pinned, archived, put into the bin, merged and rated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import HistoryDamagedError, UnknownConversationError, UnknownTurnError, UsageError
from app.history.history import History
from app.history.turns import ConversationSummary
from tests.app.history.rings import opened
from tests.app.vault.makings import edited


def only(history: History) -> ConversationSummary:
    [one] = history.conversations()
    return one


def test_a_title_is_given_and_taken_back(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "Where is the charter?").conversation
        history.shelf.rename(conversation, "  The\ncharter ")
        assert only(history).title == "The charter"
        history.shelf.rename(conversation, "")
        assert only(history).title == "Where is the charter?"


def test_tags_are_put_in_place_of_others(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        history.shelf.tag(conversation, ["Travel", " travel ", "", "two  words"])
        assert only(history).tags == ("Travel", "two words")
        history.shelf.tag(conversation, [])
        assert only(history).tags == ()


def test_what_was_said_about_a_conversation_outlives_another_turn(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        history.shelf.rename(conversation, "Mine")
        history.shelf.tag(conversation, ["one"])
        history.shelf.pin(conversation, pinned=True)
        history.shelf.archive(conversation, archived=True)
        history.begin_turn(conversation, "y")
    with opened(folder) as history:
        one = only(history)

    assert (one.title, one.tags, one.pinned, one.archived, one.turns) == ("Mine", ("one",), True, True, 2)


def test_the_bin_gives_back_what_was_put_into_it(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        history.shelf.put_in_bin(conversation)
        since = only(history).binned
        history.shelf.put_in_bin(conversation)
        assert since
        assert only(history).binned == since, "the first time counts"
        assert history.turns(conversation)
        history.shelf.take_from_bin(conversation)
        assert only(history).binned is None


def test_whoever_goes_on_with_it_takes_it_out_of_the_bin(folder: Path) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        history.shelf.put_in_bin(conversation)
        history.begin_turn(conversation, "y")
        assert only(history).binned is None


@pytest.mark.parametrize("title", ["x" * 201])
def test_a_title_that_is_too_long_changes_nothing(folder: Path, title: str) -> None:
    with opened(folder) as history:
        conversation = history.begin_turn(None, "x").conversation
        with pytest.raises(UsageError):
            history.shelf.rename(conversation, title)
        with pytest.raises(UsageError):
            history.shelf.tag(conversation, ["t" * 41])
        with pytest.raises(UsageError):
            history.shelf.tag(conversation, [f"tag {number}" for number in range(21)])
        assert (only(history).title, only(history).tags) == ("x", ())


def test_a_conversation_that_is_not_there_is_said_to_be_unknown(folder: Path) -> None:
    with opened(folder) as history:
        wanted: list[Callable[[], object]] = [
            lambda: history.shelf.rename("0" * 32, "x"),
            lambda: history.shelf.pin("zz", pinned=True),
            lambda: history.shelf.put_in_bin("0" * 32),
            lambda: history.drafts.keep("0" * 32, "x"),
            lambda: history.merge("0" * 32, ["1" * 32]),
        ]
        for do in wanted:
            with pytest.raises(UnknownConversationError):
                do()


def test_a_rating_is_kept_with_its_reason_and_taken_back(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "x")
        history.finish(handle.turn, "{}", state="complete")
        history.rate(handle.conversation, handle.turn, "bad", " wrong year ")
        history.rate(handle.conversation, handle.turn, "good", "right after all")
    with opened(folder) as history:
        [turn] = history.turns(handle.conversation)
        assert turn.rating
        assert (turn.rating.rating, turn.rating.reason) == ("good", "right after all")
        history.rate(handle.conversation, handle.turn, None)
        assert history.turns(handle.conversation)[0].rating is None
        with pytest.raises(UnknownTurnError):
            history.rate(handle.conversation, "0" * 32, "good")


class TestMerging:
    def test_the_turns_of_others_become_branches_and_the_others_go_to_the_bin(self, folder: Path) -> None:
        with opened(folder) as history:
            one, two = (self._with_two_turns(history, name) for name in ("one", "two"))
            history.shelf.tag(two, ["from two"])
            history.merge(one, [two])
            tree = history.tree(one)
            listed = {each.id: each for each in history.conversations()}

        assert [turn.prompt for turn in tree] == ["one 0", "one 1", "two 0", "two 1"]
        assert tree[0].siblings == tree[2].siblings == (tree[0].id, tree[2].id)
        assert tree[3].parent == tree[2].id
        assert (listed[one].turns, listed[one].tags, listed[one].binned) == (4, ("from two",), None)
        assert listed[two].binned

    def test_doing_it_again_adds_nothing_twice(self, folder: Path) -> None:
        with opened(folder) as history:
            one, two = (self._with_two_turns(history, name) for name in ("one", "two"))
            history.merge(one, [two])
            history.shelf.take_from_bin(two)
            history.merge(one, [two])
            assert len(history.tree(one)) == 4

    def test_what_is_shown_stays_shown(self, folder: Path) -> None:
        with opened(folder) as history:
            one, two = (self._with_two_turns(history, name) for name in ("one", "two"))
            history.merge(one, [two])
            assert [turn.prompt for turn in history.turns(one)] == ["one 0", "one 1"]

    def test_a_conversation_is_not_merged_with_itself(self, folder: Path) -> None:
        with opened(folder) as history:
            one = self._with_two_turns(history, "one")
            for others in ([], [one]):
                with pytest.raises(UsageError):
                    history.merge(one, others)

    def test_one_that_is_being_written_is_left_alone(self, folder: Path) -> None:
        with opened(folder) as history:
            one, two = self._with_two_turns(history, "one"), history.begin_turn(None, "two").conversation
            with pytest.raises(UsageError, match="being written"):
                history.merge(one, [two])

    def test_one_with_damaged_messages_is_not_left_behind_in_silence(self, folder: Path) -> None:
        with opened(folder) as history:
            one, two = (self._with_two_turns(history, name) for name in ("one", "two"))
        with edited(folder) as file:
            file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = 6")
        with opened(folder) as history:
            with pytest.raises(HistoryDamagedError):
                history.merge(one, [two])
            assert not any(each.binned for each in history.conversations())

    @staticmethod
    def _with_two_turns(history: History, name: str) -> str:
        conversation = None
        for number in range(2):
            handle = history.begin_turn(conversation, f"{name} {number}")
            history.finish(handle.turn, "{}", state="complete")
            conversation = handle.conversation
        return handle.conversation
