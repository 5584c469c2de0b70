"""Gives the answer its final form; never changes a fact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.evidence_text import DISAGREEMENT
from app.stages.stage import Channel
from app.turn import Turn
from grounding.citations import strip_markers
from grounding.claims.against_quote import CONTRADICTS
from grounding.conflicts import Conflict
from grounding.quotes import Quote
from grounding.support import REPEATS, JudgedSentence

CUT_OFF = "The answer was cut off at its length limit; ask for the rest, or raise `answer_tokens`."
UNSUPPORTED = "What the model wrote could not be found in your documents. The answer is the quoted sentence."
CONTRADICTED = (
    "What the model wrote contradicts the sentence of your documents that fits the question best."
    " The answer is that sentence."
)
QUOTE_OPENING = "Your documents say: "
UNCHECKED = "Nothing that the model wrote could be checked. Rely on the quoted sentence alone."
STOPPED = "You stopped this answer before its end."
GENERAL_OPENING = "Not from your documents: "
LEAST_TAIL = 3
"""Unsupported sentences at the end of an answer from which they are left out; fewer are only marked."""

_ONLY_A_SIGN = re.compile(r"(?:\A|\n)[ \t>]*(?:[-*+•–]|\d{1,3}[.)])[ \t]*(?=\n|\Z)")
"""A line of a list whose sentence was left out."""


@dataclass(frozen=True, slots=True)
class PolishAnswer:
    """Takes the model's own markers out, says what a reader must know, and quotes where the model failed.

    A sentence that is only marked as unsupported still reads like an answer. So where nothing that the model
    wrote is supported, the quote takes its place, and where an answer runs on into a tail that nothing
    supports, the tail goes. What is left out is told, and kept with its verdicts.
    """

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
        written, told = _without_idle_talk(turn)
        # One is enough to warn; the others stand beside the answer.
        added = list(map(_disagreement, turn.conflicts[:1]))
        if turn.quotes and turn.outcome != "stopped" and _nothing_holds(turn.sentences):
            added.insert(0, _quoted(turn.quotes[0]))
            written, told = _outvoted(turn.sentences) or (written, (*told, *_unchecked(turn.sentences)))
        parts = [_text(turn.generated, written), *(sentence.text for sentence in added)]
        return replace(
            turn,
            answer="\n\n".join(part for part in parts if part),
            sentences=(*written, *added),
            notices=(*notices, *told),
        )


def _without_idle_talk(turn: Turn) -> tuple[tuple[JudgedSentence, ...], tuple[str, ...]]:
    """The sentences, repeated ones and a long unsupported tail no longer shown, and what to tell of that."""
    said = turn.sentences
    holding = [at for at, one in enumerate(said) if one.support in ("supported", "partly")]
    # A stopped answer is as far as a person let it come; an answer in which nothing holds has no tail.
    end = holding[-1] + 1 if holding and turn.outcome != "stopped" else len(said)
    tail = sum(one.support == "not_found" for one in said[end:])
    if tail < LEAST_TAIL:
        end, tail = len(said), 0
    repeated = sum(REPEATS in one.reasons for one in said[:end])
    written = tuple(
        replace(one, shown=at < end and REPEATS not in one.reasons) for at, one in enumerate(said)
    )
    told = []
    if tail:
        told.append(f"{_count(tail)} at the end that your documents do not support {_went(tail)}")
    if repeated:
        told.append(f"{_count(repeated)} that only repeated an earlier one {_went(repeated)}")
    return written, tuple(told)


def _outvoted(
    sentences: Sequence[JudgedSentence],
) -> tuple[tuple[JudgedSentence, ...], tuple[str, ...]] | None:
    """None of the sentences shown, and why; nothing if there is only what could not be checked."""
    denied = [one for one in sentences if one.support == "not_found"]
    if not denied:
        return None
    against = any(reason.startswith(CONTRADICTS) for one in denied for reason in one.reasons)
    return tuple(replace(one, shown=False) for one in sentences), (CONTRADICTED if against else UNSUPPORTED,)


def _unchecked(sentences: Sequence[JudgedSentence]) -> tuple[str, ...]:
    return (UNCHECKED,) if sentences else ()


def _text(generated: str, sentences: Sequence[JudgedSentence]) -> str:
    """The model's words without its markers and without the sentences that are not shown."""
    if sentences and not any(one.shown for one in sentences):
        return ""
    for one in reversed(sentences):
        if not one.shown:
            generated = generated[: one.start].rstrip(" ") + generated[one.end :]
    if not all(one.shown for one in sentences):
        generated = _ONLY_A_SIGN.sub("", generated)
    return strip_markers(generated).strip()


def _count(number: int) -> str:
    return f"{number} sentence{'' if number == 1 else 's'}"


def _went(number: int) -> str:
    return (
        f"{'was' if number == 1 else 'were'} left out; the JSON record has {'it' if number == 1 else 'them'}."
    )


def _quoted(best: Quote) -> JudgedSentence:
    """Word for word out of the passage, so it needs no judging."""
    words = f'{QUOTE_OPENING}"{best.text}"'
    return JudgedSentence(words, citations=(best.passage,), support="supported", score=1.0)


def _disagreement(conflict: Conflict) -> JudgedSentence:
    """Both statements word for word, and which to believe."""
    words = (
        f'{DISAGREEMENT} "{conflict.preferred.text}" stands against "{conflict.other.text}";'
        f" {conflict.reason}."
    )
    both = (conflict.preferred.passage, conflict.other.passage)
    return JudgedSentence(words, citations=both, support="supported", score=1.0)


def _nothing_holds(sentences: Sequence[JudgedSentence]) -> bool:
    return not any(sentence.support in ("supported", "partly") for sentence in sentences)
