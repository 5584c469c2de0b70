"""Ctrl-C in a real terminal ends `docs add` after the file under way, with the report so far."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.grounding.small_library import write_files
from tests.journeys.terminal import environment_for, terminal

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("tmux") is None, reason="tmux is not installed: no real terminal to test in"
    ),
]

FILES = 400


def test_ctrl_c_stops_taking_in_and_the_report_says_what_is_left(tmp_path: Path) -> None:
    papers = write_files(
        tmp_path / "papers", {f"{number:03}.md": f"Room {number} has chairs." for number in range(FILES)}
    )
    command = [sys.executable, "-m", "app", "docs", "add", str(papers)]

    with terminal(command, tmp_path, environment_for(tmp_path / "home")) as pane:
        pane.wait_for(f"of {FILES}")
        pane.press("C-c")
        pane.wait_for("What was taken in stays; the same command goes on.")
        pane.wait_for_end()
