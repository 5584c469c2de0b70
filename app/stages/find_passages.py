"""Looks up what the documents say about the question, with the rights of the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.stages.stage import Channel
from app.turn import Turn
from grounding.passages import Principal, Retrieval


class Retriever(Protocol):
    """What this stage needs of retrieval; the only way to a passage."""

    def find(
        self,
        query: str,
        *,
        principal: Principal,
        limit: int,
        earlier: Sequence[tuple[str, str]] = (),
    ) -> Retrieval:
        """Passages near the query that the principal may read, best first.

        `earlier` are the prompts and answers that it follows on, oldest first.
        """
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
        earlier = tuple((exchange.prompt, exchange.answer) for exchange in turn.earlier)
        found = self.retriever.find(
            turn.standalone, principal=self.principal, limit=self.limit, earlier=earlier
        )
        notices = (*turn.notices, found.notice) if found.notice else turn.notices
        return replace(turn, retrieval=found, notices=notices)
