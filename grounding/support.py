"""Judges each sentence of an answer by the passages it was written from.

Numbers, dates, codes and names must stand in what a sentence cites and be said there of the same thing, and
it may not turn a negation round; then its words decide, by how many of them stand together in the passage.
The similarity of embeddings can raise a paraphrase and never rescues what a fact contradicts: it does not
tell a wrong number from a right one. An entailment judge, where there is one, has a vote beside the words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from grounding.citations import CitedSentence
from grounding.claims.belonging import nouns
from grounding.claims.meaning import Embedder, Entailment, Meaning
from grounding.claims.references import resolved_subject, subject_of, without_numbering
from grounding.claims.roles import Item, items
from grounding.claims.taken_apart import Claim, Source, actor, described, phrases
from grounding.claims.weighing import Reading, Weight, weigh
from grounding.passages import Passage
from grounding.text.facts import facts_in
from grounding.text.numerals import with_digits
from grounding.text.parsing import Reader, Remembered, parsed
from grounding.text.polarity import contradiction
from grounding.text.words import content_stems, tokens

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

_RECORD = re.compile(r"\{[^{}]{0,400}:|[\"']\s?:.{1,400}[\"']\s?:")
"""A record such as JSON: its words have no grammar."""

REPEATS = "repeats an earlier sentence"
_ECHOES = "only repeats the question"
_ASKS_FOR_MORE = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
_OFFERS = re.compile(r"\bor\b", re.IGNORECASE)
"""A question that names the answers to choose from: one of them, repeated, is an answer."""

_SHORTEST_REPEATED = 3
"""Words. "Yes." may stand in an answer twice."""

_REMEMBERED_PASSAGES, _REMEMBERED_SENTENCES = 256, 4_000
_POLITE = 4
"""Content words that a mere courtesy may have."""


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

    shown: bool = True
    """False for what the model wrote and the final answer leaves out."""


class SupportChecker:
    """Judges sentences with the model that finds names; an embedder and an entailment judge may join."""

    def __init__(
        self, reader: Reader, embedder: Embedder | None = None, entailment: Entailment | None = None
    ) -> None:
        """Without `embedder` paraphrases count by their words alone; `entailment` has a vote if given."""
        self._reader = reader
        self._meaning = Meaning(embedder, entailment)
        self._known = Remembered[tuple[Item, ...]](_REMEMBERED_SENTENCES)
        self._nouns = Remembered[frozenset[str]](_REMEMBERED_SENTENCES)
        self._described = Remembered[frozenset[tuple[str, str]]](_REMEMBERED_SENTENCES)
        self._sources = Remembered[Source](_REMEMBERED_PASSAGES)

    def judge(
        self, sentences: Sequence[CitedSentence], shown: Sequence[Passage], question: str = ""
    ) -> tuple[JudgedSentence, ...]:
        """One verdict per sentence, in order.

        A sentence is judged by what it cites. If it cites nothing, or nothing that supports it, all
        passages shown are tried: one that supports it becomes its citation, of several the one that
        supports it best, of equals the one shown first, and the reason says how many there were. If none
        does alone, all are tried together. What nothing supports keeps no citation. `question` helps with
        answers too short to speak for themselves ("140 euros."); what it already contains is no invention
        of the answer. What only repeats an earlier sentence, or the question, is no claim of its own.
        """
        sources = {passage.id: self._source(passage) for passage in shown}
        claims = self._claims(sentences, question)
        judged = (
            self._judged(sentence, claim, sources) for sentence, claim in zip(sentences, claims, strict=True)
        )
        return tuple(_unless_echo(one, question) for one in judged)

    def _items(self, text: str) -> tuple[Item, ...]:
        """Names and numbers with what is said of them; of a record, which is no sentence, none."""
        if _RECORD.search(text):
            return ()
        return self._known.of(text, lambda: items(parsed(self._reader, text)))

    @property
    def _reading(self) -> Reading:
        return Reading(self._items, self._nouns_of, self._described_in)

    def _described_in(self, text: str) -> frozenset[tuple[str, str]]:
        return self._described.of(text, lambda: described(parsed(self._reader, text)))

    def _nouns_of(self, text: str) -> frozenset[str]:
        return self._nouns.of(text, lambda: nouns(parsed(self._reader, text)))

    def _source(self, passage: Passage) -> Source:
        key = "\n".join((passage.document, passage.title, *passage.heading, "", passage.text))
        return self._sources.of(key, lambda: Source.of(passage))

    def _claims(self, sentences: Sequence[CitedSentence], question: str) -> list[Claim | str]:
        """A claim for each sentence, or the reason why it is none."""
        texts = without_numbering([sentence.text for sentence in sentences])
        found: list[Claim | str] = []
        before = ""
        said: set[tuple[str, ...]] = set()
        for sentence, text in zip(sentences, texts, strict=True):
            words = tuple(tokens(text))
            reason = REPEATS if words in said and sentence.kind == "text" else _not_checked(sentence, text)
            said.update([words] if len(words) >= _SHORTEST_REPEATED else [])
            claim = None if reason else Claim.of(text, self._reader.names(text), question)
            if claim is None or not claim.says_something:
                found.append(reason or "says nothing that can be checked")
                continue
            sentence_parsed = parsed(self._reader, text)
            named = self._items(resolved_subject(text, before))
            found.append(
                replace(
                    claim,
                    items=named,
                    phrases=phrases(sentence_parsed),
                    actor=actor(sentence_parsed),
                    described=described(sentence_parsed),
                )
            )
            before = subject_of(sentence_parsed) or before
        return found

    def _judged(
        self, sentence: CitedSentence, claim: Claim | str, sources: dict[str, Source]
    ) -> JudgedSentence:
        place = JudgedSentence(sentence.text, start=sentence.start, end=sentence.end)
        if isinstance(claim, str):
            return replace(place, reasons=(claim,))
        cited = [name for name in sentence.citations if name in sources]
        own = self._weigh(claim, cited, sources) if cited else None
        if own and own.support != "not_found":
            return _with(place, own, self._contributing(claim, cited, sources), ())
        others = [(name, self._weigh(claim, [name], sources)) for name in sources if name not in cited]
        against = max(([own] if own else []) + [weight for _, weight in others], key=_conflict, default=None)
        holding = [(name, weight) for name, weight in others if _outweighs(weight, against)]
        if holding:
            return _with(place, *_chosen(holding, cited=bool(cited)))
        nearest = against if against and against.conflict else own or _nearest(others)
        if len(sources) > 1 and not (nearest and nearest.conflict):
            together = self._weigh(claim, list(sources), sources)
            if together.support != "not_found" and not (nearest and nearest.lacks_only_a_fact_of(together)):
                names = self._needed(claim, sources)
                return _with(place, together, names, ("no passage holds it alone; these do together",))
        return _with(place, nearest, (), () if cited else ("cites no passage",))

    def _weigh(self, claim: Claim, names: Sequence[str], sources: dict[str, Source]) -> Weight:
        held = [sources[name] for name in names]
        return self._meaning.of(claim.text, weigh(claim, held, self._reading))

    def _contributing(
        self, claim: Claim, cited: Sequence[str], sources: dict[str, Source]
    ) -> tuple[str, ...]:
        """Of several cited passages those that support the sentence alone; all, if only together they do."""
        if len(cited) == 1:
            return tuple(cited)
        alone = tuple(name for name in cited if self._weigh(claim, [name], sources).support != "not_found")
        return alone or tuple(cited)

    def _needed(self, claim: Claim, sources: dict[str, Source]) -> tuple[str, ...]:
        """Passages without which the rest would support the sentence less firmly."""
        whole = self._weigh(claim, list(sources), sources)
        return tuple(
            name
            for name in sources
            if self._weigh(claim, [other for other in sources if other != name], sources).score < whole.score
        )


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


def _unless_echo(judged: JudgedSentence, question: str) -> JudgedSentence:
    """What adds no word to a question that asks for one says nothing, however well the passages hold it.

    One that they contradict stays so: "Why is alcohol refunded?" can have a wrong echo.
    """
    asks = _ASKS_FOR_MORE.search(question) and not _OFFERS.search(question)
    if not asks or judged.support not in ("supported", "partly"):
        return judged
    if not set(content_stems(with_digits(judged.text))) <= set(content_stems(with_digits(question))):
        return judged
    if contradiction(judged.text, question):
        return judged
    return JudgedSentence(judged.text, reasons=(_ECHOES,), start=judged.start, end=judged.end)


def _chosen(
    holding: Sequence[tuple[str, Weight]], *, cited: bool
) -> tuple[Weight, tuple[str, ...], tuple[str, ...]]:
    """The best of the passages that hold a sentence; the first shown of equals."""
    name, best = max(holding, key=lambda pair: pair[1].rank)
    note = "names no source; the check found this one"
    if cited:
        note = "what it cites does not support it; another passage does"
    firm = [weight for _, weight in holding if weight.support == best.support]
    several = (f"the best of {len(firm)} passages that hold it",) if len(firm) > 1 else ()
    return best, (name,), (note, *several)


def _conflict(weight: Weight) -> float:
    return weight.conflict


def _outweighs(weight: Weight, against: Weight | None) -> bool:
    """Whether a passage holds a sentence firmly, or in part while none that is nearer to it objects."""
    if weight.support == "partly" and against and against.conflict:
        return weight.score > against.conflict
    return weight.support != "not_found"


def _nearest(others: Sequence[tuple[str, Weight]]) -> Weight | None:
    return max((weight for _, weight in others), key=lambda weight: weight.rank, default=None)


def _not_checked(sentence: CitedSentence, text: str) -> str:
    """Why a sentence is no claim about the documents; empty if it is one. `text`: without numbering."""
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
