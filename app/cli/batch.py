"""`inhouse ask --jsonl`: many questions in one start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from pydantic import ValidationError

from app.cli.options import as_ascii_json, note, progress, progress_done
from app.contract import BatchAskShape, BatchQuestion
from app.errors import ExitCode, UsageError
from app.stages.stage import Channel
from app.turn import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from app.assistant import Assistant
    from app.contract import AskShape

LINE_LIMIT = 1 << 20
"""Bytes of one line."""


def answer_lines(
    assistant: Assistant, batch: str, stop: Event, finished: Callable[[AskShape], AskShape]
) -> int:
    """Answer each line of a file (or - for standard input): one object per line, in order, flushed.

    A line that is no question is told on standard error and does not end the others. Returns the
    gravest exit code; an answer that was refused is an answer here.
    """
    worst = int(ExitCode.OK)
    with _opened(batch) as stream:
        for number, line in _lines(stream, batch):
            try:
                asked = _question(line)
                result = assistant.ask(asked.question, None, Channel(_unheard, stop), _exchanges(asked))
            except UsageError as error:
                progress_done()
                note(f"Line {number} is no question: {error} {error.remedy}")
                worst = max(worst, int(ExitCode.USAGE))
                continue
            click.echo(as_ascii_json(BatchAskShape(id=asked.id, **finished(result).model_dump())))
            sys.stdout.flush()
            progress(f"{number} answered")
            if result.outcome in ("failed", "stopped"):
                worst = max(worst, result.exit_code or int(ExitCode.FAILED))
            if stop.is_set():
                break
    progress_done()
    return worst


def _unheard(_event: object) -> None:
    """A batch shows its answers whole."""


@contextmanager
def _opened(batch: str) -> Iterator[IO[bytes]]:
    if batch == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(batch).open("rb")  # noqa: SIM115 - closed below; errors of the block are not its own
    except OSError as error:
        raise UsageError(f"{batch} cannot be read ({error.strerror}).", "Name a file.") from None
    with stream:
        yield stream


def _lines(stream: IO[bytes], batch: str) -> Iterator[tuple[int, bytes]]:
    """Number and content of every line that is not blank; of one that is too long, only the beginning."""
    number = 0
    while True:
        try:
            line = stream.readline(LINE_LIMIT + 1)
            rest = line
            while len(rest) > LINE_LIMIT and not rest.endswith(b"\n"):
                rest = stream.readline(LINE_LIMIT + 1)
        except OSError as error:
            raise UsageError(f"{batch} cannot be read ({error.strerror}).", "Name a file.") from None
        if not line:
            return
        number += 1
        if line.strip():
            yield number, line


def _question(line: bytes) -> BatchQuestion:
    if len(line) > LINE_LIMIT:
        raise UsageError(f"It is longer than {LINE_LIMIT} bytes.", "Shorten it.")
    try:
        return BatchQuestion.model_validate_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("It is not UTF-8 text.", "Save the file as UTF-8.") from None
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, what["loc"]))
        raise UsageError(
            f"{place}: {what['msg']}." if place else f"{what['msg']}.",
            "See `inhouse config schema --of ask-jsonl-input`.",
        ) from None


def _exchanges(asked: BatchQuestion) -> tuple[Exchange, ...]:
    """Pairs of what was asked and answered; a question without an answer pairs with an empty one."""
    pairs: list[Exchange] = []
    for turn in asked.turns:
        if turn.speaker == "user":
            pairs.append(Exchange(turn.text, ""))
        elif pairs:
            answer = f"{pairs[-1].answer}\n{turn.text}".strip()
            pairs[-1] = Exchange(pairs[-1].prompt, answer)
    return tuple(pairs)
