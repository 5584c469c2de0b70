"""Judges each sentence of an answer by the passages it was written from.

Numbers, dates, codes and names must stand in what a sentence cites, and it may not turn a negation
round; then its words decide, by how many of them stand together in the passage. The similarity of
embeddings plays no part: it does not tell a wrong number from a right one. The rule knows nothing of
meaning, so a free paraphrase can come out weaker than it is, and says so with "partly".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from grounding.citations import CitedSentence
from grounding.facts import facts_in
from grounding.passages import Passage
from grounding.weighing import Claim, Source, Weight, weigh
from grounding.words import content_stems

Support = Literal["supported", "partly", "not_found", "not_checked"]

_GREETING = re.compile(
    r"^(?:hello|hi|hey|sure|of course|certainly|absolutely|great question|thank|thanks|you're welcome"
    r"|i hope|i'?m happy|happy to|let me know|please let me|feel free"
    r"|if you (?:have|need) (?:any|more|further)|here (?:is|are|'s)|in summary|in conclusion)\b",
    re.IGNORECASE,
)
_TEXTS = r"(?:documents?|passages?|sources?|context|text|information(?: provided)?)"
_HEDGE = re.compile(
    r"\bi (?:do not|don'?t|cannot|can'?t|could not|couldn'?t|am not able|am unable|am not sure|am sorry)\b"
    r"|\bi'?m (?:not sure|sorry|unable|not able)"
    rf"|\b{_TEXTS}\b[^.!?]{{0,30}}\b(?:do(?:es)? not|don'?t|doesn'?t)\s(?:\w{{1,12}}\s){{0,2}}?"
    r"(?:say|mention|state|contain|provide|specify|include|answer|cover)"
    rf"|\b(?:is|are) not (?:mentioned|stated|specified|provided|covered) in the {_TEXTS}",
    re.IGNORECASE,
)
_REFERENCE_LIST = re.compile(r"^(?:sources?|references?|citations?|see also)\s?:", re.IGNORECASE)

_POLITE = 4
"""Content words that a mere courtesy may have."""


class NameFinder(Protocol):
    """What the check needs of an entity linker."""

    def names(self, text: str) -> tuple[str, ...]:
        """Proper names in `text`, as written."""
        ...


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence of the answer, what it rests on, and how firmly."""

    text: str = field(repr=False)
    citations: tuple[str, ...] = ()
    """Chunk ids that support it at least partly; not always those that the model wrote."""

    support: Support = "not_checked"
    score: float = 0.0
    """From 0, contradicted or absent, to 1, word for word."""

    reasons: tuple[str, ...] = field(default=(), repr=False)
    start: int = 0
    end: int = 0
    """Span in the answer as it was written, markers included."""


class SupportChecker:
    """Judges sentences; needs no model but the one that finds names."""

    def __init__(self, names: NameFinder) -> None:
        self._names = names

    def judge(
        self, sentences: Sequence[CitedSentence], shown: Sequence[Passage], question: str = ""
    ) -> tuple[JudgedSentence, ...]:
        """One verdict per sentence, in order.

        A sentence is judged by what it cites. If it cites nothing, or nothing that supports it, all
        passages shown are tried, and the one that supports it best becomes its citation. What no
        passage supports keeps no citation. `question` helps with answers too short to speak for
        themselves ("140 euros."); what it already contains is no invention of the answer.
        """
        sources = {passage.id: Source.of(passage) for passage in shown}
        return tuple(self._judged(sentence, sources, question) for sentence in sentences)

    def _judged(self, sentence: CitedSentence, sources: dict[str, Source], question: str) -> JudgedSentence:
        place = JudgedSentence(sentence.text, start=sentence.start, end=sentence.end)
        if reason := _not_checked(sentence):
            return replace(place, reasons=(reason,))
        claim = Claim.of(sentence.text, self._names.names(sentence.text), question)
        if not claim.says_something:
            return replace(place, reasons=("says nothing that can be checked",))
        cited = [name for name in sentence.citations if name in sources]
        own = weigh(claim, [sources[name] for name in cited]) if cited else None
        if own and own.support != "not_found":
            return _with(place, own, _contributing(claim, cited, sources), ())
        others = [(name, weigh(claim, [source])) for name, source in sources.items() if name not in cited]
        against = max(([own] if own else []) + [weight for _, weight in others], key=_conflict, default=None)
        holding = [(name, weight) for name, weight in others if _outweighs(weight, against)]
        if not holding:
            nearest = against if against and against.conflict else own or _nearest(others)
            return _with(place, nearest, (), () if cited else ("cites no passage",))
        name, best = max(holding, key=lambda pair: pair[1].rank)
        note = "what it cites does not support it; another passage does" if cited else "attributed by us"
        return _with(place, best, (name,), (note,))


def _with(
    place: JudgedSentence, weight: Weight | None, citations: tuple[str, ...], notes: tuple[str, ...]
) -> JudgedSentence:
    if weight is None:
        return replace(place, support="not_found", reasons=("no passage was shown",))
    return replace(
        place,
        citations=citations,
        support=weight.support,
        score=round(weight.score, 3),
        reasons=(*notes, *weight.reasons),
    )


def _contributing(claim: Claim, cited: Sequence[str], sources: dict[str, Source]) -> tuple[str, ...]:
    """Of several cited passages those that support the sentence alone; all, if only together they do."""
    alone = tuple(name for name in cited if weigh(claim, [sources[name]]).support != "not_found")
    return alone or tuple(cited)


def _conflict(weight: Weight) -> float:
    return weight.conflict


def _outweighs(weight: Weight, against: Weight | None) -> bool:
    """Whether a passage holds a sentence firmly, or in part while none that is nearer to it objects."""
    if weight.support == "partly" and against and against.conflict:
        return weight.score > against.conflict
    return weight.support != "not_found"


def _nearest(others: Sequence[tuple[str, Weight]]) -> Weight | None:
    return max((weight for _, weight in others), key=lambda weight: weight.rank, default=None)


def _not_checked(sentence: CitedSentence) -> str:
    """Why a sentence is no claim about the documents; empty if it is one."""
    text = sentence.text.strip()
    if sentence.kind in {"heading", "code"} or text.endswith(":"):
        return f"is {'code' if sentence.kind == 'code' else 'a heading'}"
    if text.endswith("?"):
        return "is a question"
    if _REFERENCE_LIST.match(text):
        return "is a list of references"
    if _HEDGE.search(text) and not re.search(r"\b(?:but|however)\b", text, re.IGNORECASE):
        return "says what is not known"
    # "Sure, the limit is 140 euros." opens with a courtesy and is a claim all the same.
    polite = _GREETING.match(text) and len(content_stems(text)) <= _POLITE and not facts_in(text).required
    return "is a courtesy" if polite else ""
