"""What connects a query with a chunk, and how much of it is enough to quote the chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogView
from grounding.fusion import reciprocal_rank_fusion

Hits = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that one of the searches found."""

    similarity: float
    """Cosine to the query, -1 to 1; measured for every candidate."""

    lexical: float | None
    """BM25; None if the full-text search did not find it."""

    score: float
    """Reciprocal rank fusion of both searches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """A candidate is near if its meaning or its words are."""

    similarity: float = 0.3
    coverage: float = 0.5
    """Share of the query's content words that it holds, weighed by how rare they are."""

    def includes(self, similarity: float, covered: float) -> bool:
        """Whether one of the two is enough."""
        return similarity >= self.similarity or covered >= self.coverage


def candidates_of(
    view: CatalogView, vector: NDArray[np.float32], dense: Hits, lexical: Hits
) -> dict[str, Candidate]:
    """Every chunk that either search found, best first, with both kinds of evidence.

    Ties are settled by similarity and then by id, so that the same question always has the same answer.
    """
    similarity = dict(dense)
    bm25 = dict(lexical)
    unknown = [name for name in bm25 if name not in similarity]
    similarity |= {name: float(own @ vector) for name, own in view.vectors_of(unknown).items()}
    scores = reciprocal_rank_fusion([[name for name, _ in dense], [name for name, _ in lexical]])
    order = sorted(
        (name for name in scores if name in similarity), key=lambda n: (-scores[n], -similarity[n], n)
    )
    return {
        name: Candidate(similarity=similarity[name], lexical=bm25.get(name), score=scores[name])
        for name in order
    }


def coverage(view: CatalogView, terms: Sequence[str], ids: Sequence[str]) -> Mapping[str, float]:
    """Share of the terms that occurs in each chunk, 0 to 1, each weighed by ln(1 + N / (n + 1)).

    N chunks in all, n with the term or a form of it; the weight is that of inverse document frequency
    (Spaerck Jones 1972), smoothed so that a word no document holds weighs most.
    """
    total = view.state().chunks
    covered = dict.fromkeys(ids, 0.0)
    everything = 0.0
    for term in terms:
        count, holders = view.chunks_with(term, ids)
        weight = log(1.0 + total / (count + 1))
        everything += weight
        for name in holders:
            covered[name] += weight
    return {name: share / everything if everything else 0.0 for name, share in covered.items()}
