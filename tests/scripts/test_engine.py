from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scripts.setting_up.backend import Choice
from scripts.setting_up.engine import EngineBuilder, cmake_arguments, read_back, slot, workers
from scripts.setting_up.errors import CommandFailedError, SetupError
from scripts.setting_up.machine import Machine
from scripts.setting_up.progress import Progress
from scripts.setting_up.wheel_store import WheelStore
from tests.scripts.checkout import executable

CPU, CUDA = Choice("cpu", "test"), Choice("cuda", "test")
MACHINE = Machine(system="Linux", architecture="x86_64", libc="glibc-2.36", cpu="avx2", nvcc="/cuda/nvcc")

# What `pip wheel` does as far as the builder can tell: note its variables, leave a wheel.
PIP = """#!/bin/sh
echo "$CMAKE_ARGS | $CUDACXX | $CMAKE_BUILD_PARALLEL_LEVEL | $PIP_BUILD_CONSTRAINT" >> "{trace}"
echo "[3/140] /usr/bin/g++ part.cpp"
while [ "$#" -gt 1 ]; do
    if [ "$1" = --wheel-dir ]; then echo "$CMAKE_ARGS" > "$2/llama_cpp_python-0.3.36-py3-none-any.whl"; fi
    shift
done
exit {code}
"""


@dataclass(frozen=True)
class Workshop:
    """A builder, the trace of the compilations it started, and what the user saw."""

    builder: EngineBuilder
    trace: Path
    seen: io.StringIO

    def compilations(self) -> list[str]:
        return self.trace.read_text().splitlines() if self.trace.exists() else []


def workshop(folder: Path, *, code: int = 0, variables: dict[str, str] | None = None) -> Workshop:
    trace, seen = folder / "trace", io.StringIO()
    progress = Progress(seen, total=1, log=folder / "log")
    builder = EngineBuilder(
        version="0.3.36",
        python=executable(folder / "python", PIP.format(trace=trace, code=code)),
        constraints=folder / "constraints.txt",
        store=WheelStore(folder / "store", "cp311", progress.say),
        progress=progress,
        environment=variables or {"PATH": "/usr/bin:/bin"},
    )
    return Workshop(builder, trace, seen)


class TestWheel:
    def test_the_second_clone_compiles_nothing(self, tmp_path: Path) -> None:
        shop = workshop(tmp_path)
        first = shop.builder.wheel(CPU, MACHINE)
        assert shop.builder.wheel(CPU, MACHINE) == first
        assert len(shop.compilations()) == 1

    def test_another_back_end_is_compiled_and_both_are_kept(self, tmp_path: Path) -> None:
        shop = workshop(tmp_path)
        cpu, cuda = shop.builder.wheel(CPU, MACHINE), shop.builder.wheel(CUDA, MACHINE)
        assert (cpu.parent.name[:4], cuda.parent.name[:5]) == ("cpu-", "cuda-")
        assert "-DGGML_CUDA=OFF" in cpu.read_text()
        assert "-DGGML_CUDA=ON" in cuda.read_text()
        assert [shop.builder.wheel(CPU, MACHINE), shop.builder.wheel(CUDA, MACHINE)] == [cpu, cuda]
        assert len(shop.compilations()) == 2

    def test_the_compiler_of_the_toolkit_and_the_pins_are_handed_on(self, tmp_path: Path) -> None:
        shop = workshop(
            tmp_path, variables={"PATH": "/usr/bin:/bin", "MAX_JOBS": "3", "CMAKE_ARGS": "-DMINE=1"}
        )
        shop.builder.wheel(CUDA, MACHINE)
        arguments, compiler, jobs, pins = shop.compilations()[0].split(" | ")
        assert arguments.endswith(" -DMINE=1")
        assert (compiler, jobs, pins) == ("/cuda/nvcc", "3", str(tmp_path / "constraints.txt"))

    def test_a_compilation_that_fails_keeps_nothing_and_shows_its_output(self, tmp_path: Path) -> None:
        shop = workshop(tmp_path, code=1)
        with pytest.raises(CommandFailedError) as caught:
            shop.builder.wheel(CPU, MACHINE)
        assert "could not be compiled for cpu" in str(caught.value)
        assert "[3/140] /usr/bin/g++ part.cpp" in caught.value.output
        assert shop.builder.store.find(slot("cpu", MACHINE, {})) is None

    def test_an_altered_wheel_is_compiled_again(self, tmp_path: Path) -> None:
        shop = workshop(tmp_path)
        shop.builder.wheel(CPU, MACHINE).write_text("altered")
        assert shop.builder.wheel(CPU, MACHINE).read_text() != "altered"
        assert "is refused" in shop.seen.getvalue()


class TestSlot:
    @pytest.mark.parametrize(
        "machine",
        [
            replace(MACHINE, cpu="avx2 avx512f"),
            replace(MACHINE, libc="glibc-2.41"),
            replace(MACHINE, architecture="aarch64"),
            replace(MACHINE, system="Darwin"),
        ],
        ids=["features", "libc", "architecture", "system"],
    )
    def test_code_for_another_machine_lies_elsewhere(self, machine: Machine) -> None:
        assert slot("cpu", machine, {}) != slot("cpu", MACHINE, {})

    def test_a_gpu_or_its_toolkit_matters_to_cuda_only(self) -> None:
        newer = replace(MACHINE, gpu="NVIDIA L4, 8.9", nvcc_version="13.1")
        assert slot("cuda", newer, {}) != slot("cuda", MACHINE, {})
        assert slot("cpu", newer, {}) == slot("cpu", MACHINE, {})

    def test_the_users_own_compiler_settings_matter(self) -> None:
        assert slot("cpu", MACHINE, {"CXX": "clang++"}) != slot("cpu", MACHINE, {})
        assert slot("cpu", MACHINE, {"EDITOR": "vi"}) == slot("cpu", MACHINE, {})


@pytest.mark.parametrize("backend", ["cpu", "cuda", "vulkan", "metal"])
def test_only_the_chosen_back_end_is_switched_on(backend: str) -> None:
    switched_on = {
        name
        for name in ("cuda", "vulkan", "metal")
        if f"-DGGML_{name.upper()}=ON" in cmake_arguments(backend)
    }
    switched_off = {
        name
        for name in ("cuda", "vulkan", "metal")
        if f"-DGGML_{name.upper()}=OFF" in cmake_arguments(backend)
    }
    assert switched_on == {backend} - {"cpu"}
    assert switched_on | switched_off == {"cuda", "vulkan", "metal"}
    assert {"-DLLAVA_BUILD=OFF", "-DGGML_NATIVE=ON"} <= set(cmake_arguments(backend))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"CMAKE_BUILD_PARALLEL_LEVEL": "5", "MAX_JOBS": "3"}, "5"),
        ({"MAX_JOBS": "3"}, "3"),
    ],
    ids=["cmake", "max-jobs"],
)
def test_the_user_decides_how_many_parts_are_compiled_at_once(
    variables: dict[str, str], expected: str
) -> None:
    assert workers(variables) == expected


@pytest.mark.parametrize("told", ["0", "-1", "many", ""])
def test_nonsense_means_one_part_per_processor(told: str) -> None:
    assert workers({"MAX_JOBS": told}) == workers({})
    assert int(workers({})) >= 1


class TestReadBack:
    def ask(self, folder: Path, choice: Choice, text: str) -> None:
        python = executable(folder / "python", f"#!/bin/sh\n{text}\n")
        read_back(python, choice, {"PATH": "/usr/bin:/bin"}, Progress(io.StringIO(), 1, folder / "log"))

    @pytest.mark.parametrize(("choice", "answer"), [(CPU, False), (CUDA, True)], ids=["cpu", "cuda"])
    def test_a_library_that_agrees_is_accepted(self, tmp_path: Path, choice: Choice, answer: bool) -> None:
        self.ask(tmp_path, choice, f"echo 'ggml: some noise'; echo 'offload {answer}'")

    @pytest.mark.parametrize(
        ("choice", "answer", "message"),
        [
            (CPU, True, "meant for the CPU alone but reaches a GPU"),
            (CUDA, False, "compiled for cuda but finds no GPU"),
        ],
        ids=["gpu-came-back", "gpu-is-missing"],
    )
    def test_a_library_that_disagrees_stops_the_set_up(
        self, tmp_path: Path, choice: Choice, answer: bool, message: str
    ) -> None:
        with pytest.raises(SetupError, match=message) as caught:
            self.ask(tmp_path, choice, f"echo 'offload {answer}'")
        assert "--rebuild-engine" in caught.value.remedy

    def test_a_library_that_cannot_be_loaded_stops_the_set_up(self, tmp_path: Path) -> None:
        with pytest.raises(CommandFailedError, match="cannot be loaded") as caught:
            self.ask(tmp_path, CPU, "echo 'GLIBC_2.99 not found'; exit 1")
        assert caught.value.output == ("GLIBC_2.99 not found",)
