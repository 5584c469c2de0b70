"""Decides from the evidence alone whether the documents can answer a question.

A small model asked to say "I do not know" seldom does, so it is not asked. Five figures between 0 and 1
are weighed by a logistic rule with the weights below:

* meaning   the highest cosine similarity between the question and a passage
* together  share of the question's content words that stand in two neighbouring sentences, their
            headings included, of the best passage
* spread    share of the question's content words that stand in any of the first passages
* pairs     share of its neighbouring words that are neighbours in a passage as well
* exact     share of the question's names, numbers and codes that stand there

A word or name with one wrong letter counts as there. The rule sees words, not facts: a question close to
what a document says, but whose answer is not in it, can pass. The check of the answer comes after it.

`scripts/fit_answerability` fits the weights on public data alone, the articles of SQuAD in two halves,
and prints the errors: fitted on one half and judged on the other, 5.6% and 9.2% of
250 answerable questions refused, 94.8% and 96.0% of 250 about other articles, 14.0% and 16.4% of 250 whose
matter is in the article and whose answer is not. The weights below were fitted on both halves; the
threshold was chosen a little higher with the questions of the sample handbook in view.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp
from typing import TypeVar

from grounding.chunking import sentences
from grounding.entities import LinkedEntity
from grounding.passages import Passage, Retrieval
from grounding.text.facts import facts_in, missing_facts
from grounding.text.names import missing_names
from grounding.text.numerals import with_digits
from grounding.text.words import content_stems, one_edit_apart

_LOOKED_AT = 6
"""Passages, best first; what is further down seldom reaches the model."""

_LONG_ENOUGH = 5
"""Letters of a stem from which one wrong letter still leaves it recognisable."""

_UNKNOWN_MEANING = 0.4
"""Taken when no passage was compared by meaning, as while the process that does so is away: with 0, no
question could pass. From the sample handbook, words alone then let 22 of 24 questions pass that it answers,
and 2 of 12 that it does not."""

_NAMES = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "PRODUCT", "EVENT", "NORP", "ACRONYM", "TERM"})


@dataclass(frozen=True, slots=True)
class Answerability:
    """Whether there is enough evidence to answer, and why."""

    answerable: bool
    score: float
    """Estimated chance that the passages hold the answer, 0 to 1."""

    reasons: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the passages have in common with the question; each figure from 0 to 1."""

    meaning: float
    together: float
    spread: float
    pairs: float
    exact: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Weights of the logistic rule, and the chance from which a question is answered."""

    base: float = -6.19
    meaning: float = 4.85
    together: float = 2.85
    spread: float = 1.12
    pairs: float = 2.76
    exact: float = 1.93
    threshold: float = 0.7

    def chance(self, evidence: Evidence) -> float:
        """Logistic function of the weighted figures."""
        weighed = (
            self.base
            + self.meaning * evidence.meaning
            + self.together * evidence.together
            + self.spread * evidence.spread
            + self.pairs * evidence.pairs
            + self.exact * evidence.exact
        )
        return 1 / (1 + exp(-weighed))


def decide(
    question: str, retrieval: Retrieval, entities: Sequence[LinkedEntity] = (), *, rule: Rule | None = None
) -> Answerability:
    """Weigh the passages of `retrieval`; `entities` are those of the question."""
    if not retrieval.passages:
        return Answerability(answerable=False, score=0.0, reasons=("nothing in the documents is near",))
    rule = rule or Rule()
    evidence = evidence_for(question, retrieval.passages, entities)
    chance = rule.chance(evidence)
    return Answerability(chance >= rule.threshold, round(chance, 3), tuple(_in_words(evidence)))


def evidence_for(
    question: str, passages: Sequence[Passage], entities: Sequence[LinkedEntity] = ()
) -> Evidence:
    """Measure what the first passages have in common with the question."""
    seen = [_Words.of(passage) for passage in passages[:_LOOKED_AT]]
    known = frozenset(stem for words in seen for window in words.windows for stem in window)
    asked = [_repaired(stem, known) for stem in content_stems(with_digits(question))]
    wanted, neighbours = set(asked), set(pairwise(asked))
    return Evidence(
        meaning=max(
            (max(0.0, one.dense) for one in passages if one.dense is not None), default=_UNKNOWN_MEANING
        ),
        together=max((_share(wanted, window) for words in seen for window in words.windows), default=0.0),
        spread=_share(wanted, known),
        pairs=_share(neighbours, {pair for words in seen for pair in words.pairs}) if neighbours else 1.0,
        exact=_exact(question, passages[:_LOOKED_AT], entities, known),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """A passage as stems."""

    windows: tuple[frozenset[str], ...]
    """Two neighbouring sentences each, with title and headings."""

    pairs: frozenset[tuple[str, str]]
    """Stems next to each other in either order, or with one between them."""

    @classmethod
    def of(cls, passage: Passage) -> _Words:
        context = content_stems("\n".join((passage.title, *passage.heading)))
        texts = [part for part in sentences(passage.text) if part.strip()]
        parts = [content_stems(with_digits(part)) for part in texts]
        windows = [[*here, *after] for here, after in pairwise(parts)] if len(parts) > 1 else parts
        near = [*(pair for part in parts for pair in pairwise(part))]
        near += [pair for part in parts for pair in zip(part, part[2:], strict=False)]
        both = frozenset((*near, *((right, left) for left, right in near)))
        return cls(tuple(frozenset((*context, *window)) for window in windows), both)


def _repaired(stem: str, known: frozenset[str]) -> str:
    """The known stem that `stem` probably is with one wrong letter; itself if there is none."""
    if stem in known or len(stem) < _LONG_ENOUGH or not stem.isalpha():
        return stem
    return min(
        (other for other in known if other[0] == stem[0] and one_edit_apart(stem, other)), default=stem
    )


def _exact(
    question: str, passages: Sequence[Passage], entities: Sequence[LinkedEntity], known: frozenset[str]
) -> float:
    """Share of names, numbers and codes of the question that the passages hold; 1 if it has none."""
    text = "\n".join("\n".join((passage.title, *passage.heading, passage.text)) for passage in passages)
    names = [entity.text for entity in entities if entity.label in _NAMES]
    strange = [
        name
        for name in missing_names(names, text)
        if any(_repaired(stem, known) not in known for stem in content_stems(name))
    ]
    facts = facts_in(question)
    asked = len(names) + len(facts.quantities) + len(facts.dates) + len(facts.times) + len(facts.codes)
    missing = len(strange) + len(missing_facts(facts, facts_in(text)))
    return 1.0 - missing / asked if asked else 1.0


Item = TypeVar("Item")


def _share(wanted: set[Item], present: AbstractSet[Item]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _in_words(evidence: Evidence) -> list[str]:
    return [
        f"nearest passage: similarity {evidence.meaning:.2f}",
        f"{evidence.together:.0%} of the question's words stand together, {evidence.spread:.0%} anywhere",
        f"{evidence.exact:.0%} of its names and numbers are there",
    ]
