"""What documents and questions need of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Text in, unit vectors out. Cheap to construct; `warm` loads the weights."""

    name: str
    """Identifies model and weights: vectors of two names cannot be compared."""

    dimension: int
    max_tokens: int
    """A longer text is cut without a word, so callers cut it themselves or say so."""

    def warm(self) -> None:
        """Load the weights; harmless when done before."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length in the embedder's own tokens, special tokens included."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        ...
