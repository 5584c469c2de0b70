"""Full-text search alone, without any model: answers while the process that searches is away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grounding.catalog import Catalog
from grounding.passages import Principal, Retrieval
from grounding.text.terms import content_words


class LexicalRetriever:
    """BM25 over the catalog's full-text index."""

    def __init__(self, catalog_folder: Path) -> None:
        self._catalog = Catalog(catalog_folder)

    def find(self, query: str, *, principal: Principal, limit: int, because: str = "") -> Retrieval:
        """Passages with words of the query, best first; the notice says why only those."""
        with self._catalog.read() as view:
            ranked = view.lexical(content_words(query), principal, limit)
            found = view.passages([chunk for chunk, _ in ranked], principal)
        passages = tuple(
            replace(found[chunk], lexical=score, score=score) for chunk, score in ranked if chunk in found
        )
        notice = f"Only the documents' words were searched, not their meaning: {because}".rstrip(": ")
        return Retrieval(passages=passages, index="full-text", notice=notice)
