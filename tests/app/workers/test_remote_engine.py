"""The engine in a child process keeps the port's promises, and no broken file ends the program."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.workers.remote_engine import RemoteEngine
from models.engine import ChatMessage, Engine, GenerationRequest
from models.errors import EngineLostError, ModelError, WeightsAlteredError, WeightsMissingError
from models.llama_weights import LlamaSettings
from models.registry import built_in, sha256_of
from models.spec import ModelSpec
from tests.contracts.engine_contract import LONG_ANSWER, EngineContract, ask, spoken

pytestmark = pytest.mark.real

MUTANTS = 30
HEADER_BYTES = 1_700_000
"""Metadata and vocabulary of the built-in file lie before this."""


def remote(folder: Path, spec: ModelSpec | None = None) -> RemoteEngine:
    return RemoteEngine(
        spec or built_in(),
        LlamaSettings(context=512, threads=1),
        verified=folder / "verified.json",
        log=folder / "engine.log",
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteEngine]:
    engine = remote(tmp_path_factory.mktemp("engine"))
    engine.warm()
    yield engine
    engine.close()


class TestRemoteEngine(EngineContract):
    @pytest.fixture
    def engine(self, running: RemoteEngine) -> Engine:
        return running


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RemoteEngine]:
    engine = remote(tmp_path)
    yield engine
    engine.close()


def test_nothing_is_started_before_the_first_call(engine: RemoteEngine) -> None:
    assert engine.pid is None
    assert engine.described is None


def test_a_stop_right_behind_the_question_counts_while_the_weights_still_load(engine: RemoteEngine) -> None:
    """Escape in the first seconds: the child hears of the stop before it has a stream to stop."""
    life = engine._worker._started()
    number = life.ask(
        "stream", {"request": {"messages": [{"role": "user", "text": "Count."}], "max_tokens": 99}}
    )
    life.stop()
    messages = [life.next(number)]
    while "item" in messages[-1]:
        messages.append(life.next(number))

    assert messages[-2]["item"]["reason"] == "stopped"


def test_a_prompt_longer_than_a_frame_is_refused_as_too_long(running: RemoteEngine) -> None:
    with pytest.raises(ModelError):
        next(iter(running.stream(ask(messages=(ChatMessage("user", "word " * 300_000),)))))

    assert spoken(running.stream(ask()))[0]


def test_lone_surrogates_reach_the_child(running: RemoteEngine) -> None:
    request = GenerationRequest(messages=(ChatMessage("user", "a \ud800 b"),), max_tokens=2)

    assert spoken(running.stream(request))[1].generated_tokens == 2


def test_weights_other_than_promised_are_refused(tmp_path: Path) -> None:
    engine = remote(tmp_path, replace(built_in(), sha256="0" * 64))
    with pytest.raises(WeightsAlteredError) as refusal:
        engine.warm()
    engine.close()

    assert refusal.value.remedy == WeightsAlteredError.remedy
    assert "checksum" in str(refusal.value)


def test_weights_that_are_gone_are_missed_in_words(tmp_path: Path) -> None:
    engine = remote(tmp_path, replace(built_in(), path=tmp_path / "gone.gguf"))
    with pytest.raises(WeightsMissingError) as refusal:
        engine.warm()
    engine.close()

    assert "gone.gguf" in str(refusal.value)


@pytest.mark.parametrize("kept", [8, 1_000, 500_000, 5_000_000, 50_000_000])
def test_a_model_that_is_cut_short_is_refused_in_words(tmp_path: Path, kept: int) -> None:
    with built_in().path.open("rb") as stream:
        beginning = stream.read(kept)
    file = tmp_path / "cut.gguf"
    file.write_bytes(beginning)
    spec = replace(built_in(), path=file, sha256=hashlib.sha256(beginning).hexdigest(), size=kept)
    engine = remote(tmp_path, spec)
    with pytest.raises(ModelError) as refusal:
        engine.warm()
    engine.close()

    assert not isinstance(refusal.value, EngineLostError), "refused, not died of"
    assert refusal.value.remedy


def test_mutants_of_a_model_end_no_parent_and_are_reported_as_model_errors(tmp_path: Path) -> None:
    """Each mutant is registered with its own checksum: what is tried is the loader behind the check."""
    dice = random.Random(20)
    file = tmp_path / "mutant.gguf"
    shutil.copyfile(built_in().path, file)
    outcomes: dict[str, int] = {}
    for number in range(MUTANTS):
        with file.open("r+b") as stream:
            stream.seek(0)
            original = stream.read(HEADER_BYTES)
            reach = 4_000 if number % 2 else HEADER_BYTES
            for _ in range(8):
                stream.seek(dice.randrange(8, reach))
                stream.write(dice.randbytes(dice.choice((1, 4, 8))))
        engine = remote(tmp_path, replace(built_in(), path=file, sha256=sha256_of(file)))
        try:
            engine.warm()
            spoken(engine.stream(ask(tokens=2)))
            outcome = "loaded"
        except ModelError as error:
            outcome = type(error).__name__ if error.remedy else "without a remedy"
        finally:
            engine.close()
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        with file.open("r+b") as stream:
            stream.write(original)

    assert sum(outcomes.values()) == MUTANTS
    assert outcomes.get("loaded", 0) < MUTANTS, outcomes
    assert "without a remedy" not in outcomes


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_crash_while_an_answer_streams_keeps_what_was_said_and_the_next_question_works(
    engine: RemoteEngine, name: str
) -> None:
    engine._worker._pause = lambda _seconds: None
    said: list[object] = []
    with pytest.raises(EngineLostError) as loss:  # noqa: PT012 - the crash comes between two pieces
        for event in engine.stream(ask(tokens=LONG_ANSWER)):
            said.append(event)
            if len(said) == 2:
                assert engine.pid is not None
                os.kill(engine.pid, getattr(signal, name))

    assert len(said) >= 2
    assert f"killed by {name}" in str(loss.value)
    assert loss.value.remedy
    assert spoken(engine.stream(ask()))[0]
