"""The speed of reading is measured, remembered, and never trusted blindly."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.engine import EngineDescription, Finished
from models.pace import UNMEASURED, Pace


def description(offloaded: int = 0, sha256: str = "a" * 64) -> EngineDescription:
    return EngineDescription(
        name="m",
        sha256=sha256,
        backend="cuda" if offloaded else "cpu",
        layers=30,
        offloaded=offloaded,
        context=4096,
    )


def answer(evaluated: int = 400, seconds: float = 2.0, reused: int = 0) -> Finished:
    return Finished(
        reason="end",
        prompt_tokens=evaluated + reused,
        reused_tokens=reused,
        generated_tokens=20,
        prefill_seconds=seconds,
        decode_seconds=1.0,
    )


def test_a_processor_has_a_usual_speed_until_it_is_measured(tmp_path: Path) -> None:
    assert Pace(tmp_path / "pace.json").tokens_per_second(description()) == UNMEASURED


def test_a_model_wholly_on_a_gpu_has_no_ceiling_until_it_is_measured(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")

    assert pace.tokens_per_second(description(offloaded=30)) is None
    assert pace.tokens_per_second(description(offloaded=29)) == UNMEASURED


def test_what_was_measured_outlives_the_program(tmp_path: Path) -> None:
    Pace(tmp_path / "pace.json").learn(description(), answer(400, 2.0, reused=90))

    assert Pace(tmp_path / "pace.json").tokens_per_second(description()) == 200.0


def test_a_newer_measurement_counts_half(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")
    pace.learn(description(), answer(400, 2.0))
    pace.learn(description(), answer(400, 4.0))

    assert pace.tokens_per_second(description()) == 150.0


def test_other_weights_and_another_place_have_their_own_speed(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")
    pace.learn(description(), answer())

    assert pace.tokens_per_second(description(sha256="b" * 64)) == UNMEASURED
    assert pace.tokens_per_second(description(offloaded=30)) is None


@pytest.mark.parametrize("told", [answer(63, 1.0), answer(400, 0.0)], ids=["too short", "no time"])
def test_an_answer_that_tells_nothing_is_ignored(tmp_path: Path, told: Finished) -> None:
    Pace(tmp_path / "pace.json").learn(description(), told)

    assert not (tmp_path / "pace.json").exists()


@pytest.mark.parametrize(
    "content", ["", "[1]", "{", '{"x": "fast"}', '{"%s": -1}', '{"%s": 1e999}', '{"%s": NaN}', "[" * 60_000]
)
def test_a_damaged_file_costs_only_the_memory(tmp_path: Path, content: str) -> None:
    key = f"{'a' * 16} cpu 0/30"
    (tmp_path / "pace.json").write_text(content.replace("%s", key))

    assert Pace(tmp_path / "pace.json").tokens_per_second(description()) == UNMEASURED


def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")
    for number in range(230):
        pace.learn(description(sha256=f"{number:064d}"[::-1]), answer())

    assert len((tmp_path / "pace.json").read_text()) < 20_000


def test_a_place_that_cannot_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    pace = Pace(tmp_path / "file" / "pace.json")
    pace.learn(description(), answer())

    assert pace.tokens_per_second(description()) == 200.0
