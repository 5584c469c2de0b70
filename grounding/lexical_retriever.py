"""Full-text search alone, without any model: answers while the process that searches is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grounding.catalog import Catalog
from grounding.passages import Principal, Retrieval
from grounding.ranking.leads import MOST_LAST
from grounding.text.terms import content_words


class LexicalRetriever:
    """BM25 over the catalog's full-text index."""

    def __init__(self, catalog_folder: Path) -> None:
        self._catalog = Catalog(catalog_folder)

    def find(
        self, query: str, *, principal: Principal, limit: int, last: Sequence[str] = (), because: str = ""
    ) -> Retrieval:
        """Passages with words of the query, best first; the notice says why only those.

        `last` are chunks of the last turn that stay candidates: what of them the words do not find stands
        behind what they do, as far as there is room.
        """
        with self._catalog.read() as view:
            ranked = view.lexical(content_words(query), principal, limit)
            kept = dict.fromkeys([chunk for chunk, _ in ranked] + list(last[:MOST_LAST]))
            found = view.passages(list(kept), principal)
        scores = dict(ranked)
        passages = tuple(
            replace(found[chunk], lexical=scores.get(chunk), score=scores.get(chunk, 0.0))
            for chunk in kept
            if chunk in found
        )[:limit]
        notice = f"Only the documents' words were searched, not their meaning: {because}".rstrip(": ")
        return Retrieval(passages=passages, index="full-text", notice=notice)
