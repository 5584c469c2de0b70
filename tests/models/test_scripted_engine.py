"""The engine without weights keeps the port's promises."""

from __future__ import annotations

import pytest

from models.engine import Engine
from models.scripted_engine import ScriptedEngine
from tests.contracts.engine_contract import MESSAGES, EngineContract, ask, spoken


class TestScriptedEngine(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return ScriptedEngine(" ".join(f"word{number}" for number in range(500)), context=256)


@pytest.mark.parametrize("script", ["", "one", "  two  words  ", "line\n\nline\n", " \n "])
def test_what_the_script_says_is_what_is_spoken(script: str) -> None:
    answer, finished = spoken(ScriptedEngine(script).stream(ask(tokens=100)))

    assert answer == script
    assert finished.reason == "end"


def test_the_script_sees_the_request() -> None:
    engine = ScriptedEngine(lambda request: request.messages[-1].text)

    assert spoken(engine.stream(ask(tokens=100)))[0] == MESSAGES[-1].text


def test_a_stop_before_the_first_word_counts() -> None:
    engine = ScriptedEngine("one two three")
    stream = engine.stream(ask())
    engine.stop()

    assert spoken(stream)[1].reason == "stopped"
