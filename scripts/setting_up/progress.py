"""Says what is being done, how far it is and how long it has taken. Everything goes to one stream."""

from __future__ import annotations

import queue
import re
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

from .errors import CommandFailedError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NINJA = re.compile(r"^\[(\d+)/(\d+)\] ")
_RAW_BAR = re.compile(r"^Progress (\d+) of (\d+)$")
_KEPT_LINES = 20_000
_LOOK_SECONDS = 0.25
_LINE_SECONDS = 20.0
_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Progress:
    """Numbered steps on `stream`: one moving line when it is a terminal, otherwise a line now and then."""

    stream: TextIO
    total: int
    log: Path
    moving: bool = False
    now: Callable[[], float] = time.monotonic
    _number: int = 0
    _title: str = ""
    _detail: str = ""
    _started: float = 0.0
    _spoken: float = 0.0
    _moved: bool = field(default=False)

    def say(self, text: str) -> None:
        """One line that stays."""
        self._clear()
        print(text, file=self.stream, flush=True)
        self._spoken = self.now()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One numbered step; its duration is shown when it ends well."""
        self._number += 1
        self._title, self._detail, self._started = title, "", self.now()
        if not self.moving:
            self.say(f"{self._label()} ...")
        self.tick()
        yield
        self.say(f"{self._label()}: done in {self._elapsed()}")

    def tick(self) -> None:
        """Repaints the moving line, or adds a line if nothing was said for a while."""
        now = self.now()
        if self.moving:
            width = max(shutil.get_terminal_size().columns - 1, 20)
            line = f"{self._label()}  {self._elapsed()}  {self._detail}"[:width]
            self.stream.write(f"\r{line}\x1b[K")
            self.stream.flush()
            self._moved = True
        elif now - self._spoken >= _LINE_SECONDS:
            self.say(f"{self._label()}  {self._elapsed()}  {self._detail}".rstrip())

    def heard(self, line: str) -> None:
        """Takes one line that a program printed as the detail of the step."""
        self._detail = describe(line) or self._detail

    def _label(self) -> str:
        return f"[{self._number}/{self.total}] {self._title}"

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(self.now() - self._started), 60)
        return f"{minutes}:{seconds:02d}"

    def _clear(self) -> None:
        if self._moved:
            self.stream.write("\r\x1b[K")
            self._moved = False


def describe(line: str) -> str:
    """A line of pip's or a compiler's output, short and free of control characters."""
    text = _CONTROL.sub(" ", line).strip()
    if compiling := _NINJA.match(text):
        return f"compiled {compiling[1]} of {compiling[2]} parts"
    if loading := _RAW_BAR.match(text):
        done, whole = (int(loading[n]) / _MEGABYTE for n in (1, 2))
        return f"{done:.0f} of {whole:.0f} MB"
    if text.startswith("Installing collected packages:"):
        return f"installing {text.count(',') + 1} packages"
    return text


def run(
    command: Sequence[str | Path], progress: Progress, environment: Mapping[str, str], lock: int = -1
) -> list[str]:
    """Runs a program to its end, its output into the log and its news into `progress`.

    Args:
        command: program and arguments.
        progress: hears each line.
        environment: all variables of the program.
        lock: file descriptor to inherit, so that a program that outlives us still holds the set-up's lock.

    Returns:
        The lines it printed, the last ones if they are very many.

    Raises:
        CommandFailedError: if it cannot be started or ends with an error.
    """
    words = [str(word) for word in command]
    tail: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(environment),
            pass_fds=(lock,) if lock >= 0 else (),
        )
    except OSError as error:
        raise CommandFailedError(f"{words[0]} cannot be started: {error.strerror}", "See above.") from error
    with process, progress.log.open("a", encoding="utf-8") as log:
        try:
            _follow(process, progress, log, tail)
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise CommandFailedError(
            f"{Path(words[0]).name} ended with {process.returncode}",
            f"Everything it printed stands in {progress.log}.",
            tuple(tail),
        )
    return list(tail)


def _follow(process: subprocess.Popen[str], progress: Progress, log: IO[str], tail: deque[str]) -> None:
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            progress.tick()
            continue
        if line is None:
            return
        log.write(line)
        if not _RAW_BAR.match(line):
            tail.append(_CONTROL.sub(" ", line).rstrip())
        progress.heard(line)
        progress.tick()
