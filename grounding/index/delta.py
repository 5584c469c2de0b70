"""Searching an index that is a little older than the catalog.

What came into the searches since then is compared exactly, what went is dropped by asking the catalog; so
a small change to a large library needs no new index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogState, CatalogView
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from grounding.index.manifest import Manifest
from grounding.vector_index import VectorIndex

FEW = 2_000
"""Changed chunks with which an index of any size stays in use: comparing with so many takes a millisecond."""

_PARTS = 10
"""In a large library a tenth of it may have changed."""

_WIDER = 4

Hits = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Delta:
    """What an index lacks of a later state, and how much it holds too much."""

    fresh: ExactIndex
    """Chunks that came since; the index may hold some of them already."""

    retired: int
    """How many of the index's chunks may not be live any more."""

    @property
    def is_empty(self) -> bool:
        """Whether the index is of this very state, as far as hits can tell."""
        return not self.fresh.size and not self.retired


def is_far(changed: int, live: int) -> bool:
    """Whether an index with so many changed chunks is to be published anew."""
    return changed > max(FEW, live // _PARTS)


def delta_of(view: CatalogView, state: CatalogState, manifest: Manifest) -> Delta:
    """What changed since the index was published.

    Raises IndexUnusableError if that is too much, or if the index holds what was erased since.
    """
    if not view.remembers(manifest.revision):
        raise IndexUnusableError("The vector index is older than the last documents that were erased.")
    retired = view.retired_since(manifest.revision)
    # Before the vectors are read: what came is at least what the library grew by.
    if is_far(max(retired, state.chunks - manifest.chunks), state.chunks):
        raise _too_old()
    ids, vectors = view.delta(manifest.revision)
    if is_far(retired + len(ids), state.chunks):
        raise _too_old()
    return Delta(ExactIndex(ids, vectors), retired)


def search(
    index: VectorIndex,
    delta: Delta,
    live_among: Callable[[Sequence[str]], Collection[str]],
    query: tuple[NDArray[np.float32], int],
) -> Hits:
    """The `query`'s vector and limit: hits among what is live, as the index would give if it were new.

    Raises IndexUnusableError.
    """
    vector, limit = query
    if delta.is_empty:
        return index.search(vector, limit)
    found = dict(_live(index, delta.retired, live_among, query)) | dict(delta.fresh.search(vector, limit))
    return sorted(found.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]


def _live(
    index: VectorIndex,
    retired: int,
    live_among: Callable[[Sequence[str]], Collection[str]],
    query: tuple[NDArray[np.float32], int],
) -> Hits:
    """The index's own hits that are live, at least `limit` if it holds so many."""
    vector, limit = query
    most = limit + retired
    # Seldom are more than a few of the nearest retired; asking for all that might be takes long.
    wanted = min(most, 2 * limit)
    while True:
        hits = index.search(vector, wanted)
        if retired:
            live = live_among([name for name, _ in hits])
            kept = [hit for hit in hits if hit[0] in live]
        else:
            kept = hits
        if len(kept) >= limit or wanted >= most or len(hits) < wanted:
            return kept[:limit]
        wanted = min(most, _WIDER * wanted)


def _too_old() -> IndexUnusableError:
    return IndexUnusableError("The vector index is too far behind the documents.")
