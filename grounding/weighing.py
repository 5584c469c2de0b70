"""Weighs one claim against one or several passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Literal

from grounding.chunking import sentences
from grounding.facts import Facts, facts_in, missing_facts
from grounding.names import missing_names
from grounding.numerals import with_digits
from grounding.passages import Passage
from grounding.polarity import contradiction
from grounding.words import content_stems

_FILLERS = frozenset(
    content_stems(
        "according document documents passage passages source sources provided text mentioned mentions based"
        " information context question answer stated states specified following therefore additionally"
        " however means refers"
    )
)
"""Words about the answer itself."""

_TINY = 3
"""Content words up to which the question has to vouch for a claim."""

_WHOLE, _MOST, _SOME, _TOGETHER = 0.999, 0.7, 0.4, 0.35
"""Shares of the claim's words in two neighbouring sentences, and of its word pairs in the passage."""

_SAME_MATTER = 0.5
"""Share of words from which a sentence is about the same thing, so that it can contradict."""

_ADDITION = 2
"""Absent words in a row that are more than another choice of word."""

_MISMATCH = 0.3
"""What is left of the overlap when a fact does not agree."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the answer, taken apart once for all passages."""

    text: str = field(repr=False)
    stems: tuple[str, ...] = field(repr=False)
    facts: Facts = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    question: str = field(repr=False)

    @classmethod
    def of(cls, text: str, names: Sequence[str], question: str) -> Claim:
        """Take a sentence apart; `names` are its proper names."""
        stems = tuple(stem for stem in content_stems(with_digits(text)) if stem not in _FILLERS)
        return cls(text, stems, facts_in(text), tuple(names), question)

    @property
    def says_something(self) -> bool:
        """False for "Yes." and the like."""
        return bool(self.stems) or self.facts.required


@dataclass(frozen=True, slots=True)
class Source:
    """A passage, taken apart once for all claims; its title and headings count as part of it."""

    text: str = field(repr=False)
    facts: Facts = field(repr=False)
    context: frozenset[str] = field(repr=False)
    """Stems of title and headings, which hold for every sentence below them."""

    sentences: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    """Each sentence with its stems in order."""

    @classmethod
    def of(cls, passage: Passage) -> Source:
        """Take a passage apart."""
        context = "\n".join((passage.title, *passage.heading))
        parts = [part.strip() for part in sentences(passage.text) if part.strip()]
        return cls(
            text=f"{context}\n{passage.text}",
            facts=facts_in(f"{context}\n{passage.text}"),
            context=frozenset(content_stems(context)),
            sentences=tuple((part, tuple(content_stems(with_digits(part)))) for part in parts),
        )


@dataclass(frozen=True, slots=True)
class Weight:
    """How well a claim stands on its sources."""

    support: Literal["supported", "partly", "not_found"]
    score: float
    reasons: tuple[str, ...] = field(default=(), repr=False)
    relevance: float = 0.0
    """Share of the question's words around the best place; decides between equals."""

    conflict: float = 0.0
    """Share of the claim's words in a passage that says the opposite; 0 where none does."""

    @property
    def rank(self) -> tuple[float, ...]:
        """For choosing the better of two."""
        order = ("not_found", "partly", "supported")
        return float(order.index(self.support)), self.score + self.relevance / 2, self.relevance


@dataclass(frozen=True, slots=True)
class _Place:
    """The best place for a claim among its sources."""

    window: float = 0.0
    pairs: float = 0.0
    relevance: float = 0.0
    sentence: str = field(default="", repr=False)
    """The nearest single sentence, if it is about the same matter."""

    added: tuple[str, ...] = field(default=(), repr=False)
    """The longest run of the claim's content words that are nowhere in the passage."""

    @property
    def overlap(self) -> float:
        return 0.6 * self.window + 0.4 * max(self.pairs, self.window if self.window > _MOST else 0.0)


def weigh(claim: Claim, sources: Sequence[Source]) -> Weight:
    """Judge a claim by all `sources` together; their facts are pooled, their sentences are not."""
    place = _best_place(claim, sources)
    echoed, missing = _unknown(claim, sources)
    if missing:
        reasons = tuple(f"“{what}” is not in the passage" for what in missing)
        return Weight("not_found", place.overlap * _MISMATCH, reasons, place.relevance)
    if place.sentence and (word := contradiction(claim.text, place.sentence)):
        reason = f"the passage says the opposite about “{_as_written(word, claim.text)}”"
        return Weight("not_found", place.overlap * _MISMATCH, (reason,), place.relevance, place.window)
    return _by_overlap(claim, place, echoed)


def _by_overlap(claim: Claim, place: _Place, echoed: Sequence[str]) -> Weight:
    tiny = len(set(claim.stems)) <= _TINY
    holds = place.window >= (_WHOLE if tiny else _MOST) or (place.pairs >= _TOGETHER and not tiny)
    vouched = not tiny or not claim.question or place.relevance >= _TOGETHER
    if holds and vouched and len(place.added) >= _ADDITION:
        added = " … ".join(_as_written(stem, claim.text) for stem in place.added)
        score = place.overlap * (1 - len(place.added) / len(claim.stems))
        return Weight("partly", score, (f"“{added}” is not in the passage",), place.relevance)
    if holds and vouched and not echoed:
        return Weight("supported", place.overlap, (), place.relevance)
    if holds or place.window >= _SOME:
        reason = "only the question says it" if echoed else "the passage says only part of it"
        reason = reason if vouched else "the passage does not show that this answers the question"
        return Weight("partly", min(place.overlap, _MOST), (reason,), place.relevance)
    return Weight("not_found", place.overlap * place.window, ("few of its words are in the passage",))


def _unknown(claim: Claim, sources: Sequence[Source]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Facts and names that only the question knows, and those that nobody knows."""
    pooled = _pooled([source.facts for source in sources])
    text = "\n".join(source.text for source in sources)
    absent = (*missing_facts(claim.facts, pooled), *missing_names(claim.names, text))
    if not absent:
        return (), ()
    both = _pooled([pooled, facts_in(claim.question)])
    missing = (
        *missing_facts(claim.facts, both),
        *missing_names(claim.names, f"{text}\n{claim.question}"),
    )
    return tuple(what for what in absent if what not in missing), missing


def _pooled(several: Sequence[Facts]) -> Facts:
    return Facts(
        tuple(fact for facts in several for fact in facts.quantities),
        tuple(fact for facts in several for fact in facts.dates),
        tuple(fact for facts in several for fact in facts.times),
        tuple(fact for facts in several for fact in facts.codes),
    )


def _best_place(claim: Claim, sources: Sequence[Source]) -> _Place:
    return max((_place_in(claim, source) for source in sources), key=_goodness, default=_Place())


def _goodness(place: _Place) -> tuple[float, float, float]:
    return place.overlap, place.relevance, place.pairs


def _place_in(claim: Claim, source: Source) -> _Place:
    wanted = set(claim.stems)
    asked = set(content_stems(claim.question))
    best = _Place(pairs=_pair_share(claim.stems, source))
    if not wanted or not source.sentences:
        return best
    stems = [set(words) for _, words in source.sentences]
    windows = [here | after for here, after in pairwise(stems)] if len(stems) > 1 else stems
    window, relevance = max(
        (_share(wanted, held | source.context), _share(asked, held | source.context)) for held in windows
    )
    single, sentence = max((_share(wanted, set(words)), part) for part, words in source.sentences)
    present = frozenset(source.context.union(*stems))
    same_matter = sentence if single >= _SAME_MATTER else ""
    return _Place(window, best.pairs, relevance, same_matter, _longest_absent_run(claim.stems, present))


def _share(wanted: set[str], present: set[str] | frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _longest_absent_run(stems: Sequence[str], present: frozenset[str]) -> tuple[str, ...]:
    words = [stem for stem in stems if not stem[0].isdigit()]  # numbers were compared as facts
    runs = [tuple(run) for absent, run in groupby(words, lambda stem: stem not in present) if absent]
    return max(runs, key=len, default=())


def _pair_share(stems: Sequence[str], source: Source) -> float:
    """Share of the claim's neighbouring words that are neighbours in the passage as well."""
    wanted = set(pairwise(stems))
    present = {pair for _, words in source.sentences for pair in pairwise(words)}
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _as_written(stem: str, text: str) -> str:
    found = re.search(rf"\b{re.escape(stem)}\w{{0,12}}", text, re.IGNORECASE)
    return found[0] if found else stem
