"""Has documents read by `app.workers.jail`, one process each, and checks all that comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.workers.confine import OFFLINE_ENVIRONMENT
from app.workers.frames import FRAME_LIMIT, FrameError, read_frame, write_frame
from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError, IntakeError
from grounding.intake import Admitted, Limits
from grounding.loaders import ocr
from grounding.loaders.finishing import finished
from grounding.loaders.limits import LIMITS

_ROOT = Path(__file__).parents[2]
_OUT_OF_MEMORY = 70
_SEND_AGAIN = "Open it in the program that made it, save it again and add that."
_GRACE = 5.0
"""Seconds from the last frame to the end of the process."""

_Name = Annotated[str, Field(max_length=1_000)]
_Count = Annotated[int, Field(ge=1, le=100_000_000)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class _Part(_Checked):
    text: Annotated[str, Field(max_length=FRAME_LIMIT)]
    heading: Annotated[tuple[_Name, ...], Field(max_length=16)]
    page: _Count | None
    line_start: _Count | None
    line_end: _Count | None
    place: _Name
    more: bool
    """The next part continues this one's text."""


class _Done(_Checked):
    title: _Name
    kind: _Name
    pages: _Count | None
    dated: _Name | None
    warnings: Annotated[tuple[_Name, ...], Field(max_length=100)]


class _Error(_Checked):
    outcome: Literal["refused", "empty", "unreadable"]
    message: _Name
    remedy: _Name


class _Frame(_Checked):
    blocks: list[_Part] = []
    done: _Done | None = None
    error: _Error | None = None


_ERRORS: dict[str, type[IntakeError]] = {
    "refused": FileRefusedError,
    "empty": FileEmptyError,
    "unreadable": FileUnreadableError,
}


@dataclass(frozen=True, slots=True)
class JailedReader:
    """Documents out of admitted files. Safe to use from several threads at once."""

    python: str = sys.executable
    limits: Limits = LIMITS

    def read(self, admitted: Admitted) -> LoadedDocument:
        """Text with positions. Raises an IntakeError whatever the file does to its reader."""
        process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [self.python, "-P", "-s", "-B", "-m", "app.workers.jail"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd=_ROOT.anchor,
            start_new_session=True,
        )
        overdue = threading.Event()
        seconds = self._seconds(admitted)
        clock = threading.Timer(seconds, _end, (process, overdue))
        clock.start()
        try:
            return self._exchanged(process, admitted)
        except (FrameError, ValidationError, OSError) as fault:
            _finish(process)
            raise self._explained(
                process.returncode, fault, overdue=seconds if overdue.is_set() else None
            ) from None
        finally:
            clock.cancel()
            _finish(process)

    def _seconds(self, admitted: Admitted) -> float:
        """Reading pictures of pages takes seconds a page, and only happens where Tesseract is installed."""
        may_take_longer = admitted.kind == "pdf" and ocr.program() is not None
        return self.limits.wall_seconds + (self.limits.ocr_seconds if may_take_longer else 0.0)

    def _exchanged(self, process: subprocess.Popen[bytes], admitted: Admitted) -> LoadedDocument:
        source, sink = cast("BinaryIO", process.stdout), cast("BinaryIO", process.stdin)
        order = _Order(
            kind=admitted.kind,
            name=admitted.name,
            size=len(admitted.data),
            memory_bytes=self.limits.memory_bytes,
            cpu_seconds=self.limits.cpu_seconds,
            open_files=self.limits.open_files,
        )
        # A reader that dies early is explained by how it ended, not by the broken pipe.
        with contextlib.suppress(BrokenPipeError):
            write_frame(sink, order.model_dump_json().encode())
            sink.write(admitted.data)
            sink.close()
        return self._received(source, admitted)

    def _received(self, stream: BinaryIO, admitted: Admitted) -> LoadedDocument:
        parts: list[_Part] = []
        characters = 0
        for frame in self._frames(stream):
            parts += frame.blocks
            characters += sum(len(part.text) for part in frame.blocks)
            if (
                characters > self.limits.text_characters
                or len(parts) > self.limits.blocks + characters // 1_000
            ):
                raise FrameError("The reader sent more text than it may.")
            if frame.error:
                raise _ERRORS[frame.error.outcome](frame.error.message, frame.error.remedy)
            if frame.done:
                document = LoadedDocument(
                    title=frame.done.title,
                    kind=admitted.kind,
                    blocks=tuple(_blocks(parts)),
                    pages=frame.done.pages,
                    dated=frame.done.dated,
                    warnings=frame.done.warnings,
                )
                # Again, here: a reader that a document took over need not have cleaned anything.
                return finished(document, name=admitted.name)
        raise FrameError("The reader ended without a result.")

    def _frames(self, stream: BinaryIO) -> Iterator[_Frame]:
        received = 0
        while (raw := read_frame(stream)) is not None:
            received += len(raw) + 4
            if received > self.limits.output_bytes:
                raise FrameError("The reader sent more than it may.")
            yield _Frame.model_validate_json(raw)

    def _explained(self, code: int, fault: Exception, *, overdue: float | None) -> FileUnreadableError:
        limits = self.limits
        if overdue is not None:
            reason = f"Reading it took longer than {overdue:g} s."
        elif code == _OUT_OF_MEMORY:
            reason = f"Reading it needed more than {limits.memory_bytes / (1 << 30):g} GiB of memory."
        elif code < 0 and -code == getattr(signal, "SIGXCPU", None):
            reason = f"Reading it took more than {limits.cpu_seconds} s of computing."
        elif code < 0:
            reason = f"Its parser crashed ({signal.Signals(-code).name})."
        else:
            cause = f"exit code {code}" if code else type(fault).__name__
            reason = f"Its parser ended without a result ({cause})."
        return FileUnreadableError(reason, _SEND_AGAIN)


class _Order(_Checked):
    """`app.workers.jail.Order`, which is not imported: its loaders stay out of this process."""

    kind: str
    name: str
    size: int
    memory_bytes: int
    cpu_seconds: int
    open_files: int


def _blocks(parts: list[_Part]) -> Iterator[Block]:
    texts: list[str] = []
    for part in parts:
        texts.append(part.text)
        if not part.more:
            yield Block(
                text="".join(texts),
                heading=part.heading,
                page=part.page,
                line_start=part.line_start,
                line_end=part.line_end,
                place=part.place,
            )
            texts = []


def _environment() -> dict[str, str]:
    """Nothing of ours: it may hold secrets, and a document may take the reader over."""
    path = os.defpath
    if recogniser := ocr.program():
        path = os.pathsep.join((path, str(Path(recogniser).parent)))
    environment = {"PATH": path, "LANG": "C.UTF-8", "PYTHONUTF8": "1", **OFFLINE_ENVIRONMENT}
    if _ROOT.name not in {"site-packages", "dist-packages"}:
        environment["PYTHONPATH"] = str(_ROOT)
    if "TESSDATA_PREFIX" in os.environ:  # where the languages of Tesseract lie
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    if "SYSTEMROOT" in os.environ:  # Windows starts no process without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _end(process: subprocess.Popen[bytes], overdue: threading.Event) -> None:
    overdue.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and whatever it started."""
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _finish(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    try:
        process.wait(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        _kill(process)
        process.wait()
