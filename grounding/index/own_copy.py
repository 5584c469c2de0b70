"""A reader's own copy of a published index.

Chroma changes what it opens and does not expect another process beside it; so every reader opens a copy,
whose bytes were hashed as they were copied, and removes it afterwards. What a killed reader leaves behind is
known by its lock being free.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from grounding.chroma_index import ChromaIndex
from grounding.errors import IndexUnusableError
from grounding.index.files import copy_verified
from grounding.index.manifest import Manifest


class OpenIndex:
    """Implements `grounding.vector_index.VectorIndex` over a working copy that is removed when closed."""

    name = "chroma"

    def __init__(self, published: Path, copy: Path, manifest: Manifest) -> None:
        """Copy, verify and open. Raises IndexUnusableError."""
        self._copy = copy
        self._index: ChromaIndex | None = None
        self._lock = FileLock(lock_of(copy), timeout=0, mode=0o600, thread_local=False)
        try:
            self._lock.acquire()
            copy.mkdir(mode=0o700)
            copy_verified(published, copy, manifest.files)
            self._index = ChromaIndex(copy)
            self._index.refuse_size_other_than(manifest.chunks)
        except (OSError, Timeout) as reason:
            self.close()
            raise IndexUnusableError(
                f"The vector index cannot be read ({type(reason).__name__})."
            ) from reason
        except BaseException:
            self.close()
            raise

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Nearest first. Raises IndexUnusableError."""
        if self._index is None:
            raise IndexUnusableError("The vector index is closed.")
        return self._index.search(vector, limit)

    def close(self) -> None:
        """Close the index and remove the working copy; harmless when called again."""
        if self._index is not None:
            self._index.close()
            self._index = None
        shutil.rmtree(self._copy, ignore_errors=True)
        self._lock.release()
        lock_of(self._copy).unlink(missing_ok=True)


def lock_of(copy: Path) -> Path:
    """The lock that a working copy's reader holds."""
    return copy.with_name(f"{copy.name}.lock")


def is_held(copy: Path) -> bool:
    """Whether a living process uses the working copy."""
    if not lock_of(copy).exists():
        return False
    lock = FileLock(lock_of(copy), timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False
