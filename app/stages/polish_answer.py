"""Gives the answer its final form; never changes a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Turn
from grounding.citations import strip_markers
from grounding.support import JudgedSentence

CUT_OFF = "The answer was cut off at its length limit; ask for the rest, or raise `answer_tokens`."
UNSUPPORTED = "What the model wrote could not be found in your documents. Rely on the quoted sentence alone."
QUOTE_OPENING = "Your documents say: "
UNCHECKED = "Nothing that the model wrote could be checked. Rely on the quoted sentence alone."
STOPPED = "You stopped this answer before its end."


@dataclass(frozen=True, slots=True)
class PolishAnswer:
    """Takes the model's own markers out, says what a reader must know, and quotes where the model failed."""

    name: ClassVar[str] = "polish_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"sentences", "usage", "quotes"})
    fills: ClassVar[frozenset[str]] = frozenset({"answer", "sentences", "notices"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `answer`, add notices and, if nothing the model wrote holds, the best quote."""
        del channel
        notices = list(turn.notices)
        if turn.usage is not None and turn.usage.reason == "length":
            notices.append(CUT_OFF)
        if turn.outcome == "stopped":
            notices.append(STOPPED)
        answer = strip_markers(turn.generated).strip()
        sentences = turn.sentences
        if turn.quotes and turn.outcome != "stopped" and _nothing_holds(sentences):
            denied = any(sentence.support == "not_found" for sentence in sentences)
            notices.append(UNSUPPORTED if denied else UNCHECKED)
            best = turn.quotes[0]
            words = f'{QUOTE_OPENING}"{best.text}"'
            answer = f"{answer}\n\n{words}".strip()
            # Word for word out of the passage, so it needs no judging.
            quoted = JudgedSentence(words, citations=(best.passage,), support="supported", score=1.0)
            sentences = (*sentences, quoted)
        return replace(turn, answer=answer, sentences=sentences, notices=tuple(notices))


def _nothing_holds(sentences: Sequence[JudgedSentence]) -> bool:
    return not any(sentence.support in ("supported", "partly") for sentence in sentences)
