"""Looks up what the documents say about the question, with the rights of the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.stages.stage import Channel
from app.turn import Turn
from grounding.passages import Principal, Retrieval
from grounding.ranking.conversation import Told


class Retriever(Protocol):
    """What this stage needs of retrieval; the only way to a passage."""

    def find(
        self,
        query: str,
        *,
        principal: Principal,
        limit: int,
        earlier: Sequence[Told] = (),
    ) -> Retrieval:
        """Passages near the query that the principal may read, best first.

        `earlier` are the turns that it follows on, oldest first. The chunks that come with the last of them
        are weighed again, beside what is found, if they are live and the principal may read them.
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
        found = self.retriever.find(
            turn.standalone, principal=self.principal, limit=self.limit, earlier=_told(turn)
        )
        notices = (*turn.notices, found.notice) if found.notice else turn.notices
        return replace(turn, retrieval=found, notices=notices)


def _told(turn: Turn) -> tuple[Told, ...]:
    """The earlier turns; of the last one what it showed too, if the question leans on the conversation."""
    told: tuple[Told, ...] = tuple((one.prompt, one.answer) for one in turn.earlier)
    if not told or turn.standalone == turn.screened:
        return told
    last = turn.earlier[-1]
    return (*told[:-1], (last.prompt, last.answer, last.passages))
