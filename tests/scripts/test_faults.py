"""The fault tests pass at the size of the suite; `scripts/test_faults` runs them at full size."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("T2", "T3", "T4", "T4-calls", "T5", "T6", "T9", "T36")

needs_a_compiler = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None,
    reason="needs Linux and a C compiler",
)


def faults(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "test_faults"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)


@needs_a_compiler
@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_no_fault_loses_or_alters_anything(name: str) -> None:
    done = faults("--small", "--only", name)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_every_fault_test_is_run_here_or_by_its_owner() -> None:
    listed = faults("--list").stdout.splitlines()

    assert set(NAMES) <= {line.split()[0] for line in listed}


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    done = faults("--only", "T99")

    assert done.returncode == 2
    assert "T4-calls" in done.stderr
