"""One life of a worker process: started, asked one call at a time, listened to, ended."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, cast

from app.workers.confine import OFFLINE_ENVIRONMENT
from app.workers.frames import FrameError, read_message, write_message

SILENCE_LIMIT = 60.0
"""Seconds without even a heartbeat: the process is stopped or wedged."""

ANSWER_LIMIT = 600.0
"""Seconds without anything but heartbeats: the call will not end."""

WAITING_LIMIT = 256 << 20
"""Bytes that were received and that nobody has taken yet."""

LOG_LIMIT = 1 << 20

_END_SECONDS = 2.0
_STOP_SECONDS = 0.2
_FITS_A_PIPE = 32 * 1024
"""Bytes; a write of this size does not block a pipe that is being read now and then."""


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How to start a worker. The configuration travels through the pipe, not on the command line."""

    kind: str
    configuration: dict[str, Any] = field(repr=False)
    log: Path
    silence: float = SILENCE_LIMIT
    """Seconds without a sign of life after which the process is ended."""

    module: str = "app.workers.child"
    """The program that is run; another one may serve other ports over the same pipes."""


class LostError(Exception):
    """The other side is gone or silent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Life:
    """Starts the process at once. Raises OSError when that cannot be done."""

    def __init__(self, plan: WorkerPlan) -> None:
        self._silence = plan.silence
        self._number = 0
        self._messages: queue.SimpleQueue[tuple[int, dict[str, Any]] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._heard = monotonic()
        self._why = ""
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
            self._send(plan.configuration)

    def ask(self, method: str, arguments: dict[str, Any]) -> int:
        """Send a call; its number. Raises LostError, FrameError when the arguments are too long."""
        self._number += 1
        self._heard = monotonic()
        try:
            self._send({"id": self._number, "call": method, "arguments": arguments})
        except OSError:
            raise LostError(self._why or "its pipe is closed") from None
        return self._number

    def stop(self) -> None:
        """Ask the call under way to end early. Does not wait behind a long write."""
        if self._sending.acquire(timeout=_STOP_SECONDS):
            try:
                with contextlib.suppress(OSError, ValueError):
                    write_message(self._to, b'{"stop": true}')
            finally:
                self._sending.release()

    def next(self, number: int) -> dict[str, Any]:
        """The next message of a call. Raises LostError."""
        deadline = monotonic() + ANSWER_LIMIT
        while True:
            patience = min(self._heard + self._silence, deadline) - monotonic()
            try:
                received = self._messages.get(timeout=max(0.0, patience))
            except queue.Empty:
                self._give_up_if_due(deadline)
                continue
            if received is None:
                raise LostError(self._why or "it closed its pipe")
            size, message = received
            self._waiting -= size
            if message.get("id") == number:
                return message

    def drain(self, number: int) -> None:
        """The caller left early: stop the call and let its last messages pass by. Raises LostError."""
        self._heard = monotonic()
        self.stop()
        while "item" in self.next(number):
            pass

    def end(self) -> str:
        """Close the pipe and make sure that the process is gone; how it ended, if badly."""
        clock = threading.Timer(_END_SECONDS, self._kill, ("it did not end when asked to",))
        clock.start()
        try:
            # Closing waits for a write under way, which ends at the latest with the process.
            with contextlib.suppress(OSError):
                self._to.close()
            self.process.wait()
        finally:
            clock.cancel()
        return self._why or _ending(self.process.returncode)

    def _give_up_if_due(self, deadline: float) -> None:
        now = monotonic()
        if now >= self._heard + self._silence:
            self._kill(f"it was silent for {self._silence:g} s")
        elif now >= deadline:
            self._kill(f"it gave no answer for {ANSWER_LIMIT:g} s")
        else:
            return
        raise LostError(self._why)

    def _kill(self, why: str) -> None:
        self._why = self._why or why
        self.process.kill()

    def _send(self, message: dict[str, Any]) -> None:
        payload = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        # A process that is stopped does not read: the write would wait for ever.
        clock = threading.Timer(self._silence, self._kill, ("it did not read what it was sent",))
        with self._sending:
            if len(payload) > _FITS_A_PIPE:
                clock.start()
            try:
                write_message(self._to, payload)
            finally:
                clock.cancel()

    def _live(self, plan: WorkerPlan, begun: queue.SimpleQueue[subprocess.Popen[bytes] | OSError]) -> None:
        try:
            process = _begin(plan)
        except OSError as error:
            begun.put(error)
            return
        begun.put(process)
        source = cast("BinaryIO", process.stdout)
        try:
            while (payload := read_message(source)) is not None:
                self._hear(payload)
        except (FrameError, OSError, ValueError, RecursionError):
            # Nothing that this process says can be relied on any more.
            self._why = self._why or "it sent something that is no message"
            process.kill()
        self._messages.put(None)
        source.close()
        # Otherwise it stays in the process table until somebody asks again.
        process.wait()

    def _hear(self, payload: bytes) -> None:
        self._heard = monotonic()
        message = json.loads(payload)
        if not isinstance(message, dict):
            raise FrameError("A message is a JSON object.")
        # Heartbeats, and what belongs to a call that nobody waits for, are heard and forgotten.
        if message.get("id") != self._number:
            return
        self._waiting += len(payload)
        if self._waiting > WAITING_LIMIT:
            raise FrameError("More was sent than anybody reads.")
        self._messages.put((len(payload), message))


def _begin(plan: WorkerPlan) -> subprocess.Popen[bytes]:
    with _open_log(plan.log) as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            # -P: a folder that holds an `app` of its own must not be what runs, even as the current one.
            [sys.executable, "-P", "-m", plan.module, plan.kind],
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


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit status {code}" if code else ""
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:  # real-time signals have no name
        return f"killed by signal {-code}"
