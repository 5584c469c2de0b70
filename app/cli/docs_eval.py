"""`inhouse docs eval`: an administrator's own questions, asked of this generation and of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.docs_work import working
from app.cli.options import as_json, counted, parts_for, print_shape, progress, progress_done, say
from app.contract.explain import EvalShape, FiguresShape, JudgedQuestionShape
from app.errors import ExitCode, UsageError
from grounding.errors import RetrieverLostError

if TYPE_CHECKING:
    from app.assembly import Parts
    from grounding.catalog import CatalogView
    from grounding.judgement import Question, Ranked
    from grounding.passages import Retrieval

Search = Callable[["Question"], "Retrieval"]

_DEPTH = 50
"""Passages looked at for a question: enough for ten different documents as a rule."""

_NAMED = 3
_TOLD_OF = 20
"""Every so many questions the progress is told."""


@click.command("eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--gate", is_flag=True, help="Roll a generation back that answers worse than the one before.")
@as_json
def evaluate(file: Path, *, gate: bool, json_output: bool) -> int:
    """Measure how often questions find the right document.

    Every question of FILE is asked of this generation and of the one before. FILE holds one JSON object a
    line: id, question, relevant (a list of document paths or names) and, for a follow-up, turns. No
    language model is started. With --gate the exit code is 1 for a generation that is worse in recall at
    5 or in mean reciprocal rank, and the generation before is made live again.
    """
    from grounding.judgement import read_questions

    questions = read_questions(file)
    with parts_for() as parts:
        report = _evaluated(parts, questions, gate=gate)
        progress_done()
    if json_output:
        print_shape(report)
    else:
        _say(report)
    return ExitCode.FAILED if report.gate == "refused" else ExitCode.OK


def _evaluated(parts: Parts, questions: Sequence[Question], *, gate: bool) -> EvalShape:
    from app.principal import current_principal

    with parts.catalog.read() as view:
        documents = [entry.path for entry in view.documents()]
        kept = _compared(view) if documents else []
    if not documents:
        raise UsageError("There are no documents to be asked.", "Add some with `inhouse docs add PATH…`.")
    who: dict[str, Any] = {"principal": current_principal(), "limit": _DEPTH}
    grounding = parts.grounding
    results = _asked(
        questions,
        lambda one: grounding.find(one.question, earlier=one.earlier, **who),
        f"generation {kept[0]}",
    )
    now = _figures(kept[0], results)
    before = None
    if len(kept) > 1:
        # A generation that held nothing finds nothing; that is no reason to leave the comparison out.
        earlier = _asked(
            questions,
            lambda one: grounding.find_past(one.question, generation=kept[1], earlier=one.earlier, **who),
            f"generation {kept[1]}",
        )
        grounding.find_past("", generation=0, **who)
        before = _figures(kept[1], earlier)
    report = EvalShape(
        now=now,
        before=before,
        gate="not asked",
        generation=kept[0],
        notice=_unknown(questions, documents),
        questions=[
            JudgedQuestionShape(id=one.id, rank=one.rank, documents=list(one.documents)) for one in results
        ],
    )
    return _gated(parts, report) if gate else report


def _compared(view: CatalogView) -> list[int]:
    """This generation and the last one that held something else: other rights make a generation, too."""
    newest, *earlier = [one.number for one in view.generations()]
    now = view.live_in(newest)
    return [newest, *(number for number in earlier if view.live_in(number) != now)][:2]


def _asked(questions: Sequence[Question], search: Search, what: str) -> list[Ranked]:
    from grounding.judgement import ranked

    results = []
    for number, question in enumerate(questions, start=1):
        if number % _TOLD_OF == 1:
            progress(f"{what}: question {number} of {len(questions)}")
        found = search(question)
        if found.index == "full-text":
            # The words alone answer otherwise; figures of half a search would be believed.
            raise RetrieverLostError("The process that searches ended while the questions were asked.")
        results.append(ranked(question, [one.document for one in found.passages]))
    return results


def _figures(generation: int, results: Sequence[Ranked]) -> FiguresShape:
    from grounding.judgement import figures

    found = figures(results)
    return FiguresShape(
        generation=generation,
        recall={str(cut): round(value, 6) for cut, value in found.recall.items()},
        mrr=round(found.mrr, 6),
    )


def _gated(parts: Parts, report: EvalShape) -> EvalShape:
    """Refuse what is worse than before, beyond ties."""
    now, before = report.now, report.before
    if before is None:
        notice = "There is no earlier generation to compare with."
        return report.model_copy(update={"gate": "passed", "notice": f"{report.notice} {notice}".strip()})
    if now.recall["5"] >= before.recall["5"] and now.mrr >= before.mrr:
        return report.model_copy(update={"gate": "passed"})
    with working(parts.ingest) as work:
        restored = parts.ingest.rollback(before.generation, work.hear)
    return report.model_copy(update={"gate": "refused", "generation": restored.generation})


def _unknown(questions: Sequence[Question], documents: Sequence[str]) -> str:
    """What the questions take for relevant and the library does not hold."""
    from grounding.judgement import is_meant

    wanted = dict.fromkeys(name for one in questions for name in one.relevant)
    unknown = [name for name in wanted if not any(is_meant(name, path) for path in documents)]
    if not unknown:
        return ""
    named = ", ".join(unknown[:_NAMED]) + (" …" if len(unknown) > _NAMED else "")
    return f"{counted(len(unknown), 'relevant document')} cannot be found, not being in the library: {named}."


def _say(report: EvalShape) -> None:
    rows = [report.now, *([report.before] if report.before else [])]
    say(f"{counted(len(report.questions), 'question')}.")
    say(f"{'generation':12} {'recall@1':>9} {'@3':>6} {'@5':>6} {'@10':>6} {'MRR':>6}")
    for row in rows:
        figures = "".join(f" {row.recall[cut]:>6.3f}" for cut in ("3", "5", "10"))
        say(f"{row.generation:<12} {row.recall['1']:>9.3f}{figures} {row.mrr:>6.3f}")
    missed = [one.id for one in report.questions if one.rank is None]
    if missed:
        say(f"Nothing relevant was found for {counted(len(missed), 'question')}: {', '.join(missed[:10])}.")
    if report.gate == "refused" and report.before:
        say(
            f"Generation {report.now.generation} answers worse than {report.before.generation} and was rolled"
            f" back: generation {report.generation} holds what {report.before.generation} held."
        )
    elif report.gate == "passed":
        say("The gate is passed.")
    if report.notice:
        say(report.notice)
