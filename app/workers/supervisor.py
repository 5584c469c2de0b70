"""Starts a worker, talks to it, notices when it ends or hangs, and starts it again.

One call at a time; `stop` may come from any thread. A worker that was lost is started anew by the
next call, after 1, 2, 4 … seconds; after three losses within five minutes it stays down and says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, BinaryIO, cast

from app.errors import EXPECTED, WorkerLostError
from app.workers.confine import OFFLINE_ENVIRONMENT
from app.workers.frames import FrameError, read_frame, write_frame

SILENCE_LIMIT = 60.0
"""Seconds without even a heartbeat: the process is stopped or wedged."""

ANSWER_LIMIT = 600.0
"""Seconds without anything but heartbeats: the call will not end."""

LOSSES_LIMIT = 3
LOSSES_WINDOW = 300.0
LOG_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How to start a worker. The configuration travels through the pipe, not on the command line."""

    kind: str
    configuration: dict[str, Any] = field(repr=False)
    log: Path


class Worker:
    """A supervised child process. Cheap to construct; the first call starts it."""

    def __init__(self, plan: WorkerPlan, *, pause: Callable[[float], None] = sleep) -> None:
        self._plan = plan
        self._pause = pause
        self._lock = threading.RLock()
        self._running: _Running | None = None
        self._losses: list[float] = []
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._running.process.pid if self._running else None

    def call(self, method: str, **arguments: Any) -> Any:
        """The result of one call. Raises the worker's own expected errors, or WorkerLostError."""
        result = None
        for kind, value in self._converse(method, arguments):
            if kind == "result":
                result = value
        return result

    def stream(self, method: str, **arguments: Any) -> Iterator[Any]:
        """The items of one call as they come. Closing the iterator stops the call and waits for its end."""
        for kind, value in self._converse(method, arguments):
            if kind == "item":
                yield value

    def stop(self) -> None:
        """Ask the call under way to end early."""
        running = self._running
        if running is not None:
            with contextlib.suppress(OSError, ValueError):
                running.send({"stop": True})

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        running, self._running = self._running, None
        if running is not None:
            running.end()

    def _converse(self, method: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        with self._lock:
            running = self._started()
            try:
                yield from running.converse(method, arguments)
            except _LostError as loss:
                self._running = None
                self._losses.append(monotonic())
                how = running.end() or loss.why
                raise WorkerLostError(
                    f"The {self._plan.kind} process ended: {how}. Its log is {self._plan.log}."
                ) from None

    def _started(self) -> _Running:
        if self._closed:
            raise WorkerLostError(f"The {self._plan.kind} process was closed.")
        if self._running is None:
            self._wait_after_losses()
            self._running = _Running(self._plan)
        return self._running

    def _wait_after_losses(self) -> None:
        now = monotonic()
        self._losses = [moment for moment in self._losses if now - moment < LOSSES_WINDOW]
        if len(self._losses) >= LOSSES_LIMIT:
            raise WorkerLostError(
                f"The {self._plan.kind} process ended {len(self._losses)} times within five minutes.",
                f"Look into {self._plan.log}, then start Inhouse again.",
            )
        if self._losses:
            self._pause(float(2 ** (len(self._losses) - 1)))


class _LostError(Exception):
    """The other side is gone or silent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Running:
    """One life of a worker process."""

    def __init__(self, plan: WorkerPlan) -> None:
        self._numbers = 0
        self._frames: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        begun: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        # The kernel ends a child with the thread that made it (`child._die_with_parent`), so the thread
        # that listens to it makes it: that one lives as long. The caller's thread may not.
        threading.Thread(target=self._live, args=(plan, begun), daemon=True).start()
        process = begun.get()
        if isinstance(process, OSError):
            raise process
        self.process = process
        # Popen types its pipes as IO[bytes]; they are buffered binary files.
        self._to = cast("BinaryIO", process.stdin)
        with contextlib.suppress(OSError):
            self.send(plan.configuration)

    def send(self, message: dict[str, Any]) -> None:
        payload = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        with self._sending:
            write_frame(self._to, payload)

    def converse(self, method: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        self._numbers += 1
        number = self._numbers
        try:
            self.send({"id": number, "call": method, "arguments": arguments})
        except OSError:
            raise _LostError("its pipe is closed") from None
        finished = False
        try:
            while not finished:
                message = self._next(number)
                if "item" in message:
                    yield "item", message["item"]
                    continue
                finished = True
                if "error" in message:
                    raise _rebuilt(message["error"])
                yield "result", message.get("result")
        finally:
            if not finished:
                self._drain(number)

    def _drain(self, number: int) -> None:
        """The caller left early: stop the call and let its last frames pass by."""
        with contextlib.suppress(OSError, _LostError):
            self.send({"stop": True})
            while "item" in self._next(number):
                pass

    def _next(self, number: int) -> dict[str, Any]:
        deadline = monotonic() + ANSWER_LIMIT
        while True:
            try:
                message = self._frames.get(timeout=SILENCE_LIMIT)
            except queue.Empty:
                raise _LostError(f"it was silent for {SILENCE_LIMIT:g} s") from None
            if message is None:
                raise _LostError("it closed its pipe")
            if message.get("id") == number:
                return message
            if monotonic() > deadline:
                raise _LostError(f"it gave no answer for {ANSWER_LIMIT:g} s")

    def _live(self, plan: WorkerPlan, begun: queue.SimpleQueue[subprocess.Popen[bytes] | OSError]) -> None:
        try:
            process = _begin(plan)
        except OSError as error:
            begun.put(error)
            return
        begun.put(process)
        try:
            while (frame := read_frame(cast("BinaryIO", process.stdout))) is not None:
                message = json.loads(frame)
                if isinstance(message, dict):
                    self._frames.put(message)
        except (FrameError, OSError, ValueError):
            # Garbage means that nothing this process says can be relied on.
            process.kill()
        self._frames.put(None)

    def end(self) -> str:
        """Close the pipes and make sure that the process is gone; how it ended, if badly."""
        with contextlib.suppress(OSError):
            self._to.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "it did not answer and was ended"
        code = self.process.returncode
        return (
            f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}" if code else ""
        )


def _begin(plan: WorkerPlan) -> subprocess.Popen[bytes]:
    with _open_log(plan.log) as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "app.workers.child", plan.kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
            # Ctrl-C in the terminal is the window's business.
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    # The workers need neither the passphrase file's place nor anything else that is ours alone.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INHOUSE_")}
    return kept | OFFLINE_ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        flags |= os.O_TRUNC
    return cast("BinaryIO", os.fdopen(os.open(path, flags, 0o600), "ab"))


def _rebuilt(described: dict[str, str]) -> Exception:
    """The worker's error as the same class here; only classes of the expected families."""
    found = _families().get(described.get("type", ""))
    message, remedy = described.get("message", ""), described.get("remedy", "")
    if found is None:
        return WorkerLostError(
            f"A worker failed unexpectedly ({message}).", "This is a defect; please report it."
        )
    # Some classes build their message from other arguments; here it exists already.
    error: Exception = Exception.__new__(found)
    Exception.__init__(error, message)
    if remedy:
        vars(error)["remedy"] = remedy
    return error


def _families() -> dict[str, type[Exception]]:
    known: dict[str, type[Exception]] = {}
    waiting: list[type[Exception]] = [*EXPECTED]
    while waiting:
        family = waiting.pop()
        known[family.__name__] = family
        waiting += family.__subclasses__()
    return known
