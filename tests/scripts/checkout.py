"""A checkout with the real scripts in it, and programs of a few lines to put on a private PATH."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
PARTS = ("chat", "test", "setup", "check", "environment.sh", "constraints.txt", "model-packages.txt")
NEEDED = ("bash", "dirname", "cksum", "readlink", "cat")

# A Python as far as the shell part of the set-up can tell: it answers the probe with a chosen exit code,
# and for setup.py it does what the real one does last, namely leave stamps.
PYTHON = """#!/usr/bin/env bash
echo "{name}" >> "{root}/started"
for word in "$@"; do
    case $word in *setup.py) setting_up=yes ;; esac
done
[ -n "${{setting_up:-}}" ] || exit {answer}
echo "$*" > "{root}/set-up-arguments"
echo "noise on standard output"
while [ "$#" -gt 0 ]; do
    case $1 in
        --stamp) stamp=$2; shift ;;
        --tests) tests=yes ;;
    esac
    shift
done
printf '%s\\n' "$stamp" > "{root}/.venv/inhouse-ready"
if [ -n "${{tests:-}}" ]; then printf '%s\\n' "$stamp" > "{root}/.venv/inhouse-ready-tests"; fi
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """`root` is the checkout, `path` the only folder on PATH."""

    root: Path
    path: Path

    def program(self, name: str, text: str) -> Path:
        """Puts a program on the private PATH."""
        return executable(self.path / name, text)

    def python(self, name: str, *, answer: int = 0) -> None:
        """Puts a Python on the private PATH whose probe ends with `answer` (0 will do, 127 is broken)."""
        self.program(name, PYTHON.format(name=name, root=self.root, answer=answer))

    def run(
        self, *command: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Starts one of the scripts with nothing but the private PATH around it."""
        environment = {"PATH": str(self.path), "HOME": str(self.root), **(variables or {})}
        program = self.root / "scripts" / command[0]
        return subprocess.run(
            [str(program), *command[1:]],
            cwd=cwd or self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def started(self) -> list[str]:
        """Names of the Pythons that were started so far, in order."""
        trace = self.root / "started"
        return trace.read_text().split() if trace.exists() else []


def executable(path: Path, text: str) -> Path:
    """Writes a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def make(folder: Path) -> Checkout:
    """A checkout below `folder` whose .venv holds programs that repeat how they were called, but no stamp."""
    root, path = folder / "checkout", folder / "path"
    (root / "scripts").mkdir(parents=True)
    path.mkdir()
    for name in PARTS:
        shutil.copy2(SCRIPTS / name, root / "scripts" / name)
    (root / "pyproject.toml").write_text('[project]\nname = "inhouse"\n')
    for name in NEEDED:
        found = shutil.which(name)
        assert found is not None
        (path / name).symlink_to(found)
    for name in ("python", "inhouse"):
        executable(root / ".venv" / "bin" / name, f'#!/bin/sh\necho "{name} from $PWD: $*"\n')
    return Checkout(root, path)


def private_path(folder: Path, **programs: str) -> str:
    """A PATH with `programs` (name to shell text, `_` for `-`) and the plain tools that such texts use."""
    folder.mkdir(exist_ok=True)
    for name in ("sh", "cat"):
        found = shutil.which(name)
        assert found is not None
        if not (folder / name).exists():
            (folder / name).symlink_to(found)
    for name, text in programs.items():
        executable(folder / name.replace("_", "-").replace("plus", "+"), f"#!/bin/sh\n{text}\n")
    return str(folder)
