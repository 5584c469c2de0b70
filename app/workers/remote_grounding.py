"""Retrieval, entities, follow-ups and support whose work is done in a child process.

While the child is gone, full-text search over the catalog answers in this process; it needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.errors import WorkerLostError
from app.workers.codec import ENTITIES, JUDGED, RETRIEVAL, STATUS, TEXT, Value, dump, understood
from app.workers.supervisor import Worker, WorkerPlan
from grounding.citations import CitedSentence
from grounding.entities import LinkedEntity
from grounding.errors import RetrieverLostError
from grounding.lexical_retriever import LexicalRetriever
from grounding.passages import Passage, Principal, Retrieval
from grounding.ranking.conversation import Told, shown_last
from grounding.spelling import Repaired
from grounding.support import JudgedSentence

_NOTHING = TypeAdapter(None)
Earlier = Sequence[Told]
_REPAIRED = TypeAdapter(Repaired)


class RemoteGrounding:
    """One child behind four ports."""

    def __init__(self, configuration: dict[str, Any], *, principal: Principal, log: Path) -> None:
        self._worker = Worker(WorkerPlan("grounding", configuration, log))
        self._meanwhile = LexicalRetriever(Path(configuration["catalog"]))
        self._principal = principal
        self.index_notice = ""
        """Why search works otherwise than usual, as of the last one; empty when all is well."""

    @property
    def pid(self) -> int | None:
        """Process id of the child while it runs."""
        return self._worker.pid

    def warm(self) -> None:
        """Start the child and load its models. Raises GroundingError, ModelError."""
        self._call(_NOTHING, "warm")
        self.index_notice = self._call(STATUS, "status").notice

    def find(
        self,
        query: str,
        *,
        principal: Principal,
        limit: int,
        earlier: Earlier = (),
        explain: bool = False,
    ) -> Retrieval:
        """Passages near the query; from full-text search alone when the child is lost, and said so.

        `earlier` are the turns that it follows on, oldest first: they help to order what is found, and what
        the last of them showed may be weighed again (`grounding.ranking.conversation`). With `explain` the
        way to it is told in `Retrieval.explanation`, if the child lives.
        """
        asked = {
            "query": query,
            "principal": dump(principal),
            "limit": limit,
            "earlier": dump(tuple(earlier)),
        }
        try:
            retrieval = self._call(RETRIEVAL, "find", explain=explain, **asked)
        except RetrieverLostError as loss:
            last = shown_last(earlier)
            retrieval = self._meanwhile.find(
                query, principal=principal, limit=limit, last=last, because=str(loss)
            )
        self.index_notice = retrieval.notice
        return retrieval

    def find_past(
        self, query: str, *, principal: Principal, limit: int, generation: int, earlier: Earlier = ()
    ) -> Retrieval:
        """What the query found in an earlier generation. Raises GroundingError.

        The child keeps a copy of the catalog for it until it is asked for generation 0, or ends.
        """
        return self._call(
            RETRIEVAL,
            "find_past",
            query=query,
            principal=dump(principal),
            limit=limit,
            generation=generation,
            earlier=dump(tuple(earlier)),
        )

    def repair(self, text: str) -> Repaired:
        """The text with its typing errors repaired."""
        return self._call(_REPAIRED, "repair", text=text, principal=dump(self._principal))

    def link(self, text: str) -> tuple[LinkedEntity, ...]:
        """Mentions in a text."""
        return self._call(ENTITIES, "link", text=text, principal=dump(self._principal))

    def stand_alone(self, question: str, earlier: tuple[tuple[str, str], ...]) -> str:
        """The question, complete without the conversation."""
        return self._call(TEXT, "stand_alone", question=question, earlier=dump(earlier))

    def judge(
        self, sentences: Sequence[CitedSentence], shown: Sequence[Passage], *, question: str
    ) -> tuple[JudgedSentence, ...]:
        """A verdict per sentence."""
        return self._call(
            JUDGED, "judge", sentences=dump(tuple(sentences)), shown=dump(tuple(shown)), question=question
        )

    def close(self) -> None:
        """End the child for good."""
        self._worker.close()

    def _call(self, kind: TypeAdapter[Value], method: str, **arguments: Any) -> Value:
        try:
            return understood(kind, self._worker.call(method, **arguments))
        except WorkerLostError as loss:
            raise RetrieverLostError(str(loss), loss.remedy) from None
