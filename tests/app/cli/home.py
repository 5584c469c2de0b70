"""The command line as a script meets it: real processes with a home folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 240
"""Seconds until a command that must end is taken for lost."""


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    out: str
    err: str
    code: int


@dataclass(frozen=True)
class Home:
    """An empty home folder."""

    root: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "user"),
            "LANG": "C.UTF-8",
            "INHOUSE_HOME": str(self.root / "inhouse"),
            **self.variables,
        }

    def run(self, *arguments: str | bytes | Path, typed: bytes = b"") -> Said:
        """Run a command to its end; `typed` is its standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            input=typed,
            capture_output=True,
            env=self.environment,
            cwd=ROOT,
            timeout=PATIENCE,
            check=False,
        )
        return Said(done.stdout.decode("utf-8"), done.stderr.decode("utf-8"), done.returncode)


def passphrase_in(folder: Path, text: str = "five words that nobody guesses", mode: int = 0o600) -> Path:
    """A passphrase file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "passphrase"
    file.write_text(text)
    file.chmod(mode)
    return file
