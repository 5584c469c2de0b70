"""One number from the evidence for a claim: a small logistic rule with published weights.

Fitted by logistic regression on half of the sentences of `scripts/eval_support` together with the reference
answers of public conversations over documents (MTRAG, Apache-2.0) beside those of other turns, then rounded;
`scripts/eval_support` measures the other half, of both. What contradicts the evidence is decided before,
and caps the score, whatever the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Literal

SUPPORTED, PARTLY = 0.5, 0.3
"""Least scores of the verdicts "supported" and "partly". `scripts/eval_support` reports at these."""

_LONGEST_RUN = 6


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much of a claim stands where in its sources; shares of its content words from 0 to 1."""

    window: float = 0.0
    """In two neighbouring sentences with the headings above them."""

    three: float = 0.0
    """In the three sentences that together hold most, headings included."""

    pairs: float = 0.0
    """Share of its neighbouring words that are neighbours in a sentence of the sources."""

    single: float = 0.0
    """In one sentence."""

    absent: int = 0
    """Its longest run of words that stand nowhere in the sources."""

    similarity: float | None = None
    """Cosine of its embedding to the nearest words of the sources, -1 to 1; None without an embedder."""


def score(evidence: Evidence) -> float:
    """From 0 to 1. The similarity of embeddings can raise it, for a paraphrase, and never lower it."""
    run = min(evidence.absent, _LONGEST_RUN) / _LONGEST_RUN
    words = -1.0 + 1.5 * evidence.window + 0.4 * evidence.three + 2.9 * evidence.pairs - 3.0 * run
    if evidence.similarity is None:
        return _logistic(words)
    meaning = -1.3 + 1.1 * evidence.window + 2.0 * evidence.pairs - 3.5 * run + 2.2 * evidence.similarity
    return _logistic(max(words, meaning))


def verdict(value: float) -> Literal["supported", "partly", "not_found"]:
    """The one place where a score becomes a word."""
    if value >= SUPPORTED:
        return "supported"
    return "partly" if value >= PARTLY else "not_found"


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))
