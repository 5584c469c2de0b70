"""The two judges of meaning that may join: the similarity of embeddings, and an entailment model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from grounding.claims.weighing import Weight, reweighed
from grounding.text.parsing import Remembered

if TYPE_CHECKING:
    # NumPy is slow to import, and the window reaches this module through the turn's types.
    import numpy as np
    from numpy.typing import NDArray


_REMEMBERED = 4_000
"""Vectors, 6 MB."""

_WORTH_A_LOOK = 0.15
"""Score from which meaning is asked at all. Below it the passage speaks of something else."""


class Embedder(Protocol):
    """What is needed of a sentence embedder."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row for each text."""
        ...


class Entailment(Protocol):
    """What is needed of a natural language inference model."""

    def entails(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        """For each (premise, hypothesis) the probability, 0 to 1, that the one follows from the other."""
        ...


class Meaning:
    """Adds what the judges say to the weight that the words gave."""

    def __init__(self, embedder: Embedder | None, entailment: Entailment | None) -> None:
        self._embedder = embedder
        self._entailment = entailment
        self._vectors: Remembered[NDArray[np.float32]] = Remembered(_REMEMBERED)

    def of(self, claim: str, weight: Weight) -> Weight:
        """The weight with the judges' say. What a fact contradicts stays contradicted, and is not sent."""
        if weight.ceiling < 1.0 or not weight.near or weight.score < _WORTH_A_LOOK:
            return weight
        evidence = weight.evidence
        if self._embedder is not None and weight.score < _SURE:
            cosine = float(self._vector(claim, self._embedder) @ self._vector(weight.near, self._embedder))
            evidence = replace(evidence, similarity=cosine)
        vote = None
        if self._entailment is not None:
            [vote] = self._entailment.entails([(weight.near, claim)])
        return reweighed(weight, evidence, vote)

    def _vector(self, text: str, embedder: Embedder) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._vectors.of(text, lambda: embedder.embed([text])[0])
        return vector


_SURE = 0.9
"""Score from which the words alone settle it."""
