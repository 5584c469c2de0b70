"""The whole program in a real terminal: unlock, load the sample, ask, stop, open a source, quit."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from app.tui.widgets.welcome import QUESTIONS
from tests.journeys.terminal import Terminal, environment_for, terminal

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("tmux") is None, reason="tmux is not installed: no real terminal to test in"
    ),
]

SCRIPTED = [sys.executable, "-m", "tests.tui.scripted_desk"]
REAL = [sys.executable, "-m", "app"]


def choose_passphrase(pane: Terminal) -> None:
    pane.type("a passphrase for this test")
    pane.press("Enter")
    pane.wait_for("The same passphrase again")
    pane.type("a passphrase for this test")
    pane.press("Enter")
    pane.wait_for("A recovery code is the one way back.", seconds=30)
    pane.press("Escape")


def ask(pane: Terminal, question: str) -> None:
    pane.type(question)
    pane.wait_for(question)
    pane.press("Enter")


def test_the_window_with_a_scripted_desk_lives_in_a_real_terminal(tmp_path: Path) -> None:
    with terminal([*SCRIPTED, "absent"], tmp_path, environment_for(tmp_path / "home")) as pane:
        pane.wait_for("no way to recover")
        choose_passphrase(pane)
        pane.wait_for("There are no documents yet.")
        pane.press("F3")
        pane.wait_for("All files were read.")
        pane.press("Escape")
        pane.wait_for(QUESTIONS[0])
        ask(pane, "What is the daily meal allowance?")
        pane.wait_for("1 not found (⚠)")
        pane.press("F2")
        pane.wait_for("similarity 0.81")
        ask(pane, "A long one please")
        pane.wait_for("writing")
        pane.press("Escape")
        pane.wait_for("Stopped: this is what was written until then")
        assert pane.buffers == ""
        pane.press("C-q")
        pane.wait_for_end()


def test_unlock_ask_stop_open_a_source_and_quit(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with terminal(REAL, tmp_path, environment_for(home)) as pane:
        pane.wait_for("no way to recover")
        choose_passphrase(pane)
        pane.wait_for("There are no documents yet.")
        pane.press("F3")
        pane.wait_for("All files were read.", seconds=300)
        pane.press("Escape")
        pane.wait_for(QUESTIONS[1])
        pane.press("Down", "Enter")
        pane.wait_for("Sentences: ", seconds=180)
        title = pane.title
        pane.press("F2")
        pane.wait_for("Also looked at")
        ask(pane, "Which hotel costs and meals are refunded on business trips?")
        pane.wait_for("s · smollm2", seconds=120)  # a stage and its seconds stand before the model's name
        pane.press("Escape")
        pane.wait_for("Stopped", seconds=30)
        assert pane.buffers == "", "nothing may reach the clipboard unasked"
        assert pane.title == title, "nothing foreign may set the title"
        pane.press("C-q")
        pane.wait_for_end()

    with terminal(REAL, tmp_path, environment_for(home)) as pane:
        pane.wait_for("Type the passphrase of your history.")
        pane.type("not the passphrase")
        pane.press("Enter")
        pane.wait_for("could not be opened with this passphrase")
        pane.type("a passphrase for this test")
        pane.press("Enter")
        pane.wait_for("documents ready")
        pane.press("C-q")
        pane.wait_for_end()
