"""A conversation is a tree: what is asked again or otherwise begins a branch, and nothing is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UnknownTurnError
from app.history.history import History
from app.history.records import final_record, prompt_record
from app.history.tree import branch_of, leaf_of, tree_of
from app.history.turns import TurnRecord
from tests.app.history.rings import opened


def asked(history: History, conversation: str | None, prompt: str, after: str | None) -> tuple[str, str]:
    """A finished turn behind `after`; its conversation and its id."""
    handle = history.begin_turn(conversation, prompt, after=after)
    history.finish(handle.turn, "{}", state="complete")
    return handle.conversation, handle.turn


def prompts(turns: list[TurnRecord]) -> list[str]:
    return [turn.prompt for turn in turns]


@pytest.fixture
def edited(folder: Path) -> tuple[Path, str, dict[str, str]]:
    """Behind "a" come "b" with "c", and then "b, otherwise asked"."""
    with opened(folder) as history:
        conversation, a = asked(history, None, "a", None)
        _, b = asked(history, conversation, "b", a)
        _, c = asked(history, conversation, "c", b)
        _, other = asked(history, conversation, "b, otherwise", a)
    return folder, conversation, {"a": a, "b": b, "c": c, "other": other}


def test_the_branch_that_was_written_last_is_shown(edited: tuple[Path, str, dict[str, str]]) -> None:
    folder, conversation, _ = edited
    with opened(folder) as history:
        assert prompts(history.turns(conversation)) == ["a", "b, otherwise"]
        assert prompts(history.tree(conversation)) == ["a", "b", "c", "b, otherwise"]


def test_each_turn_knows_what_it_follows_and_what_stands_beside_it(
    edited: tuple[Path, str, dict[str, str]],
) -> None:
    folder, conversation, ids = edited
    with opened(folder) as history:
        a, b, c, other = history.tree(conversation)

    assert [turn.parent for turn in (a, b, c, other)] == [None, ids["a"], ids["b"], ids["a"]]
    assert b.siblings == other.siblings == (ids["b"], ids["other"])
    assert a.siblings == c.siblings == ()


def test_another_branch_is_shown_to_its_end_and_stays_shown(edited: tuple[Path, str, dict[str, str]]) -> None:
    folder, conversation, ids = edited
    with opened(folder) as history:
        assert prompts(history.choose_branch(conversation, ids["b"])) == ["a", "b", "c"]
    with opened(folder) as history:
        assert prompts(history.turns(conversation)) == ["a", "b", "c"]
        asked_next = history.begin_turn(conversation, "d")
        assert prompts(history.turns(conversation)) == ["a", "b", "c", "d"]
        assert history.tree(conversation)[-1].parent == ids["c"]
        assert history.tree(conversation)[-1].id == asked_next.turn


def test_a_branch_can_be_read_up_to_any_turn(edited: tuple[Path, str, dict[str, str]]) -> None:
    folder, conversation, ids = edited
    with opened(folder) as history:
        assert prompts(history.turns(conversation, to=ids["b"])) == ["a", "b"]
        assert history.turns(conversation, to=None) == []


def test_the_first_question_can_be_asked_otherwise_too(edited: tuple[Path, str, dict[str, str]]) -> None:
    folder, conversation, ids = edited
    with opened(folder) as history:
        _, again = asked(history, conversation, "a, otherwise", None)
        [shown] = history.turns(conversation)

    assert (shown.id, shown.parent, shown.siblings) == (again, None, (ids["a"], again))


@pytest.mark.parametrize("turn", ["0" * 32, "", "no turn"])
def test_behind_a_turn_that_is_not_there_nothing_begins(
    edited: tuple[Path, str, dict[str, str]], turn: str
) -> None:
    folder, conversation, _ = edited
    with opened(folder) as history:
        with pytest.raises(UnknownTurnError):
            history.begin_turn(conversation, "x", after=turn)
        with pytest.raises(UnknownTurnError):
            history.begin_turn(None, "x", after=turn)
        with pytest.raises(UnknownTurnError):
            history.choose_branch(conversation, turn)
        assert len(history.tree(conversation)) == 4


parents = st.lists(st.integers(0, 100), min_size=1, max_size=30).map(
    lambda drawn: [None if at == 0 or number % 7 == 6 else number % at for at, number in enumerate(drawn)]
)


def identity(number: int) -> str:
    return f"f{number:031x}"


def written(parents: list[int | None]) -> list[bytes]:
    records = []
    for at, parent in enumerate(parents):
        turn = identity(at)
        named = None if parent is None else identity(parent)
        records.append(prompt_record(turn, "t", f"prompt {at}", named))
        records.append(final_record(turn, "t", "complete", "{}"))
    return records


@given(parents)
def test_every_turn_is_on_the_branch_that_ends_with_it(parents: list[int | None]) -> None:
    tree = tree_of(written(parents), frozenset())

    for turn in tree:
        branch = branch_of(tree, turn.id)
        assert branch[-1] == turn
        assert [one.parent for one in branch] == [None, *(one.id for one in branch[:-1])]
        assert turn in branch_of(tree, leaf_of(tree, turn.id))


@given(parents, st.data())
def test_no_damaged_message_is_passed_over(parents: list[int | None], data: st.DataObject) -> None:
    """Whatever does not open, every other turn is on some branch, and every placeholder too."""
    records: list[bytes | None] = list(written(parents))
    for at in data.draw(st.sets(st.integers(0, len(records) - 1))):
        records[at] = None
    tree = tree_of(records, frozenset())
    ends: list[str | None] = [turn.id for turn in tree if not turn.lost]

    shown = {turn.id for end in ends or [None] for turn in (branch_of(tree, end) or tree)}

    assert shown == {turn.id for turn in tree}
    assert sum(turn.damaged for turn in tree) == records.count(None)


def test_two_turns_of_one_id_lead_nobody_in_circles() -> None:
    """No history of ours has that; a file that is imported might."""
    one, two = identity(1), identity(2)
    records = [
        prompt_record(turn, "t", "text", parent) for turn, parent in ((one, None), (two, one), (one, two))
    ]
    tree = tree_of(records, frozenset())

    assert branch_of(tree, leaf_of(tree, one))
