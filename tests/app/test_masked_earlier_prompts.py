"""A secret that was masked in its own turn does not reach the model with the next one either."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.history.history import History
from app.recorders import KeptTurns, UnkeptTurns
from app.result import shape_of
from app.stages.normalise_prompt import NormalisePrompt
from app.stages.screen_prompt import ScreenPrompt
from app.stages.stage import Channel
from app.turn import Exchange, Turn
from app.vault.keys import FLOOR
from safety.profiles import prompt_policy

SECRET = "AKIAIOSFODNN7EXAMQLE"
PROMPT = f"Which bucket does the key {SECRET} open?"


def _finished(recorder: KeptTurns | UnkeptTurns) -> str:
    """Record a turn whose prompt carried a secret; the conversation's id."""
    handle = recorder.begin_turn(None, PROMPT)
    channel = Channel(lambda event: None)
    turn = Turn(conversation=handle.conversation, id=handle.turn, prompt=PROMPT, outcome="answered")
    for stage in (NormalisePrompt(), ScreenPrompt(prompt_policy())):
        turn = stage.run(turn, channel)
    recorder.finish(handle.turn, shape_of(turn).model_dump_json(), state="complete")
    return handle.conversation


def test_from_the_sealed_history(tmp_path: Path) -> None:
    with History.create(tmp_path / "history", "correct horse battery", kdf=FLOOR) as history:
        recorder = KeptTurns(history)
        [(prompt, _, _)] = recorder.exchanges(_finished(recorder))

        assert SECRET not in prompt
        assert "bucket" in prompt


def test_from_a_conversation_that_is_not_kept() -> None:
    recorder = UnkeptTurns()
    [(prompt, _, _)] = recorder.exchanges(_finished(recorder))

    assert SECRET not in prompt
    assert "bucket" in prompt


def test_masking_keeps_what_an_earlier_answer_was_shown_with() -> None:
    turn = Turn(conversation="c", id="t", prompt="And then?", earlier=(Exchange(PROMPT, "One.", ("chunk",)),))
    channel = Channel(lambda event: None)

    for stage in (NormalisePrompt(), ScreenPrompt(prompt_policy())):
        turn = stage.run(turn, channel)

    assert SECRET not in turn.earlier[0].prompt
    assert turn.earlier[0].passages == ("chunk",)


@pytest.mark.parametrize("conversation", ["", "0" * 32])
def test_an_unknown_conversation_has_no_exchanges_here(conversation: str) -> None:
    assert UnkeptTurns().exchanges(conversation) == ()
