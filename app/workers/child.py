"""What runs in a worker: `python -m app.workers.child KIND` serves one port over its standard pipes.

Promises
    * No network, no core dump, no reading by other processes (`app.workers.confine`).
    * The process ends when the pipe from its parent closes, whatever it is doing.
    * What the libraries print goes to standard error, which the parent points at a file.
    * A failure that nobody expected is logged as type and code positions, never as a message:
      messages quote what they could not handle.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO

from app.workers.confine import confine, die_with_parent
from app.workers.frames import FrameError, read_message, write_message

KINDS = ("engine", "grounding", "ingest")
HEARTBEAT_SECONDS = 1.0


class _Pipe:
    """The way to the parent; several threads write to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; without a parent there is nothing left to do."""
        payload = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            with self._lock:
                write_message(self._stream, payload)
        except OSError:
            os._exit(0)


def main() -> None:
    """Serve calls until the pipe closes."""
    sys.excepthook = _report
    threading.excepthook = lambda failure: _report(failure.exc_type, failure.exc_value, failure.exc_traceback)
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    if kind not in KINDS:
        sys.exit(f"A worker is one of {', '.join(KINDS)}.")
    source, pipe = _take_pipes()
    die_with_parent()
    confine()
    calls: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    first = read_message(source)
    if first is None:
        return
    from app.workers.services import open_service

    service = open_service(kind, json.loads(first))
    threading.Thread(target=_listen, args=(source, calls, service), daemon=True).start()
    threading.Thread(target=_beat, args=(pipe,), daemon=True).start()
    while True:
        _serve(service, calls.get(), pipe)


def _take_pipes() -> tuple[BinaryIO, _Pipe]:
    """Keep the standard pipes for frames; whatever else reads or prints gets nothing, or standard error."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(source, "rb", buffering=0), _Pipe(os.fdopen(sink, "wb"))


def _listen(source: BinaryIO, calls: queue.SimpleQueue[dict[str, Any]], service: Any) -> None:
    try:
        while (payload := read_message(source)) is not None:
            message = json.loads(payload)
            if "stop" in message:
                service.stop()
            else:
                # Here and not where it is served: a stop that comes right behind its call counts.
                service.expect()
                calls.put(message)
    except (FrameError, OSError, ValueError):
        pass
    os._exit(0)


def _beat(pipe: _Pipe) -> None:
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_SECONDS):
        pipe.send({"beat": True})


def _serve(service: Any, message: dict[str, Any], pipe: _Pipe) -> None:
    number = message.get("id")
    try:
        result = service.call(str(message.get("call")), message.get("arguments") or {})
        if isinstance(result, Iterator):
            for item in result:
                pipe.send({"id": number, "item": item})
            result = None
        pipe.send({"id": number, "result": result})
    except Exception as error:  # noqa: BLE001 - the boundary of the process: the parent shall hear of it
        pipe.send({"id": number, "error": _described(error)})


def _described(error: Exception) -> dict[str, str]:
    from app.errors import EXPECTED

    if isinstance(error, EXPECTED):
        return {"type": type(error).__name__, "message": str(error), "remedy": error.remedy}
    _report(type(error), error, error.__traceback__)
    return {"type": "", "message": type(error).__name__, "remedy": ""}


def _report(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Into the log: where it happened and of which type it is."""
    del error  # its message may quote a conversation or a document
    sys.stderr.write("".join(traceback.format_tb(trace)) + kind.__name__ + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
