"""The port through which nearest vectors are found."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class VectorIndex(Protocol):
    """Finds chunks by the direction of their vectors; says nothing about rights or what is live."""

    name: str
    """"chroma" or "exact"."""

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Chunk ids and cosine similarity to `vector` (-1 to 1), nearest first.

        At most `limit`, fewer only if the index holds fewer. Raises IndexUnusableError.
        """
        ...

    def close(self) -> None:
        """Let go of files and memory; harmless when called again."""
        ...
