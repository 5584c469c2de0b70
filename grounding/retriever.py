"""The only way to a passage: dense and full-text search, fused, for somebody with rights.

The catalog decides what is live and who may read it; rights are settled before anything is scored. A
principal who may read everything is answered by the vector index; one who may not, by exact search over
what he may read, so that neither the passages nor their number depend on what is hidden from him.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogState, CatalogView
from grounding.errors import EmbedderMismatchError
from grounding.evidence import LEAST_EVIDENCE, Candidate, Query, weighed
from grounding.index_choice import IndexChoice
from grounding.passages import LibraryStatus, Passage, Principal, Retrieval
from grounding.terms import content_words, words

_QUERY_CHARACTERS = 4_000
"""Ceiling for a query; more than the embedder reads of any text."""


class QueryEmbedder(Protocol):
    """What the retriever needs of an embedder."""

    name: str
    dimension: int
    max_tokens: int

    def warm(self) -> None:
        """Load the weights."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length in the embedder's own tokens."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieverSettings:
    """How much is looked at, and what counts as near."""

    candidates: int = 40
    """From each of the two searches, and again after fusing them."""

    least_evidence: float = LEAST_EVIDENCE
    """Below it a passage is dropped as too far away: nothing connects it with the query."""


class HybridRetriever:
    """Answers with passages; used by one thread at a time. Cheap to make, `warm` loads what it needs."""

    def __init__(
        self,
        catalog_folder: Path,
        embedder: QueryEmbedder,
        index_folder: Path,
        settings: RetrieverSettings | None = None,
    ) -> None:
        self._catalog = Catalog(catalog_folder)
        self._embedder = embedder
        self._settings = settings or RetrieverSettings()
        self._indexes = IndexChoice(index_folder)

    def warm(self) -> None:
        """Load the embedder and open the index of the newest generation; harmless when done before.

        Raises GroundingError and what the embedder raises. A broken index is no error: see `status`.
        """
        self._embedder.warm()
        with self._catalog.read() as view:
            self._indexes.best(view, view.state())

    def close(self) -> None:
        """Let go of the index and its working copy."""
        self._indexes.close()

    def status(self) -> LibraryStatus:
        """The library in numbers, and which index answers; loads no weights and opens no index."""
        with self._catalog.read() as view:
            state = view.state()
        name, notice = self._indexes.outlook(state)
        return replace(self._catalog.status(), index=name, notice=notice)

    def find(
        self, query: str, *, principal: Principal, limit: int, extra_terms: tuple[str, ...] = ()
    ) -> Retrieval:
        """At most `limit` passages that `principal` may read, best first; see `Retrieval.notice`.

        `extra_terms` are other names for what the query is about (aliases, say); only the full-text search
        sees them. Raises CatalogUnusableError, EmbedderMismatchError and what the embedder raises.
        """
        query = query[:_QUERY_CHARACTERS]
        with self._catalog.read() as view:
            state = view.state()
            if not state.chunks:
                return Retrieval(index="exact", notice="There are no documents yet.")
            if not words(query):
                return Retrieval(index="exact")
            self._refuse_other_embedder(state)
            vector = self._embedder.embed([self._fitting(query)])[0]
            dense, index, notice = self._dense(view, state, vector, principal)
            terms = content_words(query)
            lexical = view.lexical((*terms, *extra_terms), principal, self._settings.candidates)
            asked = Query(vector=vector, terms=terms, dense=dense, lexical=lexical, library=state.chunks)
            found = weighed(view, asked, self._settings.candidates)
            near = {name: c for name, c in found.items() if c.evidence >= self._settings.least_evidence}
            passages = _passages(view.passages(tuple(near), principal), near, limit)
        return Retrieval(passages=passages, too_far=len(found) - len(near), index=index, notice=notice)

    def _dense(
        self, view: CatalogView, state: CatalogState, vector: NDArray[np.float32], principal: Principal
    ) -> tuple[list[tuple[str, float]], str, str]:
        """Hits, name of the index that gave them, and a notice if it is not the usual one."""
        limit = self._settings.candidates
        if view.readable_chunks(principal) < state.chunks:
            index = self._indexes.exact(view, state, principal)
            return index.search(vector, limit), index.name, ""
        return self._indexes.search(view, state, vector, limit)

    def _refuse_other_embedder(self, state: CatalogState) -> None:
        self._embedder.warm()
        if (state.embedder, state.dimension) != (self._embedder.name, self._embedder.dimension):
            raise EmbedderMismatchError(
                f"The documents were embedded with {state.embedder}, this is {self._embedder.name}."
            )

    def _fitting(self, query: str) -> str:
        """The beginning of the query that the embedder reads whole."""
        parts = query.split()
        while len(parts) > 1 and self._embedder.count_tokens(" ".join(parts)) > self._embedder.max_tokens:
            parts = parts[: len(parts) * 3 // 4]
        return " ".join(parts)


def _passages(
    readable: Mapping[str, Passage], near: Mapping[str, Candidate], limit: int
) -> tuple[Passage, ...]:
    """The first `limit` of `near`. The same words twice tell nothing more: the better placed one stays."""
    chosen: dict[str, Passage] = {}
    for name, candidate in near.items():
        if name in readable and len(chosen) < limit:
            passage = replace(
                readable[name],
                score=candidate.score,
                dense=candidate.similarity,
                lexical=candidate.lexical,
            )
            chosen.setdefault(" ".join(words(passage.text)), passage)
    return tuple(chosen.values())
