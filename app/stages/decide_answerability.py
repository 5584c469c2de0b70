"""Decides from the evidence whether the documents can answer, without asking the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Notice, Turn
from grounding.answerability import decide

NOT_IN_DOCUMENTS = "Your documents do not say."
GENERAL = "What follows is a general answer of the model. It does not come from your documents."
FREE = "This conversation is in free mode: answers do not come from your documents."


@dataclass(frozen=True, slots=True)
class DecideAnswerability:
    """Ends the line with "your documents do not say" when nothing is near enough.

    Where the mode allows it, the model answers instead, without passages, and the person is told first.
    """

    name: ClassVar[str] = "decide_answerability"
    needs: ClassVar[frozenset[str]] = frozenset({"standalone", "passages", "retrieval", "entities"})
    fills: ClassVar[frozenset[str]] = frozenset({"answerability", "from_documents"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `answerability` and `from_documents`; the outcome, if there is to be no answer."""
        if turn.mode == "free":
            return _general(turn, channel, FREE)
        evidence = replace(turn.retrieval, passages=turn.passages)
        decision = decide(turn.standalone, evidence, turn.entities)
        turn = replace(turn, answerability=decision)
        if decision.answerable:
            return turn
        if turn.mode == "documents_first":
            return _general(turn, channel, f"{NOT_IN_DOCUMENTS} {GENERAL}")
        return replace(turn, outcome="not_in_documents", answer=NOT_IN_DOCUMENTS)


def _general(turn: Turn, channel: Channel, notice: str) -> Turn:
    channel.announce(Notice(notice))
    return replace(turn, from_documents=False, notices=(*turn.notices, notice))
