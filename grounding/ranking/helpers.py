"""What the retriever needs of others, and what a site may add to the searches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from grounding.passages import Principal
from grounding.ranking.explanation import Correction
from grounding.ranking.reranking import Reranker


class RepairedQuery(Protocol):
    """A query with its typing errors repaired."""

    @property
    def text(self) -> str:
        """As it is searched for."""
        ...

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What was changed."""
        ...


class Speller(Protocol):
    """What the retriever needs of spelling."""

    def repair(self, text: str, principal: Principal, *, keep: Collection[str] = ()) -> RepairedQuery:
        """The query repaired towards what `principal` may read, without touching the names in `keep`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpers:
    """What a site may add to the searches; each is left out when it is None."""

    speller: Speller | None = None
    reranker: Reranker | None = None
