"""Judges natural answers and prints how well their sentences are ranked, beside plain word overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sklearn.metrics import roc_auc_score

from grounding.citations import place
from grounding.claims.answers import judged_answer
from grounding.claims.scoring import SUPPORTED
from grounding.passages import Passage
from grounding.support import JudgedSentence, SupportChecker
from grounding.text.words import content_stems
from support_cases.natural import NaturalCase

Overlap = Callable[[str, Sequence[Passage]], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """A judged sentence, or a whole answer by its worst one."""

    kind: str
    true: bool
    score: float
    overlap: float
    sentence: JudgedSentence | None = field(default=None, repr=False)


def overlap(text: str, shown: Sequence[Passage]) -> float:
    """The baseline: the largest share of the content words of `text` in one of the passages shown."""
    wanted = set(content_stems(text))
    return max(
        len(wanted.intersection(content_stems(f"{passage.title} {passage.text}"))) / max(1, len(wanted))
        for passage in shown
    )


def measured(cases: Sequence[NaturalCase], checker: SupportChecker) -> tuple[list[Measured], list[Measured]]:
    """Sentences and whole answers. A sentence that is no claim is left out, as it is in a verdict."""
    sentences: list[Measured] = []
    answers: list[Measured] = []
    for case in cases:
        judged = checker.judge(place(case.text, ()), case.shown)
        checked = [one for one in judged if one.support != "not_checked"]
        if not checked:
            continue
        lowest = min(overlap(one.text, case.shown) for one in checked)
        answers.append(Measured(case.kind, case.kind == "true", judged_answer(judged).score, lowest))
        for one in checked:
            # An altered answer repeats the true sentences of the unaltered one: each counts once.
            if case.kind == "true" or one.text in case.wrong:
                held = overlap(one.text, case.shown)
                sentences.append(Measured(case.kind, case.kind == "true", one.score, held, one))
    return sentences, answers


def report_natural(cases: Sequence[NaturalCase], checker: SupportChecker) -> None:
    """Print both halves of the question: are true sentences doubted, are others ranked below them."""
    for origin in sorted({case.origin for case in cases}):
        sentences, answers = measured([case for case in cases if case.origin == origin], checker)
        print(f"\nnatural answers, {origin}")
        print(f"  {'sentences':22} {'n':>5}  under {SUPPORTED}  partly  not found    area  word overlap")
        _rows(sentences, verdicts=True)
        print(f"  {'whole answers':22} {'n':>5}  under {SUPPORTED}  {'':17}    area  word overlap")
        _rows(answers, verdicts=False)


def _rows(made: Sequence[Measured], *, verdicts: bool) -> None:
    truth = [one for one in made if one.true]
    for kind in ("true", *sorted({one.kind for one in made if not one.true}), "all that are wrong"):
        chosen = [one for one in made if one.kind == kind or (kind[:3] == "all" and not one.true)]
        if not chosen:
            continue
        under = sum(one.score < SUPPORTED for one in chosen) / len(chosen)
        told = (
            f"{_share(chosen, 'partly'):6.3f}  {_share(chosen, 'not_found'):9.3f}" if verdicts else " " * 17
        )
        print(f"  {kind:22} {len(chosen):5}  {under:10.3f}  {told}  {_areas(truth, chosen, kind)}")


def _share(chosen: Sequence[Measured], support: str) -> float:
    return sum(bool(one.sentence and one.sentence.support == support) for one in chosen) / len(chosen)


def _areas(truth: Sequence[Measured], wrong: Sequence[Measured], kind: str) -> str:
    if kind == "true":
        return ""
    labels = [1] * len(truth) + [0] * len(wrong)
    both = [*truth, *wrong]
    ours = roc_auc_score(labels, [one.score for one in both])
    plain = roc_auc_score(labels, [one.overlap for one in both])
    return f"{ours:6.3f}  {plain:12.3f}"
