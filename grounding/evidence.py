"""What connects a query with a chunk, and how much of it is enough to quote the chunk.

Two searches propose, reciprocal rank fusion chooses whom to look at, and a second look weighs three kinds of
evidence: meaning (cosine), words (share of the query's content words) and full-text rank (BM25).

Measured with `scripts/eval_retrieval` on 300 questions over 636 encyclopedia passages (first passage right,
right one among five) and 100 questions over 12 company documents (first passage from a cited file): full
text alone .830 .967 80, fusion alone .743 .950 87, the second look .850 .980 90. Any weight from 0.25 to
0.75 gives nearly the same; they are not fitted closer than that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogView
from grounding.fusion import reciprocal_rank_fusion

Hits = Sequence[tuple[str, float]]

_WORDS, _RANK = 0.5, 0.5
"""Weights beside a cosine of weight 1."""

LEAST_EVIDENCE = 0.4
"""Cosine plus half the coverage. In the same data 0.3% of the questions have no passage above it; of
questions asked of the other library, which cannot answer them, 28% and 92% have none. Asking for 0.6 of the
best passage would refuse 98% of those and 5% of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that one of the searches found."""

    similarity: float
    """Cosine to the query, -1 to 1; measured for every candidate."""

    lexical: float | None
    """BM25; None if the full-text search did not find it."""

    coverage: float
    """Share of the query's content words that it holds, 0 to 1, weighed by how rare they are."""

    score: float
    """Orders the candidates of one search."""

    @property
    def evidence(self) -> float:
        """Comparable between searches, unlike `score`; up to 1.5."""
        return self.similarity + _WORDS * self.coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as the searches saw it, and what they found."""

    vector: NDArray[np.float32]
    terms: Sequence[str]
    """Content words, whose coverage is measured."""

    dense: Hits
    lexical: Hits
    library: int
    """How many chunks there are in all."""


def weighed(view: CatalogView, query: Query, most: int) -> dict[str, Candidate]:
    """The `most` candidates that fusion likes best, with all their evidence, best first.

    Ties are settled by id, so that the same question always has the same answer.
    """
    bm25 = dict(query.lexical)
    similarity = _similarities(view, query)
    fused = reciprocal_rank_fusion([[name for name, _ in query.dense], [name for name, _ in query.lexical]])
    known = sorted((name for name in fused if name in similarity), key=lambda name: (-fused[name], name))
    chosen = known[:most]
    covered = coverage(view, query.terms, chosen, query.library)
    highest = max(bm25.values(), default=0.0)
    found = {
        name: Candidate(
            similarity=similarity[name],
            lexical=bm25.get(name),
            coverage=covered[name],
            score=similarity[name]
            + _WORDS * covered[name]
            + (_RANK * bm25.get(name, 0.0) / highest if highest > 0 else 0.0),
        )
        for name in chosen
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].score, item[0])))


def coverage(
    view: CatalogView, terms: Sequence[str], ids: Sequence[str], library: int
) -> Mapping[str, float]:
    """Share of the terms that occurs in each chunk, 0 to 1, each weighed by ln(1 + N / (n + 1)).

    N = `library`, the number of chunks in all, n with the term or a form of it; the weight is that of
    inverse document frequency (Spaerck Jones 1972), smoothed so that a word no document holds weighs most.
    """
    covered = dict.fromkeys(ids, 0.0)
    everything = 0.0
    for term in terms:
        count, holders = view.chunks_with(term, ids)
        weight = log(1.0 + library / (count + 1))
        everything += weight
        for name in holders:
            covered[name] += weight
    return {name: share / everything if everything else 0.0 for name, share in covered.items()}


def _similarities(view: CatalogView, query: Query) -> dict[str, float]:
    """Cosine of every hit; of those only the full-text search found, from the stored vector."""
    known = dict(query.dense)
    missing = [name for name, _ in query.lexical if name not in known]
    return known | {name: float(own @ query.vector) for name, own in view.vectors_of(missing).items()}
