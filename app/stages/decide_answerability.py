"""Decides from the evidence whether the documents can answer, without asking the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Turn
from grounding.answerability import decide

NOT_IN_DOCUMENTS = "Your documents do not say."


@dataclass(frozen=True, slots=True)
class DecideAnswerability:
    """Ends the line with "your documents do not say" when nothing is near enough."""

    name: ClassVar[str] = "decide_answerability"
    needs: ClassVar[frozenset[str]] = frozenset({"standalone", "passages", "retrieval", "entities"})
    fills: ClassVar[frozenset[str]] = frozenset({"answerability"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `answerability`; without enough evidence the outcome is decided here."""
        del channel
        evidence = replace(turn.retrieval, passages=turn.passages)
        decision = decide(turn.standalone, evidence, turn.entities)
        turn = replace(turn, answerability=decision)
        if decision.answerable:
            return turn
        return replace(turn, outcome="not_in_documents", answer=NOT_IN_DOCUMENTS)
