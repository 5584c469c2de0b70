"""Puts the first candidates in the order of a cross-encoder, if the site supplies one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grounding.ranking.evidence import Candidate
from grounding.ranking.second_look import WEIGHTS

MOST = 20
"""Candidates that the cross-encoder reads: each costs a pass through it."""


class Reranker(Protocol):
    """A model that reads question and passage together. Cheap to make; `warm` loads the weights."""

    name: str

    def warm(self) -> None:
        """Load the weights; harmless when done before."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers, shape (len(texts),), 0 to 1, larger is better."""
        ...


def reranked(question: str, candidates: Sequence[Candidate], reranker: Reranker) -> list[Candidate]:
    """The first `MOST` in the order of the re-ranker, then the others as they were.

    Their score becomes the re-ranker's plus the most that the second look can give, so that one scale
    orders all.
    """
    first, others = candidates[:MOST], candidates[MOST:]
    if not first:
        return []
    texts = ["\n".join((*one.passage.heading[-1:], one.passage.text)) for one in first]
    highest = sum(float(getattr(WEIGHTS, sign.name)) for sign in fields(WEIGHTS))
    scored = [
        replace(one, score=highest + float(score))
        for one, score in zip(first, reranker.score(question, texts), strict=True)
    ]
    return [*sorted(scored, key=lambda one: (-one.score, one.passage.id)), *others]
