"""What is damaged becomes a placeholder; everything else opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import HistoryDamagedError
from app.history.turns import DAMAGED_CONVERSATION
from tests.app.history.rings import opened
from tests.app.vault.makings import edited

RESULT = "{}"


@pytest.fixture
def three_turns(folder: Path) -> tuple[Path, str]:
    """Records: prompt, piece, end; three times over."""
    with opened(folder) as history:
        conversation = None
        for number in range(3):
            handle = history.begin_turn(conversation, f"question {number}")
            conversation = handle.conversation
            history.append(handle.turn, f"answer {number}")
            history.finish(handle.turn, RESULT, state="complete")
    return folder, handle.conversation


@pytest.mark.parametrize(
    ("record", "prompts", "answers", "states"),
    [
        pytest.param(
            3,
            ["question 0", "1 message is damaged or was altered", "question 2"],
            ["answer 0", "answer 1", "answer 2"],
            ["complete", "complete", "complete"],
            id="a prompt",
        ),
        pytest.param(
            4,
            ["question 0", "question 1", "question 2"],
            ["answer 0", "\n[1 message is damaged or was altered]\n", "answer 2"],
            ["complete", "complete", "complete"],
            id="a piece of the answer",
        ),
        pytest.param(
            5,
            ["question 0", "question 1", "question 2"],
            ["answer 0", "answer 1\n[1 message is damaged or was altered]\n", "answer 2"],
            ["complete", "interrupted", "complete"],
            id="the end",
        ),
    ],
)
def test_a_damaged_message_is_a_placeholder_and_all_else_opens(
    three_turns: tuple[Path, str], record: int, prompts: list[str], answers: list[str], states: list[str]
) -> None:
    folder, conversation = three_turns
    with edited(folder) as file:
        file.execute("UPDATE message SET box = zeroblob(length(box)) WHERE rowid = ?", (record + 1,))

    with opened(folder) as history:
        turns = history.turns(conversation)
        history.begin_turn(conversation, "and on it goes")

    assert [turn.prompt for turn in turns] == prompts
    assert [turn.answer for turn in turns] == answers
    assert [turn.state for turn in turns] == states
    assert sum(turn.damaged for turn in turns) == 1


def test_a_whole_damaged_turn_is_one_placeholder(three_turns: tuple[Path, str]) -> None:
    folder, conversation = three_turns
    with edited(folder) as file:
        file.execute("DELETE FROM message WHERE rowid IN (4, 5, 6)")

    with opened(folder) as history:
        turns = history.turns(conversation)
        [notice] = history.notices

    assert [turn.prompt for turn in turns] == [
        "question 0",
        "3 messages are damaged or were altered",
        "question 2",
    ]
    assert "more or fewer messages" in notice


@pytest.mark.parametrize("column", ["ident", "meta", "head", "wrapped"])
def test_a_damaged_conversation_hides_no_other(folder: Path, column: str) -> None:
    with opened(folder) as history:
        broken = history.begin_turn(None, "broken")
        whole = history.begin_turn(None, "whole")
    with edited(folder) as file:
        file.execute(f"UPDATE conversation SET {column} = zeroblob(length({column})) WHERE rowid = 1")

    with opened(folder) as history:
        listed = history.conversations()
        turns = {one.id: history.turns(one.id) for one in listed}
        assert turns[whole.conversation][0].prompt == "whole"
        assert len(listed) == 2
        assert all(turns.values())
        assert history.notices
        if column == "head":
            assert turns[broken.conversation][0].prompt == "broken"
            with pytest.raises(HistoryDamagedError):
                history.begin_turn(broken.conversation, "more")
        if column in {"ident", "meta"}:
            assert [one.title for one in listed if one.damaged] == [DAMAGED_CONVERSATION]
        history.begin_turn(whole.conversation, "more")
