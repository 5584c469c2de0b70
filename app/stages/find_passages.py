"""Looks up what the documents say about the question, with the rights of the person who asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.stages.stage import Channel
from app.turn import Turn
from grounding.passages import Principal, Retrieval


class Retriever(Protocol):
    """What this stage needs of retrieval; the only way to a passage."""

    def find(self, query: str, *, principal: Principal, limit: int) -> Retrieval:
        """Passages near the query that the principal may read, best first."""
        ...


@dataclass(frozen=True, slots=True)
class FindPassages:
    """Searches for the complete question."""

    retriever: Retriever
    principal: Principal
    limit: int

    name: ClassVar[str] = "find_passages"
    needs: ClassVar[frozenset[str]] = frozenset({"standalone"})
    fills: ClassVar[frozenset[str]] = frozenset({"retrieval"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `retrieval`, except in free mode; a search done otherwise than usual is said."""
        del channel
        if turn.mode == "free":
            return turn
        found = self.retriever.find(turn.standalone, principal=self.principal, limit=self.limit)
        notices = (*turn.notices, found.notice) if found.notice else turn.notices
        return replace(turn, retrieval=found, notices=notices)
