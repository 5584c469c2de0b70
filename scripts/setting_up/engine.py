"""The model library: compiled for this machine once, kept, installed, and asked what it supports."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .backend import Choice
from .errors import CommandFailedError, SetupError
from .machine import Machine
from .progress import Progress, run
from .wheel_store import WheelStore

PACKAGE = "llama-cpp-python"

# Only the library is wanted: no image models, no programs, no web server, no HTTPS client inside it.
_LEFT_OUT = (
    "-DLLAVA_BUILD=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_TOOLS=OFF",
    "-DLLAMA_BUILD_SERVER=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_OPENSSL=OFF",
)
_SWITCHES = {"cuda": "GGML_CUDA", "vulkan": "GGML_VULKAN", "metal": "GGML_METAL"}
_COMPILER_VARIABLES = ("CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CUDACXX", "CUDAFLAGS", "CMAKE_ARGS")
_QUESTION = "import llama_cpp; print('offload', bool(llama_cpp.llama_supports_gpu_offload()))"


def cmake_arguments(backend: str) -> list[str]:
    """What CMake is told for `backend`; every back end is named, on or off, so that no default decides."""
    switches = [f"-D{name}={'ON' if key == backend else 'OFF'}" for key, name in _SWITCHES.items()]
    return [*_LEFT_OUT, "-DGGML_NATIVE=ON", *switches]


def slot(backend: str, machine: Machine, environment: Mapping[str, str]) -> str:
    """Folder name for a wheel: the back end and a digest of all that the compiled code depends on."""
    facts = [
        *cmake_arguments(backend),
        machine.system,
        machine.architecture,
        machine.libc,
        machine.cpu,
        *(f"{name}={environment.get(name, '')}" for name in _COMPILER_VARIABLES),
    ]
    if backend == "cuda":
        facts += [machine.gpu, machine.nvcc_version]
    return f"{backend}-{hashlib.sha256(chr(0).join(facts).encode()).hexdigest()[:16]}"


def workers(environment: Mapping[str, str]) -> str:
    """How many parts are compiled at once: the user's word, or one per processor."""
    told = environment.get("CMAKE_BUILD_PARALLEL_LEVEL") or environment.get("MAX_JOBS") or ""
    return told if told.isdecimal() and int(told) > 0 else str(os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineBuilder:
    """Makes wheels of the model library.

    `version` comes from the constraints, `python` is the interpreter of the environment, `lock` the
    descriptor that children inherit.
    """

    version: str
    python: Path
    constraints: Path
    store: WheelStore
    progress: Progress
    environment: Mapping[str, str]
    lock: int = -1

    def wheel(self, choice: Choice, machine: Machine) -> Path:
        """The kept wheel for `choice`, compiled first if there is none.

        Raises:
            CommandFailedError: if the compiler run fails.
        """
        place = slot(choice.backend, machine, self.environment)
        kept = self.store.find(place)
        if kept is not None:
            self.progress.say(f"    kept wheel {kept}")
            return kept
        with tempfile.TemporaryDirectory(prefix="inhouse-wheel-") as folder:
            self._compile(choice.backend, machine, Path(folder))
            made = next(Path(folder).glob("*.whl"))
            return self.store.keep(place, made)

    def _compile(self, backend: str, machine: Machine, target: Path) -> None:
        arguments = [*cmake_arguments(backend), self.environment.get("CMAKE_ARGS", "")]
        environment = {
            **self.environment,
            "CMAKE_ARGS": " ".join(arguments).strip(),
            "CMAKE_BUILD_PARALLEL_LEVEL": workers(self.environment),
            # Older and newer pip read different names for what holds inside a build.
            "PIP_CONSTRAINT": str(self.constraints),
            "PIP_BUILD_CONSTRAINT": str(self.constraints),
        }
        if backend == "cuda":
            environment["CUDACXX"] = machine.nvcc
        options: list[str | Path] = [
            "--no-deps",
            "--no-cache-dir",
            "--no-binary",
            PACKAGE,
            "--verbose",
            "--wheel-dir",
            target,
        ]
        command = [self.python, "-m", "pip", "wheel", *options, f"{PACKAGE}=={self.version}"]
        try:
            run(command, self.progress, environment, self.lock)
        except CommandFailedError as error:
            raise CommandFailedError(
                f"{PACKAGE} could not be compiled for {backend}",
                f"{error.remedy} INHOUSE_GPU=cpu scripts/chat needs the least.",
                error.output,
            ) from error


def read_back(python: Path, choice: Choice, environment: Mapping[str, str], progress: Progress) -> None:
    """Asks the installed library whether it reaches a GPU and compares the answer with `choice`.

    Raises:
        SetupError: if it cannot be loaded, or says something else.
    """
    try:
        lines = run([python, "-c", _QUESTION], progress, environment)
    except CommandFailedError as error:
        raise CommandFailedError(
            "the model library was installed but cannot be loaded",
            "Run scripts/setup --rebuild-engine to compile it again.",
            error.output,
        ) from error
    offloads = "offload True" in lines
    if offloads == (choice.backend != "cpu"):
        return
    if offloads:
        raise SetupError(
            "the model library was meant for the CPU alone but reaches a GPU",
            "Run scripts/setup --rebuild-engine to compile it again.",
        )
    raise SetupError(
        f"the model library was compiled for {choice.backend} but finds no GPU that it can use",
        "The driver may be older than the toolkit: update it and run scripts/setup --rebuild-engine, "
        "or run INHOUSE_GPU=cpu scripts/chat.",
    )
