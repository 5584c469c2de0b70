from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.setting_up.backend import Choice
from scripts.setting_up.environment import Environment
from scripts.setting_up.errors import SetupError
from scripts.setting_up.machine import Machine
from scripts.setting_up.progress import Progress
from scripts.setting_up.requirements import Inputs, require_space
from scripts.setting_up.steps import Plan, wheel_store
from tests.scripts.checkout import SCRIPTS

ALL = ["installer", "torch", "libraries", "engine", "models", "project"]
MACHINE = Machine(system="Linux", architecture="x86_64", compiler="/usr/bin/g++", packages="apt-get")
PLENTY = 10**12


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/constraints.txt", "scripts/model-packages.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((SCRIPTS.parent / name).read_bytes())
    environment = Environment(
        folder=tmp_path / ".venv", variables={"XDG_CACHE_HOME": str(tmp_path / "cache")}
    )
    progress = Progress(io.StringIO(), total=1, log=tmp_path / "log")
    return Plan(
        inputs=Inputs(tmp_path),
        environment=environment,
        machine=MACHINE,
        choice=Choice("cpu", "test"),
        store=wheel_store(environment, "0.3.36", "cp311", progress),
        free=lambda _: PLENTY,
    )


def names(plan: Plan) -> list[str]:
    return [step.name for step in plan.due()]


def finish(plan: Plan) -> None:
    for step in plan.due():
        plan.environment.record(step.name, step.digest)


def test_everything_is_due_at_first_and_nothing_afterwards(plan: Plan) -> None:
    assert names(plan) == ALL
    finish(plan)
    assert names(plan) == []


def test_the_tests_add_one_step(plan: Plan) -> None:
    finish(plan)
    assert names(replace(plan, tests=True)) == ["tests"]


def test_another_back_end_exchanges_the_model_library_alone(plan: Plan) -> None:
    finish(plan)
    assert names(replace(plan, choice=Choice("cuda", "test"))) == ["engine"]


def test_another_processor_exchanges_the_model_library_alone(plan: Plan) -> None:
    finish(plan)
    assert names(replace(plan, machine=replace(MACHINE, cpu="avx512f"))) == ["engine"]


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("scripts/constraints.txt", ["installer", "torch", "libraries", "engine", "project"]),
        ("scripts/model-packages.txt", ["models"]),
        ("pyproject.toml", ["project"]),
    ],
)
def test_a_changed_input_makes_its_steps_due(plan: Plan, name: str, due: list[str]) -> None:
    finish(plan)
    with (plan.inputs.root / name).open("a") as stream:
        stream.write("# changed\n")
    assert names(plan) == due


def test_an_interrupted_step_is_due_again(plan: Plan) -> None:
    finish(plan)
    plan.environment.record("models", "")
    assert names(plan) == ["models"]


class TestRequirements:
    def test_too_little_space_is_said_before_anything_changes(self, plan: Plan) -> None:
        short = replace(plan, free=lambda _: 1_500_000_000)
        with pytest.raises(SetupError, match=r"1\.5 GB are free, about 4 GB are needed") as caught:
            short.require(short.due())
        assert "pip cache purge" in caught.value.remedy
        assert not plan.environment.folder.exists()

    def test_a_small_change_needs_less_space(self, plan: Plan) -> None:
        finish(plan)
        due = replace(plan, tests=True, free=lambda _: 1_500_000_000)
        due.require(due.due())

    def test_exactly_enough_space_is_enough(self, tmp_path: Path) -> None:
        require_space(tmp_path, 5, lambda _: 5)
        with pytest.raises(SetupError):
            require_space(tmp_path, 5, lambda _: 4)

    def test_without_a_compiler_the_command_that_installs_one_is_named(self, plan: Plan) -> None:
        bare = replace(plan, machine=replace(MACHINE, compiler=""))
        with pytest.raises(SetupError, match="no working C") as caught:
            bare.require(bare.due())
        assert caught.value.remedy == "sudo apt install build-essential"

    def test_with_a_kept_wheel_no_compiler_is_needed(self, plan: Plan, tmp_path: Path) -> None:
        bare = replace(plan, machine=replace(MACHINE, compiler=""))
        wheel = tmp_path / "llama_cpp_python-0.3.36-py3-none-any.whl"
        wheel.write_bytes(b"compiled earlier")
        bare.store.keep(bare.slot(), wheel)
        bare.require(bare.due())

    def test_nothing_due_needs_nothing(self, plan: Plan) -> None:
        finish(plan)
        none = replace(plan, free=lambda _: 0, machine=replace(MACHINE, compiler=""))
        none.require(none.due())


class TestInputs:
    def test_the_model_library_is_not_among_what_pip_chooses(self, plan: Plan) -> None:
        libraries = plan.inputs.libraries(without="llama-cpp-python")
        assert any(text.startswith("chromadb") for text in libraries)
        assert not any("llama" in text for text in libraries)

    def test_everything_that_is_asked_for_is_pinned(self, plan: Plan) -> None:
        asked = [*plan.inputs.libraries(without=""), *plan.inputs.test_tools(), "pip", "torch", "hatchling"]
        bare = [text.replace("_", "-").lower().split("=")[0].split(">")[0].split("<")[0] for text in asked]
        assert all(plan.inputs.pinned(name) for name in bare)

    def test_a_pin_that_is_missing_is_an_error(self, plan: Plan) -> None:
        with pytest.raises(SetupError, match="does not pin cairosvg"):
            plan.inputs.pinned("cairosvg")

    def test_torch_and_the_model_packages_are_the_tried_ones(self, plan: Plan) -> None:
        lines = plan.inputs.models.read_text().splitlines()
        packages = [line for line in lines if line and not line.startswith("#")]
        assert plan.inputs.pinned("torch") == "2.13.0"
        assert all("==" in line and "--hash=sha256:" in line for line in packages)
        assert len(packages) == 3
