from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.setting_up.errors import CommandFailedError
from scripts.setting_up.progress import Progress, describe, run


@dataclass
class Clock:
    """Time that passes when it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("[12/140] /usr/bin/g++ -O3 a.cpp", "compiled 12 of 140 parts"),
        ("  [12/140] /usr/bin/g++ -O3 a.cpp", "compiled 12 of 140 parts"),
        ("Progress 1500000 of 191800000", "2 of 192 MB"),
        ("Installing collected packages: a, b, c", "installing 3 packages"),
        ("Collecting torch==2.13.0\n", "Collecting torch==2.13.0"),
        ("a\x1b]0;title\x07b\r", "a ]0;title b"),
        ("\n", ""),
    ],
    ids=[
        "compiler",
        "compiler-through-pip",
        "download",
        "installing",
        "plain",
        "control-characters",
        "empty",
    ],
)
def test_a_line_of_output_is_shown_short_and_harmless(line: str, shown: str) -> None:
    assert describe(line) == shown


class TestWithoutTerminal:
    def test_a_step_has_a_number_and_a_duration(self, tmp_path: Path) -> None:
        stream, clock = io.StringIO(), Clock()
        progress = Progress(stream, total=2, log=tmp_path / "log", now=clock)
        with progress.step("Libraries"):
            clock.seconds = 75
        assert stream.getvalue() == "[1/2] Libraries ...\n[1/2] Libraries: done in 1:15\n"

    def test_a_line_comes_now_and_then_and_not_for_every_tick(self, tmp_path: Path) -> None:
        stream, clock = io.StringIO(), Clock()
        progress = Progress(stream, total=1, log=tmp_path / "log", now=clock)
        with progress.step("Library"):
            progress.heard("[7/9] g++")
            for clock.seconds in range(50):
                progress.tick()
        lines = stream.getvalue().splitlines()
        assert lines[1:-1] == [
            "[1/1] Library  0:20  compiled 7 of 9 parts",
            "[1/1] Library  0:40  compiled 7 of 9 parts",
        ]

    def test_a_step_that_fails_is_not_called_done(self, tmp_path: Path) -> None:
        stream = io.StringIO()
        progress = Progress(stream, total=1, log=tmp_path / "log")
        with pytest.raises(KeyError), progress.step("Libraries"):
            raise KeyError
        assert "done" not in stream.getvalue()


class TestOnTerminal:
    def test_one_line_moves_and_only_results_stay(self, tmp_path: Path) -> None:
        stream, clock = io.StringIO(), Clock()
        progress = Progress(stream, total=1, log=tmp_path / "log", moving=True, now=clock)
        with progress.step("Library"):
            clock.seconds = 3
            progress.heard("[7/9] g++")
            progress.tick()
        text = stream.getvalue()
        assert "\r[1/1] Library  0:03  compiled 7 of 9 parts\x1b[K" in text
        assert text.count("\n") == 1
        assert text.endswith("\r\x1b[K[1/1] Library: done in 0:03\n")


class TestRun:
    def test_output_goes_to_the_log_and_comes_back(self, tmp_path: Path) -> None:
        progress = Progress(io.StringIO(), total=1, log=tmp_path / "log")
        code = "import sys; print('one'); print('Progress 1 of 2'); print('two', file=sys.stderr)"
        lines = run([sys.executable, "-u", "-c", code], progress, {})
        assert lines == ["one", "two"]
        assert progress.log.read_text() == "one\nProgress 1 of 2\ntwo\n"

    def test_a_program_that_fails_is_an_error_with_its_output(self, tmp_path: Path) -> None:
        progress = Progress(io.StringIO(), total=1, log=tmp_path / "log")
        with pytest.raises(CommandFailedError, match="ended with 3") as caught:
            run([sys.executable, "-c", "print('why'); raise SystemExit(3)"], progress, {})
        assert caught.value.output == ("why",)
        assert str(progress.log) in caught.value.remedy

    def test_a_program_that_is_missing_is_an_error(self, tmp_path: Path) -> None:
        progress = Progress(io.StringIO(), total=1, log=tmp_path / "log")
        with pytest.raises(CommandFailedError, match="cannot be started"):
            run([tmp_path / "missing"], progress, {})
