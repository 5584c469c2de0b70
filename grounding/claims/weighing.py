"""Weighs one claim against one or several passages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Literal

from grounding.claims.arithmetic import computed
from grounding.claims.counting import own_counts
from grounding.claims.roles import Item, mixed_up
from grounding.claims.scoring import PARTLY, SUPPORTED, Evidence, score, verdict
from grounding.claims.taken_apart import Claim, Source
from grounding.text.facts import Facts, facts_in, missing_facts
from grounding.text.names import missing_names
from grounding.text.polarity import contradiction
from grounding.text.words import content_stems

ItemsOf = Callable[[str], tuple[Item, ...]]
"""Names and numbers of a sentence with what is said of them."""

_TINY = 3
"""Content words up to which the question has to vouch for a claim."""

_WHOLE, _VOUCHED = 0.999, 0.35
"""Shares of a tiny claim's words, and of its question's words beside them."""

_SAME_MATTER = 0.5
"""Share of words from which a sentence is about the same thing, so that it can contradict."""

_SAME_STATEMENT = 0.65
"""Share from which a negation more or less turns a sentence round, and is no accident of other words."""

_MORE_WORDS = 0.15
"""Share of words that another passage must add to a claim that is put together from several."""

_ADDITION = 2
"""Absent words in a row that are more than another choice of word."""

_MISMATCH = 0.3
"""Ceiling of the score when a fact does not agree."""

_PART, _FEW = "the passage says only part of it", "few of its words are in the passage"
_ELSEWHERE = 6
"""Sentences beside the nearest one in which a name or number is looked up."""


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

    evidence: Evidence = field(default_factory=Evidence)
    """What the score was made of."""

    near: str = field(default="", repr=False)
    """The words of the sources that are nearest to the claim: up to three sentences."""

    ceiling: float = 1.0
    """What the score can be at most, whatever the evidence: a fact or a tiny answer sets it."""

    added: str = field(default="", repr=False)
    """Words in a row that stand nowhere in the sources, as the claim has them; empty if there are none."""

    def lacks_only_a_fact_of(self, whole: Weight) -> bool:
        """Whether a claim was altered, not put together: `whole`, of all passages, adds hardly a word."""
        close = self.ceiling == _MISMATCH and self.evidence.single >= _SAME_STATEMENT
        return close and whole.evidence.three - self.evidence.three < _MORE_WORDS

    @property
    def rank(self) -> tuple[float, ...]:
        """For choosing the better of two."""
        order = ("not_found", "partly", "supported")
        return float(order.index(self.support)), self.score + self.relevance / 2, self.relevance


@dataclass(frozen=True, slots=True)
class _Place:
    """The best place for a claim among its sources."""

    evidence: Evidence = field(default_factory=Evidence)
    relevance: float = 0.0
    sentence: str = field(default="", repr=False)
    """The nearest single sentence, if it is about the same matter."""

    near: str = field(default="", repr=False)
    added: tuple[str, ...] = field(default=(), repr=False)
    """The longest run of the claim's content words that are nowhere in the sources."""

    foreign: tuple[str, ...] = field(default=(), repr=False)
    """The longest phrase or clause of the claim of which no word is in the sources."""


def weigh(claim: Claim, sources: Sequence[Source], items_of: ItemsOf) -> Weight:
    """Judge a claim by all `sources` together."""
    place = _place(claim, sources)
    echoed, missing = _unknown(claim, sources)
    if missing:
        reasons = tuple(f"“{what}” is not in the passage" for what in missing)
        return _against(place, reasons, 0.0)
    if place.sentence and (reason := _objection(claim, place, sources, items_of)):
        return _against(place, (reason,), place.evidence.window)
    return _by_evidence(claim, place, echoed)


def reweighed(weight: Weight, evidence: Evidence, vote: float | None = None) -> Weight:
    """The same with more evidence; `vote` is another judge's probability, 0 to 1, of half the weight.

    A contradicted or missing fact stays one, and so does every other ceiling.
    """
    value = score(evidence)
    value = weight.ceiling * value if weight.ceiling == _MISMATCH else min(value, weight.ceiling)
    if vote is not None:
        value = min((value + vote) / 2, weight.ceiling)
    if weight.ceiling == _MISMATCH:
        return replace(weight, score=value, evidence=evidence)
    support = verdict(value)
    told = weight.reasons or ((_PART if not weight.added else f"“{weight.added}” is not in the passage"),)
    reasons = {"supported": (), "partly": told, "not_found": (_FEW,)}[support]
    return replace(weight, support=support, score=value, evidence=evidence, reasons=reasons)


def _against(place: _Place, reasons: tuple[str, ...], conflict: float) -> Weight:
    value = _MISMATCH * score(place.evidence)
    return Weight(
        "not_found", value, reasons, place.relevance, conflict, place.evidence, place.near, _MISMATCH
    )


def _objection(claim: Claim, place: _Place, sources: Sequence[Source], items_of: ItemsOf) -> str:
    """Why the nearest sentence says something else, or nothing."""
    sentence = place.sentence
    close = place.evidence.single >= _SAME_STATEMENT
    if close and (word := contradiction(claim.text, sentence)):
        return f"the passage says the opposite about “{_as_written(word, claim.text)}”"
    follows = computed(claim.text, claim.facts, _pooled([source.facts for source in sources]))
    stated = [item for item in claim.items if not any(item.text in text for text in follows)]
    if not stated:
        return ""
    elsewhere = [item for text in _others(claim, sentence, sources) for item in items_of(text)]
    if mixed := mixed_up(stated, items_of(sentence), elsewhere):
        return f"the passage says this of “{mixed[1]}”, not of “{mixed[0]}”"
    return ""


def _others(claim: Claim, nearest: str, sources: Sequence[Source]) -> list[str]:
    wanted = set(claim.stems)
    found = [
        (len(wanted.intersection(stems)), text)
        for source in sources
        for text, stems in source.sentences
        if text != nearest and wanted.intersection(stems)
    ]
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])[:_ELSEWHERE]]


def _by_evidence(claim: Claim, place: _Place, echoed: Sequence[str]) -> Weight:
    tiny = len(set(claim.stems)) <= _TINY
    vouched = not tiny or not claim.question or place.relevance >= _VOUCHED
    ceiling, reason = 1.0, ""
    if tiny and place.evidence.window < _WHOLE:
        ceiling, reason = place.evidence.window * SUPPORTED, _PART
    if place.foreign:
        # The more of it is an addition, the nearer to "not found".
        ceiling = min(ceiling, SUPPORTED - (SUPPORTED - PARTLY) * len(place.foreign) / len(claim.stems))
    if echoed or not vouched:
        ceiling = min(ceiling, (SUPPORTED + PARTLY) / 2)
        reason = (
            "only the question says it"
            if echoed
            else "the passage does not show that this answers the question"
        )
    added = " … ".join(_as_written(stem, claim.text) for stem in place.foreign or place.added)
    weight = Weight(
        "partly",
        0.0,
        (reason,) if reason else (),
        place.relevance,
        evidence=place.evidence,
        near=place.near,
        ceiling=ceiling,
        added=added if place.foreign or len(place.added) >= _ADDITION else "",
    )
    return reweighed(weight, place.evidence)


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
    if missing:
        follows = computed(claim.text, claim.facts, both)
        follows |= own_counts(claim.text, claim.facts, [source.text for source in sources])
        missing = tuple(what for what in missing if what not in follows)
        absent = tuple(what for what in absent if what not in follows)
    return tuple(what for what in absent if what not in missing), missing


def _pooled(several: Sequence[Facts]) -> Facts:
    return Facts(
        tuple(fact for facts in several for fact in facts.quantities),
        tuple(fact for facts in several for fact in facts.dates),
        tuple(fact for facts in several for fact in facts.times),
        tuple(fact for facts in several for fact in facts.codes),
    )


def _place(claim: Claim, sources: Sequence[Source]) -> _Place:
    """Windows lie within one source; what is nowhere is nowhere in any of them."""
    listed = [(set(stems), text) for source in sources for text, stems in source.sentences]
    context = frozenset[str]().union(*(source.context for source in sources))
    held = context.union(*(stems for stems, _ in listed))
    # A date or amount was compared as a fact; written in another way it is not missing a second time.
    said = [stem for stem in claim.stems if stem in held or stem not in claim.fact_stems]
    wanted = set(said)
    if not wanted or not listed:
        return _Place()
    window, relevance = max(
        _windows(wanted, set(content_stems(claim.question)), source) for source in sources
    )
    single, sentence = max((_share(wanted, stems), text) for stems, text in listed)
    three, near = _greedy(wanted, context, listed)
    added = _longest_absent_run(said, held)
    evidence = Evidence(
        window=window,
        three=three,
        pairs=max(_pair_share(said, source) for source in sources),
        single=single,
        absent=len(added),
    )
    foreign = max(
        (phrase for phrase in claim.phrases if len(phrase) >= _ADDITION and not held.intersection(phrase)),
        key=len,
        default=(),
    )
    return _Place(evidence, relevance, sentence if single >= _SAME_MATTER else "", near, added, foreign)


def _windows(wanted: set[str], asked: set[str], source: Source) -> tuple[float, float]:
    """The best two neighbouring sentences: share of the claim's words, and of the question's beside them."""
    stems = [set(words) for _, words in source.sentences]
    windows = [here | after for here, after in pairwise(stems)] if len(stems) > 1 else stems
    return max(
        ((_share(wanted, held | source.context), _share(asked, held | source.context)) for held in windows),
        default=(0.0, 0.0),
    )


def _greedy(
    wanted: set[str], context: frozenset[str], listed: Sequence[tuple[set[str], str]]
) -> tuple[float, str]:
    """Share of the words in the three sentences that together hold most of them, and their text."""
    left, chosen = wanted - context, list[str]()
    for _ in range(3):
        stems, text = max(listed, key=lambda pair: len(left & pair[0]))
        if not left & stems:
            break
        left -= stems
        chosen.append(text)
    return 1 - len(left) / len(wanted), " ".join(chosen)


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
