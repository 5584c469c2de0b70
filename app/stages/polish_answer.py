"""Gives the answer its final form; never changes a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Turn
from grounding.citations import strip_markers
from grounding.conflicts import Conflict
from grounding.quotes import Quote
from grounding.support import JudgedSentence

CUT_OFF = "The answer was cut off at its length limit; ask for the rest, or raise `answer_tokens`."
UNSUPPORTED = "What the model wrote could not be found in your documents. Rely on the quoted sentence alone."
QUOTE_OPENING = "Your documents say: "
UNCHECKED = "Nothing that the model wrote could be checked. Rely on the quoted sentence alone."
STOPPED = "You stopped this answer before its end."
GENERAL_OPENING = "Not from your documents: "


@dataclass(frozen=True, slots=True)
class PolishAnswer:
    """Takes the model's own markers out, says what a reader must know, and quotes where the model failed."""

    name: ClassVar[str] = "polish_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"sentences", "usage", "quotes", "conflicts"})
    fills: ClassVar[frozenset[str]] = frozenset({"answer", "sentences", "notices"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `answer`; add notices, what the documents disagree about, and a quote where it is needed."""
        del channel
        notices = list(turn.notices)
        if turn.usage is not None and turn.usage.reason == "length":
            notices.append(CUT_OFF)
        if turn.outcome == "stopped":
            notices.append(STOPPED)
        if not turn.from_documents:
            answer = f"{GENERAL_OPENING}{turn.generated.strip()}"
            return replace(turn, answer=answer, notices=tuple(notices))
        # One is enough to warn; the others stand beside the answer.
        added = list(map(_disagreement, turn.conflicts[:1]))
        if turn.quotes and turn.outcome != "stopped" and _nothing_holds(turn.sentences):
            if turn.sentences:
                denied = any(sentence.support == "not_found" for sentence in turn.sentences)
                notices.append(UNSUPPORTED if denied else UNCHECKED)
            added.insert(0, _quoted(turn.quotes[0]))
        parts = [strip_markers(turn.generated).strip(), *(sentence.text for sentence in added)]
        return replace(
            turn,
            answer="\n\n".join(part for part in parts if part),
            sentences=(*turn.sentences, *added),
            notices=tuple(notices),
        )


def _quoted(best: Quote) -> JudgedSentence:
    """Word for word out of the passage, so it needs no judging."""
    words = f'{QUOTE_OPENING}"{best.text}"'
    return JudgedSentence(words, citations=(best.passage,), support="supported", score=1.0)


def _disagreement(conflict: Conflict) -> JudgedSentence:
    """Both statements word for word, and which to believe."""
    words = (
        f'Your documents disagree: "{conflict.preferred.text}" stands against "{conflict.other.text}";'
        f" {conflict.reason}."
    )
    both = (conflict.preferred.passage, conflict.other.passage)
    return JudgedSentence(words, citations=both, support="supported", score=1.0)


def _nothing_holds(sentences: Sequence[JudgedSentence]) -> bool:
    return not any(sentence.support in ("supported", "partly") for sentence in sentences)
