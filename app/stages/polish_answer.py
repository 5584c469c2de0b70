"""Gives the answer its final form; never changes a fact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Turn
from grounding.citations import strip_markers

CUT_OFF = "The answer was cut off at its length limit; ask for the rest, or raise `answer_tokens`."
UNSUPPORTED = "Nothing in this answer could be found in your documents. Do not rely on it."
STOPPED = "You stopped this answer before its end."


@dataclass(frozen=True, slots=True)
class PolishAnswer:
    """Takes the model's own markers out, and says what a reader must know."""

    name: ClassVar[str] = "polish_answer"
    needs: ClassVar[frozenset[str]] = frozenset({"sentences", "usage"})
    fills: ClassVar[frozenset[str]] = frozenset({"answer", "notices"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `answer`, add the notices."""
        del channel
        notices = list(turn.notices)
        if turn.usage is not None and turn.usage.reason == "length":
            notices.append(CUT_OFF)
        if turn.outcome == "stopped":
            notices.append(STOPPED)
        checked = [sentence for sentence in turn.sentences if sentence.support != "not_checked"]
        if checked and all(sentence.support == "not_found" for sentence in checked):
            notices.append(UNSUPPORTED)
        return replace(turn, answer=strip_markers(turn.generated).strip(), notices=tuple(notices))
