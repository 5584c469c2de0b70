"""Who is looked at again, and how much evidence is enough to quote a chunk.

Two searches propose, reciprocal rank fusion chooses whom to look at, and the second look weighs what
connects each of them with the question (`grounding.ranking.second_look`). What the last turn showed may be
looked at beside them; that it was shown earns it nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogView
from grounding.passages import Passage, Principal
from grounding.ranking.fusion import reciprocal_rank_fusion
from grounding.ranking.second_look import WEIGHTS, Question, Signs, signs_in_words
from grounding.text.ages import newness

Hits = Sequence[tuple[str, float]]

_WORDS = 0.5

LEAST_EVIDENCE = 0.4
"""Cosine plus half the share of the question's words. Of 300 questions over 636 encyclopedia passages 0.3%
have no passage above it, of 100 over 12 company documents none; of the same questions asked of the other
library, which cannot answer them, 93% and 29%. Asking for 0.6 would refuse 99% and 96% of those, and of the
others 5% and 1%."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that one of the searches found."""

    passage: Passage
    signs: Signs
    lexical: float | None
    """BM25; None if the full-text search did not find it."""

    entity: float | None
    """Share of the question's known names that it uses; None if the question has none."""

    fused: float
    """Reciprocal rank fusion of the searches; 0 if neither found it, and only the last turn did."""

    score: float
    """Orders the candidates of one search."""

    @property
    def evidence(self) -> float:
        """Comparable between searches, unlike `score`; up to 1.5."""
        return self.signs.meaning + _WORDS * self.signs.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the two searches brought for one question, and what the last turn showed."""

    vector: NDArray[np.float32]
    dense: Hits
    lexical: Hits
    last: tuple[str, ...] = ()
    """Chunk ids."""


def weighed(
    view: CatalogView, found: Found, question: Question, *, most: int, principal: Principal
) -> list[Candidate]:
    """The `most` chunks that fusion likes best and those of the last turn, weighed, best first.

    Ties are settled by id, so that the same question always has the same answer.
    """
    fused = reciprocal_rank_fusion([[name for name, _ in found.dense], [name for name, _ in found.lexical]])
    chosen = sorted(fused, key=lambda name: (-fused[name], name))[:most]
    chosen += [name for name in dict.fromkeys(found.last) if name not in chosen]
    passages = view.passages(chosen, principal)
    similarity = _similarities(view, found, [name for name in chosen if name in passages])
    bm25 = dict(found.lexical)
    highest = max(bm25.values(), default=0.0)
    candidates = []
    for name, cosine in similarity.items():
        passage = passages[name]
        signs = replace(
            signs_in_words(question, passage),
            meaning=cosine,
            rank=bm25.get(name, 0.0) / highest if highest > 0 else 0.0,
        )
        candidates.append(
            Candidate(
                passage=passage,
                signs=signs,
                lexical=bm25.get(name),
                entity=signs.entities if question.known else None,
                fused=fused.get(name, 0.0),
                score=0.0,
            )
        )
    return _scored(_dated(_accompanied(candidates), question), question)


def _similarities(view: CatalogView, found: Found, names: Sequence[str]) -> dict[str, float]:
    """Cosine of each; of those only the full-text search found, from the stored vector."""
    known = dict(found.dense)
    stored = view.vectors_of([name for name in names if name not in known])
    both = {name: float(own @ found.vector) for name, own in stored.items()} | known
    return {name: both[name] for name in names if name in both}


def _accompanied(candidates: list[Candidate]) -> list[Candidate]:
    """With the sign `company`; not by ranks, which differ where an index breaks ties in its own way.

    What only the last turn brought is no sign that its document was found more than once.
    """
    shares: dict[str, float] = {}
    for one in filter(lambda one: one.fused, candidates):
        document = one.passage.document_id
        shares[document] = shares.get(document, 0.0) + max(one.evidence, 0.0) ** 2
    everything = sum(shares.values()) or 1.0
    return [
        replace(one, signs=replace(one.signs, company=shares.get(one.passage.document_id, 0.0) / everything))
        for one in candidates
    ]


def _dated(candidates: list[Candidate], question: Question) -> list[Candidate]:
    """With the sign `recent`, if the question asks for a year or for what is current."""
    if not (question.years or question.wants_newest):
        return candidates
    dates = [newness(one.passage, question.years) for one in candidates]
    # Equal dates are equally new; undated ones are as old as anything.
    order = {date: place for place, date in enumerate(sorted({"", *dates}))}
    newest = max(len(order) - 1, 1)
    return [
        replace(
            one,
            signs=replace(
                one.signs,
                recent=float(date in question.years) if question.years else order[date] / newest,
            ),
        )
        for one, date in zip(candidates, dates, strict=True)
    ]


def _scored(candidates: Sequence[Candidate], question: Question) -> list[Candidate]:
    weights = question.scaled(WEIGHTS)
    scored = [replace(one, score=one.signs.weighed(weights)) for one in candidates]
    return sorted(scored, key=lambda one: (-one.score, one.passage.id))
