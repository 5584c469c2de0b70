"""`inhouse ask`: one question, or many in one start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from pydantic import ValidationError

from app.cli.options import (
    as_json,
    history_exists,
    note,
    open_history,
    parts_for,
    passphrase_file,
    print_shape,
    progress,
    progress_done,
    say,
)
from app.contract import AskShape, BatchAskShape, BatchQuestion
from app.errors import ExitCode, UsageError
from app.history.passphrase import given_passphrase
from app.recorders import KeptTurns, UnkeptTurns
from app.stages.stage import Channel
from app.turn import Exchange, Notice, StageStarted, TurnEvent
from safety.terminal import safe_text

if TYPE_CHECKING:
    from app.assembly import Parts
    from app.assistant import Assistant

_EXIT = {
    "answered": ExitCode.OK,
    "not_in_documents": ExitCode.OK,
    "refused": ExitCode.REFUSED,
    "stopped": ExitCode.FAILED,
}
_LINE_LIMIT = 1 << 20
"""Characters of one line of a batch."""

_INPUT_LIMIT = 200_000
NOT_KEPT = "This conversation is not kept: there is no history yet, and no passphrase was given to begin one."


@click.command("ask", help="Ask a question and print the checked answer.")
@click.argument("question", required=False)
@click.option("--jsonl", "batch", help="Answer every line of this file (or - for standard input).")
@click.option("--conversation", help="Go on with this conversation; see `inhouse history list`.")
@click.option("--no-history", is_flag=True, help="Keep nothing of this conversation.")
@click.option("--model", help="Name of the model to answer with; see `inhouse models list`.")
@passphrase_file
@as_json
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: click.Context,
    question: str | None,
    batch: str | None,
    conversation: str | None,
    model: str | None,
    passphrase_file: Path | None,
    *,
    no_history: bool,
    json_output: bool,
) -> int:
    """Answer QUESTION (or - for standard input) from the documents."""
    if (question is None) == (batch is None):
        raise UsageError("Give one question, or a file with --jsonl.", "See `inhouse ask --help`.")
    chosen = model or (context.obj or {}).get("model")
    with parts_for(model__name=chosen) as parts:
        recorder = _recording(parts, passphrase_file, no_history=no_history)
        with recorder as (turns, notice):
            assistant = parts.assistant(turns)
            if batch is not None:
                return _answer_lines(assistant, batch, notice)
            result = assistant.ask(_prompt(question or ""), conversation, _channel())
    result = _with(result, notice)
    progress_done()
    if json_output:
        print_shape(result)
    else:
        _say(result)
    return exit_code(result)


@contextmanager
def _recording(
    parts: Parts, file: Path | None, *, no_history: bool
) -> Iterator[tuple[KeptTurns | UnkeptTurns, str]]:
    """Where to record, and what to say about it."""
    if no_history:
        yield UnkeptTurns(), ""
        return
    import os

    given = given_passphrase(file, os.environ) is not None
    if not (given or history_exists(parts) or sys.stdin.isatty()):
        note(NOT_KEPT)
        yield UnkeptTurns(), NOT_KEPT
        return
    with open_history(parts, file) as history:
        for notice in history.notices:
            note(notice)
        yield KeptTurns(history), ""


def _prompt(question: str) -> str:
    if question != "-":
        return question
    text = sys.stdin.read(_INPUT_LIMIT + 1)
    if len(text) > _INPUT_LIMIT:
        raise UsageError("Standard input is longer than any prompt may be.", "Ask a shorter question.")
    return text


def _channel() -> Channel:
    def announce(event: TurnEvent) -> None:
        if isinstance(event, StageStarted):
            progress(event.stage.replace("_", " "))
        elif isinstance(event, Notice):
            progress_done()
            note(event.text)

    return Channel(announce)


def _answer_lines(assistant: Assistant, batch: str, notice: str) -> int:
    """One object per line, in order, flushed as each is done; a line that is no question is a usage error."""
    worst = int(ExitCode.OK)
    with _lines_of(batch) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            asked = _question(line, number)
            earlier = _exchanges(asked)
            result = _with(assistant.ask(asked.question, None, Channel(lambda _: None), earlier), notice)
            click.echo(BatchAskShape(id=asked.id, **result.model_dump()).model_dump_json())
            sys.stdout.flush()
            progress(f"{number} answered")
            if result.outcome == "failed":
                worst = max(worst, int(ExitCode.FAILED))
    progress_done()
    return worst


@contextmanager
def _lines_of(batch: str) -> Iterator[TextIO]:
    if batch == "-":
        yield sys.stdin
        return
    try:
        with Path(batch).open(encoding="utf-8") as stream:
            yield stream
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{batch} cannot be read ({type(error).__name__}).", "Name a UTF-8 file.") from None


def _question(line: str, number: int) -> BatchQuestion:
    if len(line) > _LINE_LIMIT:
        raise UsageError(f"Line {number} is longer than {_LINE_LIMIT} characters.", "Split it.")
    try:
        return BatchQuestion.model_validate_json(line)
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        raise UsageError(
            f"Line {number} is no question: {'.'.join(map(str, what['loc']))} {what['msg']}",
            "See `inhouse config schema --of ask-jsonl-input`.",
        ) from None


def _exchanges(asked: BatchQuestion) -> tuple[Exchange, ...]:
    """Pairs of what was asked and answered; a question without an answer pairs with an empty one."""
    pairs: list[Exchange] = []
    for turn in asked.turns:
        if turn.speaker == "user":
            pairs.append(Exchange(turn.text, ""))
        elif pairs:
            pairs[-1] = Exchange(pairs[-1].prompt, turn.text)
    return tuple(pairs)


def _with(result: AskShape, notice: str) -> AskShape:
    return result.model_copy(update={"notices": [*result.notices, notice]}) if notice else result


def exit_code(result: AskShape) -> int:
    """What a script sees."""
    return int(_EXIT.get(result.outcome, result.exit_code or ExitCode.FAILED))


def _say(result: AskShape) -> None:
    numbers = {passage.id: n for n, passage in enumerate((p for p in result.passages if p.used), start=1)}
    marks = {"partly": " (only partly found)", "not_found": " (not found in your documents)"}
    if result.sentences:
        for sentence in result.sentences:
            cited = "".join(f"[{numbers[chunk]}]" for chunk in sentence.citations if chunk in numbers)
            say(f"{sentence.text} {cited}{marks.get(sentence.support, '')}".rstrip())
    else:
        say(result.answer)
    for passage in result.passages:
        if passage.used:
            place = f"page {passage.page}" if passage.page else f"line {passage.line_start}"
            say(f"\n[{numbers[passage.id]}] {passage.document}, {place}\n    {passage.text}")
    for notice in result.notices:
        click.echo(safe_text(f"\n{notice}"))
