"""A crash tells where it happened and of which type it is, and no value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.traces import positions

SECRET = "zqpsecretsedge7714"
ROOT = Path(__file__).parents[2]
ENDINGS = {
    "in the main thread": "fail()",
    "in another thread": "import threading; one = threading.Thread(target=fail); one.start(); one.join()",
    "while something is thrown away": "class Bad:\n    __del__ = lambda self: fail()\nBad()",
    "while another failure is handled": "try:\n    fail()\nexcept ValueError:\n    raise KeyError(text)",
    "with a note": "error = ValueError(text); error.add_note(text); raise error",
    "in a group": "raise ExceptionGroup(text, [ValueError(text)])",
}


def fail() -> None:
    raise ValueError(SECRET)


def test_what_led_to_a_failure_is_told_before_it() -> None:
    try:
        try:
            fail()
        except ValueError as first:
            raise KeyError(SECRET) from first
    except KeyError as error:
        told = positions(error)

    assert told.index("in fail") < told.index("builtins.ValueError") < told.index("builtins.KeyError")
    assert SECRET not in told


def test_failures_that_led_to_each_other_come_to_an_end() -> None:
    first, second = ValueError(SECRET), ValueError(SECRET)
    first.__cause__, second.__cause__ = second, first

    assert positions(first).count("builtins.ValueError") == 2


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_process_that_crashes_prints_no_value(ending: str) -> None:
    program = (
        "import sys\nfrom app.traces import hide_values\nhide_values()\ntext = sys.stdin.read()\n"
        f"def fail():\n    held = text\n    raise ValueError(held)\n{ending}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], input=SECRET, capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert "Error" in done.stderr or "ExceptionGroup" in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a broken pointer ends a process otherwise there")
def test_a_native_crash_shows_places_and_leaves_no_core(tmp_path: Path) -> None:
    program = (
        "import ctypes, sys\nfrom app.workers.confine import confine\nconfine()\n"
        "def read(held):\n    return ctypes.string_at(0)\nread(sys.stdin.read())\n"
    )

    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program],
        input=SECRET,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert done.returncode < 0
    assert "in read" in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert list(tmp_path.iterdir()) == []
