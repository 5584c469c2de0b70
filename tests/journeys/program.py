"""The program as a person starts it: a home of its own, real processes, and what can be seen of them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds until something that must happen is taken for lost; a busy machine is slow, not wrong."""

PROC = Path("/proc")


@dataclass(frozen=True)
class Place:
    """An empty home folder with all that a program may find in the environment of a person."""

    root: Path
    passphrase: str = "five words that nobody guesses"
    extra: Mapping[str, str] = field(default_factory=dict)
    """More environment variables."""

    def __post_init__(self) -> None:
        for folder in (self.user, self.temporary, self.keys):
            folder.mkdir(parents=True, exist_ok=True)
        self.passphrase_file.write_text(self.passphrase, encoding="utf-8")
        self.passphrase_file.chmod(0o600)

    @property
    def home(self) -> Path:
        """INHOUSE_HOME."""
        return self.root / "inhouse"

    @property
    def user(self) -> Path:
        """HOME."""
        return self.root / "user"

    @property
    def temporary(self) -> Path:
        return self.root / "temporary"

    @property
    def keys(self) -> Path:
        """Where the person keeps the passphrase file, outside everything that the program owns."""
        return self.root / "keys"

    @property
    def passphrase_file(self) -> Path:
        return self.keys / "passphrase"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.user),
            "TMPDIR": str(self.temporary),
            "XDG_CACHE_HOME": str(self.user / ".cache"),
            "XDG_CONFIG_HOME": str(self.user / ".config"),
            "XDG_DATA_HOME": str(self.user / ".local" / "share"),
            "XDG_STATE_HOME": str(self.user / ".local" / "state"),
            "INHOUSE_HOME": str(self.home),
            "INHOUSE_PASSPHRASE_FILE": str(self.passphrase_file),
            **self.extra,
        }

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the program to its end; `typed` is its standard input."""
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
            timeout=2 * PATIENCE,
            check=False,
        )

    def json(self, *arguments: str, typed: str = "") -> Any:
        """What a command that must succeed prints with --json."""
        done = self.run(*arguments, "--json", typed=typed)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Asked:
    """What became of a question."""

    shown: str
    """The pieces that were announced, joined."""

    result: dict[str, Any]


class Driver:
    """A running `tests.journeys.driver`."""

    def __init__(self, place: Place) -> None:
        self._complaints = (place.temporary / "complaints").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env=place.environment,
            cwd=ROOT,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.ready: dict[str, int] = {}
        self._ended = False
        self._said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def __enter__(self) -> Self:
        self.ready = self.until("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def order(self, prompt: str, **more: Any) -> None:
        """Ask, without waiting. `more` is `conversation`, and `kill` (a pid) or `stop` with `at`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"prompt": prompt, **more}) + "\n")
        self._process.stdin.flush()

    def ask(self, prompt: str, **more: Any) -> Asked:
        """Ask and wait for the result."""
        self.order(prompt, **more)
        shown = ""
        for kind, value in self.sayings():
            if kind == "piece":
                shown += value
            if kind == "result":
                return Asked(shown, value)
        raise AssertionError("the program ended before its answer")

    def until(self, kind: str) -> Any:
        """The next thing of this kind that is said; what is said before it is passed by."""
        for name, value in self.sayings():
            if name == kind:
                return value
            assert name != "result", f"the question ended as {value['outcome']} before any {kind}"
        raise AssertionError(f"the program ended before any {kind}")

    def sayings(self) -> Iterator[tuple[str, Any]]:
        """What is said, as it is said; ends when the program has ended."""
        while True:
            words = self._said.get(timeout=PATIENCE)
            if words is None:
                self._ended = True
                return
            yield from words.items()

    def kill(self) -> list[tuple[str, Any]]:
        """SIGKILL to the program, not to its children; what it had still said before it died."""
        self._process.kill()
        self._process.wait()
        last = [] if self._ended else list(self.sayings())
        self._hearing.join()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            with contextlib.suppress(BrokenPipeError):
                assert stream is not None
                stream.close()
        return last

    def _hear(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                # A line that was cut by the end of the program was never said.
                if line.endswith("\n"):
                    self._said.put(json.loads(line))
        self._said.put(None)


def children_of(pid: int) -> set[int]:
    """Every process below `pid`, however deep."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name of the program, in parentheses, may hold anything.
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = set[int](), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def still_alive(pids: Sequence[int], *, seconds: float) -> list[int]:
    """Those that have not ended after `seconds`; returns as soon as none is left."""
    deadline = threading.Event()
    clock = threading.Timer(seconds, deadline.set)
    clock.start()
    left = {}
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            left[os.pidfd_open(pid)] = pid
    ends = select.poll()
    for handle in left:
        ends.register(handle, select.POLLIN)
    while left and not deadline.is_set():
        for handle, _ in ends.poll(200):
            ends.unregister(handle)
            os.close(handle)
            del left[handle]
    clock.cancel()
    for handle in left:
        os.close(handle)
    return sorted(left.values())
