"""Decides from the evidence alone whether the documents can answer a question.

A small model asked to say "I do not know" seldom does, so it is not asked. Four figures between 0 and 1
are weighed by a logistic rule with the weights below:

* meaning   the highest cosine similarity between the question and a passage
* together  share of the question's content words that stand in two neighbouring sentences, their
            headings included, of the best passage
* spread    share of the question's content words that stand in any of the first passages
* exact     share of the question's names, numbers and codes that stand there

The rule sees words, not facts: a question close to what a document says, but whose answer is not in it,
can pass. The check of the answer's sentences comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp

from grounding.chunking import sentences
from grounding.entities import LinkedEntity
from grounding.facts import facts_in, missing_facts
from grounding.names import missing_names
from grounding.numerals import with_digits
from grounding.passages import Passage, Retrieval
from grounding.words import content_stems

_LOOKED_AT = 6
"""Passages, best first; what is further down seldom reaches the model."""

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
    exact: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Weights of the logistic rule, and the chance from which a question is answered."""

    base: float = -7.0
    meaning: float = 8.0
    together: float = 2.0
    spread: float = 3.0
    exact: float = 1.5
    threshold: float = 0.5

    def chance(self, evidence: Evidence) -> float:
        """Logistic function of the weighted figures."""
        weighed = (
            self.base
            + self.meaning * evidence.meaning
            + self.together * evidence.together
            + self.spread * evidence.spread
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
    seen = passages[:_LOOKED_AT]
    wanted = set(content_stems(with_digits(question)))
    held = [_windows(passage) for passage in seen]
    anywhere = {stem for windows in held for window in windows for stem in window}
    best = max((_share(wanted, window) for windows in held for window in windows), default=0.0)
    return Evidence(
        meaning=max(0.0, *(passage.dense or 0.0 for passage in passages)),
        together=best,
        spread=_share(wanted, anywhere),
        exact=_exact(question, seen, entities),
    )


def _windows(passage: Passage) -> list[frozenset[str]]:
    context = content_stems("\n".join((passage.title, *passage.heading)))
    parts = [content_stems(with_digits(part)) for part in sentences(passage.text) if part.strip()]
    pairs = [[*here, *after] for here, after in pairwise(parts)] if len(parts) > 1 else parts
    return [frozenset((*context, *pair)) for pair in pairs]


def _exact(question: str, passages: Sequence[Passage], entities: Sequence[LinkedEntity]) -> float:
    """Share of names, numbers and codes of the question that the passages hold; 1 if it has none."""
    text = "\n".join("\n".join((passage.title, *passage.heading, passage.text)) for passage in passages)
    names = [entity.text for entity in entities if entity.label in _NAMES]
    facts = facts_in(question)
    asked = len(names) + len(facts.quantities) + len(facts.dates) + len(facts.times) + len(facts.codes)
    missing = len(missing_names(names, text)) + len(missing_facts(facts, facts_in(text)))
    return 1.0 - missing / asked if asked else 1.0


def _share(wanted: set[str], present: set[str] | frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _in_words(evidence: Evidence) -> list[str]:
    return [
        f"nearest passage: similarity {evidence.meaning:.2f}",
        f"{evidence.together:.0%} of the question's words stand together, {evidence.spread:.0%} anywhere",
        f"{evidence.exact:.0%} of its names and numbers are there",
    ]
