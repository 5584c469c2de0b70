"""`inhouse support`: whether passages support an answer, without any language model."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from pydantic import ValidationError

from app.cli.options import as_ascii_json, note, parts_for, say
from app.contract import SupportQuestion, SupportShape
from app.contract.support import CheckedSentenceShape
from app.errors import ExitCode, UsageError
from grounding.answers import JudgedAnswer, judged_answer, with_positions
from grounding.citations import place
from grounding.passages import Passage

if TYPE_CHECKING:
    from app.stages.check_answer import Support

_LINE_LIMIT = 1 << 23
"""Bytes of one line: an answer and the passages it was written from."""

_SEE = "A line is {id, answer, passages: [{id, text}]}; see `inhouse support check --help`."
_SIGNS = {"supported": "+", "partly": "~", "not_found": "-", "not_checked": " "}


@click.group("support", help="Check answers against the passages they were written from.")
def command() -> None:
    """Group of commands."""


@command.command("check")
@click.argument("file", metavar="FILE|-")
@click.option("--json", "json_output", is_flag=True, help="Print one JSON object per line.")
def check(file: str, *, json_output: bool) -> int:
    """Judge each line {id, answer, passages: [{id, text}]} of FILE, or of standard input for -.

    Every sentence is held against what it cites and against all passages of its line; the score of the
    whole is that of its worst sentence. No language model is started. A line that is none of these is told
    on standard error and does not end the others.
    """
    worst = ExitCode.OK
    with _opened(file) as stream, parts_for() as parts:
        for number, line in _lines(stream, file):
            try:
                asked = _asked(line)
            except UsageError as error:
                note(f"Line {number} cannot be checked: {error} {error.remedy}")
                worst = ExitCode.USAGE
                continue
            answer = _judged(parts.grounding, asked)
            if json_output:
                click.echo(as_ascii_json(_shape(asked, answer)))
                sys.stdout.flush()
            else:
                _say(asked, answer)
    return worst


def _judged(support: Support, asked: SupportQuestion) -> JudgedAnswer:
    shown = [
        Passage(
            id=passage.id,
            document_id=passage.id,
            document=passage.title or passage.id,
            title=passage.title,
            text=passage.text,
            dated=passage.dated,
        )
        for passage in asked.passages
    ]
    cited = place(with_positions(asked.answer, [passage.id for passage in shown]), shown)
    return judged_answer(support.judge(cited, shown, question=asked.question))


def _shape(asked: SupportQuestion, answer: JudgedAnswer) -> SupportShape:
    return SupportShape(
        id=asked.id,
        verdict=answer.verdict,
        score=answer.score,
        sentences=[
            CheckedSentenceShape(
                text=sentence.text,
                support=sentence.support,
                score=sentence.score,
                citations=list(sentence.citations),
                reasons=list(sentence.reasons),
            )
            for sentence in answer.sentences
        ],
    )


def _say(asked: SupportQuestion, answer: JudgedAnswer) -> None:
    say(f"{asked.id}: {answer.verdict.replace('_', ' ')}, {answer.score:.2f}")
    for sentence in answer.sentences:
        cited = "".join(f" [{name}]" for name in sentence.citations)
        score = "" if sentence.support == "not_checked" else f"{sentence.score:.2f}"
        say(f"  {_SIGNS[sentence.support]} {score:4} {sentence.text}{cited}")
        if sentence.reasons:
            say(f"         {'; '.join(sentence.reasons)}")


def _asked(line: bytes) -> SupportQuestion:
    if len(line) > _LINE_LIMIT:
        raise UsageError(f"It is longer than {_LINE_LIMIT} bytes.", "Shorten it.")
    try:
        asked = SupportQuestion.model_validate_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("It is not UTF-8 text.", "Save the file as UTF-8.") from None
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, what["loc"]))
        raise UsageError(f"{where}: {what['msg']}." if where else f"{what['msg']}.", _SEE) from None
    ids = [passage.id for passage in asked.passages]
    if len(set(ids)) < len(ids):
        raise UsageError("Two of its passages have one id.", _SEE)
    return asked


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; errors of the block are not its own
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).", "Name a file.") from None
    with stream:
        yield stream


def _lines(stream: IO[bytes], file: str) -> Iterator[tuple[int, bytes]]:
    """Number and content of every line that is not blank; of one that is too long, only the beginning."""
    number = 0
    while True:
        try:
            line = stream.readline(_LINE_LIMIT + 1)
            rest = line
            while len(rest) > _LINE_LIMIT and not rest.endswith(b"\n"):
                rest = stream.readline(_LINE_LIMIT + 1)
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror}).", "Name a file.") from None
        if not line:
            return
        number += 1
        if line.strip():
            yield number, line
