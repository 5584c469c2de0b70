"""Checks the finished answer: what it cites, whether that supports it, and the answer policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.errors import EXPECTED
from app.stages.stage import Channel
from app.turn import Turn
from grounding.citations import CitedSentence, place
from grounding.claims.against_quote import objection
from grounding.passages import Passage
from grounding.support import JudgedSentence
from safety.profiles import answer_policy
from safety.redaction import mask
from safety.verdict import Action, Verdict

NOT_FROM_DOCUMENTS = "not from your documents"


class Support(Protocol):
    """What this stage needs of the support check."""

    def judge(
        self, sentences: Sequence[CitedSentence], shown: Sequence[Passage], *, question: str
    ) -> tuple[JudgedSentence, ...]:
        """A verdict per sentence; citations only to passages that were shown."""
        ...


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """Every citation points at a passage really shown; every sentence gets a verdict."""

    support: Support

    name: ClassVar[str] = "check_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"generated", "shown", "standalone"})
    fills: ClassVar[frozenset[str]] = frozenset({"generated", "sentences", "answer_verdict"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `sentences` and `answer_verdict`; a blocked answer is replaced by the reasons.

        What the stream masked is in the verdict already; what it let through is masked now. A check that
        fails, in whichever part of it, leaves the answer standing, each sentence marked as not checked. A
        sentence that gives another number or date than the best quote counts as not found, if the quote says
        more of what was asked than anything that holds the sentence's.
        """
        del channel
        known = "\n".join([turn.screened, *(passage.text for passage in turn.shown)])
        left = answer_policy(known).judge(turn.generated)
        verdict = Verdict((*turn.answer_verdict.findings, *left.findings))
        turn = replace(turn, answer_verdict=verdict, generated=mask(turn.generated, left).text)
        reasons = "; ".join(dict.fromkeys(finding.reason for finding in verdict.findings))
        if verdict.action is Action.BLOCK:
            return replace(turn, outcome="refused", answer=f"The answer was held back: {reasons}.")
        if verdict.action is not Action.ALLOW:
            effect = "masked" if verdict.action is Action.MASK else "noticed; it is not in your documents"
            turn = replace(turn, notices=(*turn.notices, f"In the answer: {reasons} ({effect})."))
        cited = place(turn.generated, turn.shown)
        if not turn.from_documents:
            unchecked = (
                JudgedSentence(one.text, support="not_checked", reasons=(NOT_FROM_DOCUMENTS,))
                for one in cited
            )
            return replace(turn, sentences=tuple(unchecked))
        try:
            sentences = self.support.judge(cited, turn.shown, question=turn.standalone)
        except EXPECTED as error:
            sentences = tuple(
                JudgedSentence(text=sentence.text, citations=sentence.citations, support="not_checked")
                for sentence in cited
            )
            turn = replace(turn, notices=(*turn.notices, f"The answer was not checked: {error}"))
        return replace(turn, sentences=tuple(_held_against_the_quote(one, turn) for one in sentences))


def _held_against_the_quote(sentence: JudgedSentence, turn: Turn) -> JudgedSentence:
    """A passage may support a sentence that is not what was asked: the limit of another year, say."""
    if not turn.quotes or sentence.support not in ("supported", "partly"):
        return sentence
    reason = objection(turn.standalone, turn.quotes[0], sentence.text, turn.shown)
    return (
        replace(sentence, support="not_found", citations=(), score=0.0, reasons=(reason,))
        if reason
        else sentence
    )
