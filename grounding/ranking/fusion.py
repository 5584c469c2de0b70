"""One ranking out of several."""

from __future__ import annotations

from collections.abc import Sequence

RANK_OFFSET = 60


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], *, k: int = RANK_OFFSET) -> dict[str, float]:
    """Score of each id: the sum over rankings of 1 / (k + rank), rank counted from 1.

    Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods", SIGIR 2009; k = 60 is theirs. Needs no common scale between the rankings.
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(dict.fromkeys(ranking), start=1):
            scores[name] = scores.get(name, 0.0) + 1.0 / (k + rank)
    return scores
