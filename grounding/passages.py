"""Quoted text of a document, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grounding.ranking.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. Retrieval takes one, without exception."""

    user: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk of a live document, quoted with its place and the evidence that found it."""

    id: str
    """Chunk id: immutable, the same text at the same place of the same version keeps it."""

    document_id: str
    document: str
    """Path as it was added, relative to the folder that was named."""

    title: str
    text: str = field(repr=False)
    heading: tuple[str, ...] = ()
    page: int | None = None
    """Counted from 1; only paged formats have one."""

    line_start: int | None = None
    line_end: int | None = None
    """Counted from 1, inclusive, in the text as the loader saw it."""

    place: str = ""
    """What pages and lines cannot say: "slide 3", "sheet Prices, A2:D9", "attachment rates.pdf"."""

    dated: str | None = None
    """The date the document gives itself, ISO 8601, possibly without day or month; None if it gives none."""

    collection: str = ""
    stale: Literal["", "changed", "gone"] = ""
    """What became of the file since it was taken in; empty when it is as it was, or was not looked at."""

    joined: tuple[str, ...] = ()
    """Ids of the neighbouring chunks whose text was joined to this one's, in order, this one's included."""

    score: float = 0.0
    """Fused score; only comparable within one retrieval, larger is better."""

    dense: float | None = None
    """Cosine similarity to the query, -1 to 1; None if the dense search did not find it."""

    lexical: float | None = None
    """BM25 score, larger is better; None if the full-text search did not find it."""

    entity: float | None = None
    """Share of the question's known entities that it names, 0 to 1; None if the question names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What one search brought, and how it was done."""

    passages: tuple[Passage, ...] = field(default=(), repr=False)
    """Best first."""

    too_far: int = 0
    """Candidates dropped because nothing connects them with the query."""

    index: str = "chroma"
    """"chroma" or "exact"."""

    notice: str = ""
    """Why the search was done otherwise than usual; empty when all is well."""

    searched: str = ""
    """The query as it was really searched for, when spelling or aliases changed it; else empty."""

    explanation: Explanation | None = field(default=None, repr=False)
    """Only when it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """The knowledge base in numbers, read without loading any model."""

    documents: int = 0
    chunks: int = 0
    generation: int = 0
    updated: str | None = None
    """When the newest generation became live, ISO 8601 in UTC."""

    embedder: str = ""
    index: str = "exact"
    notice: str = ""
