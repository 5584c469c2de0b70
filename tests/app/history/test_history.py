"""What was asked and answered comes back, in order, from one process at a time."""

from __future__ import annotations

import json
import resource
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest

from app.errors import (
    HistoryError,
    HistoryInUseError,
    HistoryLockedError,
    HistoryNotSavedError,
    HistoryUnsafeError,
    UnknownConversationError,
)
from app.history.attempts import WrongAttempts
from app.history.history import History
from app.history.turns import Ending
from app.vault.keys import FLOOR
from tests.app.history.rings import opened
from tests.app.vault.makings import PASSPHRASE

RESULT = json.dumps({"answer": "Room 4.", "outcome": "answered"})


def test_a_history_is_begun_and_opened_again(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "history"
    assert History.state(place) == "absent"
    with History.create(place, PASSPHRASE, kdf=FLOOR) as history:
        handle = history.begin_turn(None, "Where is the charter?")

    assert History.state(place) == "present"
    with History.open(place, PASSPHRASE) as history:
        assert [turn.prompt for turn in history.turns(handle.conversation)] == ["Where is the charter?"]
        assert history.notices == ()


def test_a_turn_comes_back_with_all_it_held(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "Wo liegt die Satzung?\nBitte genau.")
        history.append(handle.turn, "In Raum ")
        history.append(handle.turn, "4.")
        history.finish(handle.turn, RESULT, state="complete")
    with opened(folder) as history:
        [turn] = history.turns(handle.conversation)
        [listed] = history.conversations()

    assert (turn.id, turn.prompt) == (handle.turn, "Wo liegt die Satzung?\nBitte genau.")
    assert (turn.answer, turn.state, turn.result) == ("In Raum 4.", "complete", RESULT)
    assert datetime.fromisoformat(turn.started).utcoffset() is not None
    assert (listed.id, listed.title, listed.turns) == (handle.conversation, "Wo liegt die Satzung?", 1)
    assert listed.created <= listed.updated
    assert (len(handle.turn), len(handle.conversation)) == (32, 32)


@pytest.mark.parametrize("state", ["complete", "stopped", "failed", "refused"])
def test_each_ending_is_kept(folder: Path, state: Ending) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "question")
        history.finish(handle.turn, RESULT, state=state)
        assert history.turns(handle.conversation)[0].state == state


def test_a_turn_is_being_written_until_the_process_ends_and_interrupted_then(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "question")
        history.append(handle.turn, "so far")
        assert history.turns(handle.conversation)[0].state == "writing"
    with opened(folder) as history:
        [turn] = history.turns(handle.conversation)

    assert (turn.state, turn.answer, turn.result) == ("interrupted", "so far", None)


def test_conversations_are_listed_newest_first(folder: Path) -> None:
    with opened(folder) as history:
        first = history.begin_turn(None, "first")
        second = history.begin_turn(None, "second")
        history.begin_turn(first.conversation, "first again")
        listed = history.conversations()

    assert [(one.title, one.turns) for one in listed] == [("first", 2), ("second", 1)]
    assert [one.id for one in listed] == [first.conversation, second.conversation]


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        pytest.param("\n\n  Second line \nthird", "Second line", id="the first line with something in it"),
        pytest.param("x" * 61, "x" * 59 + "…", id="cut at sixty"),
        pytest.param("x" * 60, "x" * 60, id="sixty is not cut"),
        pytest.param(" \n", "Untitled", id="nothing to say"),
        pytest.param("lone \ud800 surrogate", "lone \ud800 surrogate", id="text that is not Unicode"),
    ],
)
def test_the_title_is_the_first_line(folder: Path, prompt: str, title: str) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, prompt)
        assert history.conversations()[0].title == title
        assert history.turns(handle.conversation)[0].prompt == prompt


def test_two_turns_of_one_conversation_may_be_written_at_once(folder: Path) -> None:
    with opened(folder) as history:
        one = history.begin_turn(None, "one")
        two = history.begin_turn(one.conversation, "two")
        history.append(two.turn, "2")
        history.append(one.turn, "1")
        history.finish(two.turn, RESULT, state="complete")
        answers = [(turn.prompt, turn.answer, turn.state) for turn in history.turns(one.conversation)]

    assert answers == [("one", "1", "writing"), ("two", "2", "complete")]


def test_threads_may_share_it(folder: Path) -> None:
    with opened(folder) as history:

        def write(name: str) -> None:
            handle = history.begin_turn(None, name)
            for number in range(25):
                history.append(handle.turn, f"{name}{number} ")
                history.conversations()
            history.finish(handle.turn, RESULT, state="complete")

        threads = [Thread(target=write, args=(name,)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers = {one.title: history.turns(one.id)[0].answer for one in history.conversations()}

    assert answers == {name: "".join(f"{name}{number} " for number in range(25)) for name in ("a", "b")}


def test_an_unknown_conversation_is_said_to_be_unknown(folder: Path) -> None:
    with opened(folder) as history:
        for wrong in ("0" * 32, "zz", ""):
            with pytest.raises(UnknownConversationError):
                history.turns(wrong)
            with pytest.raises(UnknownConversationError):
                history.begin_turn(wrong, "question")


def test_a_turn_that_is_not_being_written_takes_nothing(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "question")
        history.finish(handle.turn, RESULT, state="complete")
        with pytest.raises(ValueError, match="no such turn"):
            history.append(handle.turn, "late")


def test_a_closed_history_is_locked(folder: Path) -> None:
    history = opened(folder)
    handle = history.begin_turn(None, "question")
    history.close()
    history.close()

    for use in (
        lambda: history.begin_turn(None, "x"),
        lambda: history.append(handle.turn, "x"),
        history.conversations,
        lambda: history.turns(handle.conversation),
    ):
        with pytest.raises(HistoryLockedError):
            use()


def test_a_second_one_is_told_that_it_is_in_use(folder: Path) -> None:
    with opened(folder), pytest.raises(HistoryInUseError) as refusal:
        opened(folder)
    assert refusal.value.remedy


def test_what_others_can_reach_is_unsafe(folder: Path) -> None:
    folder.chmod(0o755)

    with pytest.raises(HistoryUnsafeError, match="history folder"):
        opened(folder)


def test_where_there_is_none_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="no history"):
        History.open(tmp_path / "none", PASSPHRASE)


@pytest.mark.parametrize("weak", ["", "seven77", "cafe\u0301 123"[:8]])
def test_a_short_passphrase_begins_nothing(tmp_path: Path, weak: str) -> None:
    with pytest.raises(HistoryLockedError) as refusal:
        History.create(tmp_path / "history", weak, kdf=FLOOR)

    assert "cannot be recovered" in refusal.value.remedy
    assert History.state(tmp_path / "history") == "absent"


def test_a_wrong_passphrase_says_always_the_same_and_makes_the_next_try_wait(folder: Path) -> None:
    waited: list[float] = []
    attempts = WrongAttempts(sleep=waited.append, clock=lambda: 100.0)
    said = set()
    for wrong in ("wrong one", "another wrong one", "a third"):
        with pytest.raises(HistoryLockedError) as refusal:
            History.open(folder, wrong, attempts=attempts)
        said.add((str(refusal.value), refusal.value.remedy))
    History.open(folder, PASSPHRASE, attempts=attempts).close()
    History.open(folder, PASSPHRASE, attempts=attempts).close()

    assert len(said) == 1
    assert waited == [1.0, 2.0, 4.0]


def test_a_disk_that_refuses_leaves_the_turn_ready_for_another_try(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(folder) as history:
        handle = history.begin_turn(None, "question")
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
        try:
            with pytest.raises(HistoryNotSavedError):
                history.append(handle.turn, "x" * 200_000)
            with pytest.raises(HistoryNotSavedError):
                history.finish(handle.turn, "x" * 200_000, state="complete")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        history.append(handle.turn, "answer")
        history.finish(handle.turn, RESULT, state="complete")
    with opened(folder) as history:
        [turn] = history.turns(handle.conversation)
        assert (turn.answer, turn.state, history.notices) == ("answer", "complete", ())


def test_a_result_above_the_ceiling_is_refused_in_words(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "question")
        with pytest.raises(HistoryNotSavedError, match="16 MiB"):
            history.finish(handle.turn, "x" * (16 * 2**20), state="complete")
        history.finish(handle.turn, "x" * (2 * 2**20), state="complete")
        assert history.turns(handle.conversation)[0].result == "x" * (2 * 2**20)


def test_text_stays_out_of_repr(folder: Path) -> None:
    with opened(folder) as history:
        handle = history.begin_turn(None, "my diary")
        shown = repr((history.conversations(), history.turns(handle.conversation), handle, history))

    assert "diary" not in shown
