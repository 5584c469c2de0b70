"""The port through which text becomes vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Sentences in, unit vectors out. Cheap to construct; `warm` loads the weights."""

    name: str
    """Identifies model and weights; recorded with every index built with it."""

    dimension: int
    max_tokens: int
    """Longer texts are cut by the model without a word, so callers must not send them."""

    def warm(self) -> None:
        """Load the weights; harmless when done before. Raises ModelError."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length of `text` in the embedder's own tokens, special tokens included."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension)."""
        ...
