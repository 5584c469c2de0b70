"""A worker process that does on request what a worker must never do; its pipes and loop are the real ones."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import stat
from collections.abc import Iterator
from threading import Event
from typing import Any

from app.workers import child, services
from models.errors import WeightsMissingError

ENDINGS = (
    "SIGKILL",
    "SIGSEGV",
    "SIGABRT",
    "SIGSTOP",
    "exit 0",
    "exit 3",
    "garbage",
    "huge frame",
    "no object",
    "deaf",
)


class Misbehaving:
    """Methods by name, as any service has."""

    def __init__(self) -> None:
        self._stop = Event()

    def expect(self) -> None:
        self._stop.clear()

    def stop(self) -> None:
        self._stop.set()

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        return getattr(self, f"do_{method}")(**arguments)

    def do_echo(self, value: Any) -> Any:
        return value

    def do_pid(self) -> int:
        return os.getpid()

    def do_count(self, number: int) -> Iterator[Any]:
        yield from range(number)

    def do_count_until_stopped(self) -> Iterator[Any]:
        number = 0
        while not self._stop.is_set():
            yield number
            number += 1
        yield "stopped"

    def do_wait_until_stopped(self) -> str:
        self._stop.wait(30)
        return "stopped" if self._stop.is_set() else "not stopped"

    def do_end(self, how: str) -> None:
        end(how)

    def do_count_and_end(self, how: str) -> Iterator[Any]:
        yield 0
        yield 1
        end(how)

    def do_refuse(self) -> None:
        raise WeightsMissingError("The weights are elsewhere.", "Look under the sofa.")

    def do_fail(self, canary: str) -> None:
        raise ValueError(f"cannot handle {canary}")

    def do_fail_in_a_thread(self, canary: str) -> None:
        import threading

        def fail() -> None:
            raise ValueError(f"cannot handle {canary}")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()

    def do_print(self, text: str) -> None:
        os.write(1, text.encode())

    def do_connect(self) -> str:
        try:
            socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            return type(error).__name__
        return "connected"

    def do_hold_everything(self) -> None:
        ctypes.PyDLL(None).sleep(600)  # keeps the interpreter's lock: no Python code of this process runs


def end(how: str) -> None:
    """End, or make a mess, in one of `ENDINGS`."""
    if how.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, how))
    elif how.startswith("exit"):
        os._exit(int(how.split()[1]))
    elif how == "garbage":
        _to_parent(b"Segmentation fault, core dumped\n" * 10)
    elif how == "huge frame":
        _to_parent(b"\x40\x00\x00\x00" + b"x" * 100)
    elif how == "no object":
        _to_parent(b"\x00\x00\x00\x02[]")
    elif how == "deaf":
        os.close(_pipe_to_parent())
    Event().wait(30)


def _to_parent(content: bytes) -> None:
    os.write(_pipe_to_parent(), content)


def _pipe_to_parent() -> int:
    import fcntl

    for descriptor in range(3, 64):
        try:
            is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            if is_pipe and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return descriptor
        except OSError:
            continue
    raise LookupError("no pipe")


if __name__ == "__main__":
    vars(services)["open_service"] = lambda _kind, _configuration: Misbehaving()
    child.main()
