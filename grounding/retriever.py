"""The only way to a passage: dense and full-text search, fused, weighed again, for somebody with rights.

The catalog decides what is live and who may read it; rights are settled before anything is scored. A
principal who may read everything is answered by the vector index; one who may not, by exact search over
what he may read, so that neither the passages nor their number depend on what is hidden from him.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogState, CatalogView
from grounding.embedder import Embedder
from grounding.errors import EmbedderMismatchError
from grounding.index.choice import IndexChoice
from grounding.passages import LibraryStatus, Principal, Retrieval
from grounding.ranking.evidence import LEAST_EVIDENCE, Candidate, Found, weighed
from grounding.ranking.explaining import explained
from grounding.ranking.explanation import Correction, Explanation
from grounding.ranking.helpers import Helpers
from grounding.ranking.leads import MOST_LAST, Leads
from grounding.ranking.neighbours import Chosen, readable
from grounding.ranking.rarity import Rarities
from grounding.ranking.reranking import reranked
from grounding.ranking.second_look import question_of
from grounding.ranking.stopwatch import Stopwatch
from grounding.text.terms import content_words, words

_QUERY_CHARACTERS = 4_000
"""Ceiling for a query; more than the embedder reads of any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieverSettings:
    """How much is looked at, and what counts as near."""

    candidates: int = 40
    """From each of the two searches."""

    weighed: int = 60
    """Of those, how many are weighed again after fusing them."""

    least_evidence: float = LEAST_EVIDENCE
    """Below it a passage is dropped as too far away: nothing connects it with the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A query on its way."""

    query: str
    text: str
    """After spelling."""

    corrections: tuple[Correction, ...]
    principal: Principal
    leads: Leads
    terms: tuple[str, ...]
    """What the full-text search looks for."""


@dataclass(frozen=True, slots=True)
class _Searched:
    """What the searches brought, weighed, best first; which index, and why not the usual one."""

    candidates: list[Candidate]
    index: str
    notice: str


class HybridRetriever:
    """Answers with passages; used by one thread at a time. Cheap to make, `warm` loads what it needs."""

    def __init__(
        self,
        catalog_folder: Path,
        embedder: Embedder,
        index_folder: Path,
        settings: RetrieverSettings | None = None,
        helpers: Helpers | None = None,
    ) -> None:
        self._catalog = Catalog(catalog_folder)
        self._embedder = embedder
        self._settings = settings or RetrieverSettings()
        self._helpers = helpers or Helpers()
        self._indexes = IndexChoice(index_folder)
        self._rarities = Rarities()

    def warm(self) -> None:
        """Load the embedder and open the index of the newest generation; harmless when done before.

        Raises GroundingError and what the embedder raises. A broken index is no error: see `status`.
        """
        self._embedder.warm()
        if self._helpers.reranker:
            self._helpers.reranker.warm()
        with self._catalog.read() as view:
            self._indexes.follow(view, view.state())

    def close(self) -> None:
        """Let go of the index and its working copy."""
        self._indexes.close()

    def status(self) -> LibraryStatus:
        """The library in numbers, and which index answers; loads no weights and opens no index."""
        with self._catalog.read() as view:
            name, notice = self._indexes.outlook(view, view.state())
        return replace(self._catalog.status(), index=name, notice=notice)

    def find(
        self,
        query: str,
        *,
        principal: Principal,
        limit: int,
        leads: Leads | None = None,
        explain: bool = False,
    ) -> Retrieval:
        """At most `limit` passages that `principal` may read, best first; see `Retrieval.notice`.

        With `explain` the whole way is told in `Retrieval.explanation`.

        Raises CatalogUnusableError, EmbedderMismatchError, and what the embedder and the re-ranker raise.
        """
        query = query[:_QUERY_CHARACTERS]
        watch = Stopwatch()
        with self._catalog.read() as view:
            state = view.state()
            if not state.chunks:
                return Retrieval(index="exact", notice="There are no documents yet.")
            if not words(query):
                return Retrieval(index="exact")
            self._refuse_other_embedder(state)
            asked = self._asked(query, principal, leads or Leads(), watch)
            searched = self._searched(view, state, asked, watch)
            near = self._near(searched, asked, watch)
            with watch.step("neighbours"):
                chosen = readable(view, near, limit=limit, principal=principal)
        return Retrieval(
            passages=chosen.passages,
            too_far=len(searched.candidates) - len(near),
            index=searched.index,
            notice=searched.notice,
            searched=asked.text if asked.text != query else "",
            explanation=_explanation(asked, [*near, *searched.candidates], chosen, watch)
            if explain
            else None,
        )

    def _near(self, searched: _Searched, asked: _Asked, watch: Stopwatch) -> list[Candidate]:
        """Those with enough evidence, in the order of the re-ranker if there is one."""
        near = [one for one in searched.candidates if one.evidence >= self._settings.least_evidence]
        if not self._helpers.reranker:
            return near
        with watch.step("re-ranking"):
            return reranked(asked.text, near, self._helpers.reranker)

    def _asked(self, query: str, principal: Principal, leads: Leads, watch: Stopwatch) -> _Asked:
        text = query
        names = [name for one in leads.known for name in one.names]
        corrections: tuple[Correction, ...] = ()
        if self._helpers.speller:
            with watch.step("spelling"):
                repaired = self._helpers.speller.repair(query, principal, keep=names)
                text, corrections = repaired.text, repaired.corrections
        return _Asked(
            query=query,
            text=text,
            corrections=corrections,
            principal=principal,
            leads=leads,
            terms=tuple(dict.fromkeys((*content_words(text), *names))),
        )

    def _searched(self, view: CatalogView, state: CatalogState, asked: _Asked, watch: Stopwatch) -> _Searched:
        with watch.step("embedding"):
            vector = self._embedder.embed([self._fitting(asked.text)])[0]
        with watch.step("dense"):
            dense, index, notice = self._dense(view, state, vector, asked.principal)
        rarity = self._rarities.of(view, state)
        with watch.step("lexical"):
            terms = rarity.telling(asked.terms)
            lexical = view.lexical(terms, asked.principal, self._settings.candidates)
        with watch.step("second look"):
            last = asked.leads.last[:MOST_LAST]
            found = Found(vector=vector, dense=dense, lexical=lexical, last=last)
            question = question_of(asked.text, asked.leads.known, rarity)
            candidates = weighed(
                view, found, question, most=self._settings.weighed, principal=asked.principal
            )
        return _Searched(candidates, index, notice)

    def _dense(
        self, view: CatalogView, state: CatalogState, vector: NDArray[np.float32], principal: Principal
    ) -> tuple[list[tuple[str, float]], str, str]:
        """Hits, name of the index that gave them, and a notice if it is not the usual one."""
        limit = self._settings.candidates
        if self._rarities.readable(view, state, principal) < state.chunks:
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


def _explanation(
    asked: _Asked, candidates: Sequence[Candidate], chosen: Chosen, watch: Stopwatch
) -> Explanation:
    return Explanation(
        query=asked.query,
        searched=asked.text,
        terms=asked.terms,
        corrections=asked.corrections,
        entities=tuple(dict.fromkeys(one.name for one in asked.leads.known)),
        candidates=explained(candidates, chosen),
        milliseconds={name: round(took, 2) for name, took in watch.milliseconds.items()},
    )
