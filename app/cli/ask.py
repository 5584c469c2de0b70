"""`inhouse ask`: one question, or many in one start."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from app.cli.batch import answer_lines
from app.cli.options import (
    as_json,
    given_text,
    history_exists,
    note,
    open_history,
    parts_for,
    passphrase_file,
    place_of,
    print_shape,
    progress,
    progress_done,
    say,
)
from app.contract import AskShape
from app.errors import ExitCode, UsageError
from app.history.passphrase import given_passphrase
from app.recorders import KeptTurns, UnkeptTurns
from app.stages.stage import Channel
from app.turn import Mode, Notice, StageStarted, TurnEvent

if TYPE_CHECKING:
    from app.assembly import Parts

_EXIT = {
    "answered": ExitCode.OK,
    "not_in_documents": ExitCode.OK,
    "refused": ExitCode.REFUSED,
    "stopped": ExitCode.FAILED,
}

_STALE = {"": "", "changed": " (the file has changed since)", "gone": " (the file is gone)"}

NOT_KEPT = "This conversation is not kept: there is no history yet, and no passphrase was given to begin one."


@click.command("ask")
@click.argument("question", required=False)
@click.option("--jsonl", "batch", metavar="FILE", help="Answer every line of FILE (or - for standard input).")
@click.option(
    "--conversation", metavar="ID", help="Go on with this conversation; see `inhouse history list`."
)
@click.option(
    "--mode",
    type=click.Choice(["documents_only", "documents_first", "free"]),
    help="Where the answer may come from; the default is that of the settings.",
)
@click.option("--no-history", is_flag=True, help="Keep nothing of this conversation.")
@click.option("--model", metavar="NAME", help="Model to answer with; see `inhouse models list`.")
@passphrase_file
@as_json
def command(  # noqa: PLR0913 - one parameter per option
    question: str | None,
    batch: str | None,
    conversation: str | None,
    model: str | None,
    passphrase_file: Path | None,
    *,
    mode: Mode | None,
    no_history: bool,
    json_output: bool,
) -> int:
    """Answer QUESTION (or - for standard input) from the documents, and check the answer.

    Exit codes: 0 answered or not in the documents, 1 failed or stopped, 2 usage, 3 refused,
    4 the history cannot be opened, 5 no usable model.
    """
    _refuse_contradictions(question, batch, conversation, no_history=no_history)
    prompt = given_text(question) if question is not None else ""
    with parts_for(model__name=model) as parts, _recording(parts, passphrase_file, no_history) as recording:
        turns, notice = recording
        if notice:
            note(notice)
            _refuse_unkept(conversation)
        assistant = parts.assistant(turns, mode)
        with _interruptible() as stop:
            if batch is not None:
                return answer_lines(assistant, batch, stop, lambda result: _with(result, notice))
            said: list[str] = []
            result = assistant.ask(prompt, conversation, Channel(_announcer(said), stop))
    progress_done()
    if json_output:
        print_shape(_with(result, notice))
    else:
        _say(result, said)
    return exit_code(result)


def _refuse_contradictions(
    question: str | None, batch: str | None, conversation: str | None, *, no_history: bool
) -> None:
    if (question is None) == (batch is None):
        raise UsageError("Give one question, or a file with --jsonl.", "See `inhouse ask --help`.")
    if conversation and (no_history or batch is not None):
        raise UsageError(
            "--conversation needs the history, which --no-history and --jsonl leave alone.",
            "Leave one of them out.",
        )


@contextmanager
def _recording(
    parts: Parts,
    file: Path | None,
    no_history: bool,  # noqa: FBT001 - the flag of the command
) -> Iterator[tuple[KeptTurns | UnkeptTurns, str]]:
    """Where to record, and what to say about it."""
    if no_history:
        yield UnkeptTurns(), ""
        return
    import os

    given = given_passphrase(file, os.environ) is not None
    if not (given or history_exists(parts) or sys.stdin.isatty()):
        yield UnkeptTurns(), NOT_KEPT
        return
    with open_history(parts, file) as history:
        for notice in history.notices:
            note(notice)
        yield KeptTurns(history), ""


def _refuse_unkept(conversation: str | None) -> None:
    if conversation:
        raise UsageError("There is no such conversation.", "See `inhouse history list`.")


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C once stops the answer and keeps what there is of it; twice ends the program."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def interrupted(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _announcer(said: list[str]) -> Callable[[TurnEvent], None]:
    """Progress and notices on standard error; `said` remembers the notices."""

    def announce(event: TurnEvent) -> None:
        if isinstance(event, StageStarted):
            progress(event.stage.replace("_", " "))
        elif isinstance(event, Notice):
            progress_done()
            note(event.text)
            said.append(event.text)

    return announce


def _with(result: AskShape, notice: str) -> AskShape:
    return result.model_copy(update={"notices": [*result.notices, notice]}) if notice else result


def exit_code(result: AskShape) -> int:
    """What a script sees."""
    return int(_EXIT.get(result.outcome, result.exit_code or ExitCode.FAILED))


def _say(result: AskShape, said: list[str]) -> None:
    numbers = {passage.id: n for n, passage in enumerate((p for p in result.passages if p.used), start=1)}
    if result.quote and result.outcome == "answered" and result.quote.text not in result.answer:
        number = numbers.get(result.quote.citation)
        say(f'"{result.quote.text}"{f" [{number}]" if number else ""}\n')
    marks = {"partly": " (only partly found)", "not_found": " (not found in your documents)"}
    for sentence in result.sentences:
        cited = "".join(f"[{numbers[chunk]}]" for chunk in sentence.citations if chunk in numbers)
        say(f"{sentence.text} {cited}{marks.get(sentence.support, '')}".rstrip())
    if result.answer and not result.sentences:
        say(result.answer)
    _say_origins(result, numbers)
    tell = note if result.outcome == "failed" else say
    for notice in result.notices:
        if notice not in said:
            tell(f"\n{notice}" if result.answer else notice)


def _say_origins(result: AskShape, numbers: Mapping[str, int]) -> None:
    """The cited passages, and what was searched for where that is not what was asked."""
    for passage in result.passages:
        if passage.used:
            origin = f"[{numbers[passage.id]}] {passage.document}, {place_of(passage)}{_STALE[passage.stale]}"
            say(f"\n{origin}\n    {passage.text}")
    searched = result.query.searched or result.query.standalone
    if searched and searched not in {result.query.original.strip(), result.query.normalised}:
        say(f"\nSearched for: {searched}")
