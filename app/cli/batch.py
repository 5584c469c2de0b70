"""`inhouse ask --jsonl`: many questions in one start."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from app.cli.json_lines import numbered_lines, opened, parsed
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

_LINE_LIMIT = 1 << 20
"""Bytes of one line."""

_SEE = "See `inhouse config schema --of ask-jsonl-input`."


def answer_lines(
    assistant: Assistant, batch: str, stop: Event, finished: Callable[[AskShape], AskShape]
) -> int:
    """Answer each line of a file (or - for standard input): one object per line, in order, flushed.

    A line that is no question is told on standard error and does not end the others. Returns the
    gravest exit code; an answer that was refused is an answer here.
    """
    worst = int(ExitCode.OK)
    with opened(batch) as stream:
        for number, line in numbered_lines(stream, batch, _LINE_LIMIT):
            try:
                asked = parsed(line, BatchQuestion, limit=_LINE_LIMIT, see=_SEE)
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
