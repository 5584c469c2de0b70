"""What must be there before anything is installed, and what is to be installed."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .backend import compiler_remedy
from .errors import SetupError
from .machine import Machine

WHOLE_BYTES = 4_000_000_000
SMALL_BYTES = 1_000_000_000
_GIGABYTE = 1_000_000_000
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def free_bytes(folder: Path) -> int:
    """How much the disk of `folder` has left."""
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int, free: Callable[[Path], int]) -> None:
    """Checks that the disk of `folder` has `needed` bytes left; `free` measures it.

    Raises:
        SetupError: if it has less.
    """
    there = free(folder)
    if there < needed:
        raise SetupError(
            f"too little disk space in {folder}: {there / _GIGABYTE:.1f} GB are free, "
            f"about {needed / _GIGABYTE:.0f} GB are needed",
            "Free space there (`pip cache purge` empties pip's cache), "
            "or clone to a larger disk; TMPDIR moves temporary files.",
        )


def require_compiler(machine: Machine) -> None:
    """Checks that a C++ compiler works.

    Raises:
        SetupError: if none does.
    """
    if not machine.compiler:
        raise SetupError(
            "no working C++ compiler was found; the model library is compiled once for this machine",
            compiler_remedy(machine),
        )


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a checkout that decide what is installed."""

    root: Path

    @property
    def constraints(self) -> Path:
        """Versions of every package."""
        return self.root / "scripts" / "constraints.txt"

    @property
    def models(self) -> Path:
        """The model packages with their hashes."""
        return self.root / "scripts" / "model-packages.txt"

    @property
    def project(self) -> Path:
        """The project's own metadata."""
        return self.root / "pyproject.toml"

    def libraries(self, *, without: str) -> list[str]:
        """What the program needs at run time, except the package called `without`."""
        needed: list[str] = tomllib.loads(self.project.read_text(encoding="utf-8"))["project"]["dependencies"]
        return [text for text in needed if _plain(text) != without]

    def test_tools(self) -> list[str]:
        """What the tests need besides."""
        groups = tomllib.loads(self.project.read_text(encoding="utf-8"))["dependency-groups"]
        tools: list[str] = groups["test"]
        return tools

    def pinned(self, name: str) -> str:
        """The version that the constraints give to the package `name`.

        Raises:
            SetupError: if they give none.
        """
        for line in self.constraints.read_text(encoding="utf-8").splitlines():
            package, _, version = line.partition("==")
            if package == name and version:
                return version
        raise SetupError(
            f"{self.constraints} does not pin {name}", "Restore that file: git checkout scripts/"
        )

    def digest(self, *parts: str) -> str:
        """Digest of the constraints together with `parts`."""
        whole = hashlib.sha256(self.constraints.read_bytes())
        for part in parts:
            whole.update(b"\0" + part.encode())
        return whole.hexdigest()


def _plain(requirement: str) -> str:
    """Name of the package in a requirement, in lower case with hyphens."""
    name = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", name.group() if name else "").lower()
