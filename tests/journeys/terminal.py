"""A real terminal to drive a program in: tmux, with a server of its own and a clean configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import join
from threading import Event

_LOOKS = 0.05
"""Seconds between two looks at the screen."""


class Terminal:
    """One tmux session; everything is read from what it really shows."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def run(self, *arguments: str) -> str:
        """A tmux command on our own server."""
        done = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", str(self._socket), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return self.run("capture-pane", "-p", "-t", "main")

    @property
    def title(self) -> str:
        """The title that programs have set."""
        return self.run("display-message", "-p", "-t", "main", "#{pane_title}").strip()

    @property
    def buffers(self) -> str:
        """What programs have put into the clipboard of tmux."""
        return self.run("list-buffers").strip()

    @property
    def is_running(self) -> bool:
        """Whether the program is still there."""
        return self.run("display-message", "-p", "-t", "main", "#{pane_dead}").strip() == "0"

    def type(self, text: str) -> None:
        """Type characters."""
        self.run("send-keys", "-t", "main", "-l", text)

    def press(self, *keys: str) -> None:
        """Press named keys, such as Enter, Escape, C-q, F2."""
        self.run("send-keys", "-t", "main", *keys)

    def wait_for(self, words: str, *, seconds: int = 60) -> str:
        """The screen as soon as it shows `words`, however they are broken into lines."""
        for _ in range(int(seconds / _LOOKS)):
            screen = self.screen
            if words in " ".join(screen.replace("│", " ").split()):
                return screen
            if not self.is_running:
                break
            Event().wait(_LOOKS)
        raise AssertionError(f"{words!r} did not come up; the screen was:\n{self.screen}")

    def wait_for_end(self, *, seconds: int = 30) -> None:
        """Return when the program has ended."""
        for _ in range(int(seconds / _LOOKS)):
            if not self.is_running:
                return
            Event().wait(_LOOKS)
        raise AssertionError(f"the program did not end; the screen was:\n{self.screen}")


@contextmanager
def terminal(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], size: tuple[int, int] = (120, 36)
) -> Iterator[Terminal]:
    """Run `command` in a terminal of this size; ends it afterwards."""
    pane = Terminal(folder / "tmux.sock")
    # A size in the environment would be believed more than the size of the terminal.
    words = join(
        [
            "env",
            "-u",
            "COLUMNS",
            "-u",
            "LINES",
            *(f"{name}={value}" for name, value in environment.items()),
            *command,
        ]
    )
    width, height = size
    options = "remain-on-exit on", "set-clipboard on", f"default-size {width}x{height}"
    setup = [word for option in options for word in f"set -g {option} ;".split()]
    pane.run("start-server", ";", *setup, *f"new-session -d -s main -x {width} -y {height}".split(), words)
    try:
        yield pane
    finally:
        pane.run("kill-server")


def environment_for(home: Path) -> dict[str, str]:
    """An empty home of its own."""
    return {"INHOUSE_HOME": str(home), "TERM": "xterm-256color", "PATH": os.environ["PATH"]}
