"""`inhouse support`: whether passages support an answer, without any language model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from app.cli.json_lines import numbered_lines, opened, parsed
from app.cli.options import as_ascii_json, note, parts_for, say
from app.contract import SupportQuestion, SupportShape
from app.contract.support import CheckedSentenceShape
from app.errors import ExitCode, UsageError
from grounding.citations import place
from grounding.claims.answers import JudgedAnswer, judged_answer, with_positions
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
    """Judge answers by their passages, one line each.

    A line of FILE, or of standard input for -, is {id, answer, passages: [{id, text}]}; [1] in an answer
    cites the first passage, [id] one by its id. Every sentence is held against what it cites and against
    all passages of its line; the score of the whole is that of its worst sentence. No language model is
    started. A line that is none of these is told on standard error and does not end the others.
    """
    worst = ExitCode.OK
    with opened(file) as stream, parts_for() as parts:
        for number, line in numbered_lines(stream, file, _LINE_LIMIT):
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
    asked = parsed(line, SupportQuestion, limit=_LINE_LIMIT, see=_SEE)
    ids = [passage.id for passage in asked.passages]
    if len(set(ids)) < len(ids):
        raise UsageError("Two of its passages have one id.", _SEE)
    return asked
