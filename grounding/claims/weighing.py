"""Weighs one claim against one or several passages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from grounding.claims.arithmetic import computed
from grounding.claims.belonging import NounsOf, of_another_rule
from grounding.claims.counting import own_counts
from grounding.claims.places import ADDITION, Place, best_place
from grounding.claims.roles import Item, mixed_up
from grounding.claims.scoring import PARTLY, SUPPORTED, Evidence, score, verdict
from grounding.claims.table_rows import of_a_narrower_row, of_another_column
from grounding.claims.taken_apart import Claim, Source
from grounding.text.facts import Facts, facts_in, missing_facts
from grounding.text.names import missing_names
from grounding.text.polarity import contradiction
from grounding.text.rows import cells
from grounding.text.words import content_stems

ItemsOf = Callable[[str], tuple[Item, ...]]
"""Names and numbers of a sentence with what is said of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read out of the sentences of a source, where it is needed."""

    items: ItemsOf
    nouns: NounsOf
    described: Callable[[str], frozenset[tuple[str, str]]]


_TINY = 3
"""Content words up to which the question has to vouch for a claim."""

_WHOLE, _VOUCHED = 0.999, 0.35
"""Shares of a tiny claim's words, and of its question's words beside them."""

_SAME_STATEMENT = 0.65
"""Share from which a negation more or less turns a sentence round, and is no accident of other words."""

_MORE_WORDS = 0.15
"""Share of words that another passage must add to a claim that is put together from several."""

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


def weigh(claim: Claim, sources: Sequence[Source], reading: Reading) -> Weight:
    """Judge a claim by all `sources` together."""
    place = best_place(claim, sources)
    echoed, missing = _unknown(claim, sources)
    echoed = (*echoed, *_taken_from_question(claim, place, sources, reading))
    if missing:
        reasons = tuple(f"“{what}” is not in the passage" for what in missing)
        return _against(place, reasons, 0.0)
    if place.sentence and (reason := _objection(claim, place, sources, reading)):
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


def _against(place: Place, reasons: tuple[str, ...], conflict: float) -> Weight:
    value = _MISMATCH * score(place.evidence)
    return Weight(
        "not_found", value, reasons, place.relevance, conflict, place.evidence, place.near, _MISMATCH
    )


def _objection(claim: Claim, place: Place, sources: Sequence[Source], reading: Reading) -> str:
    """Why the nearest sentence says something else, or nothing."""
    sentence = place.sentence
    close = place.evidence.single >= _SAME_STATEMENT
    if close and (word := contradiction(claim.text, sentence)):
        return f"the passage says the opposite about “{_as_written(word, claim.text)}”"
    follows = computed(claim.text, claim.facts, _pooled([source.facts for source in sources]))
    stated = [item for item in claim.items if not any(item.text in text for text in follows)]
    if not stated:
        return ""
    if mixed := _mixed_up(claim, stated, sources, place, reading):
        return f"the passage says this of “{mixed[1]}”, not of “{mixed[0]}”"
    other = of_another_rule(claim, sources, reading.nouns) or of_a_narrower_row(claim, sources)
    if other and other[0] not in follows:
        return f"the passage says “{other[1]}” of this, and “{other[0]}” of something else"
    return ""


def _taken_from_question(
    claim: Claim, place: Place, sources: Sequence[Source], reading: Reading
) -> tuple[str, ...]:
    """Of whom or of what kind the claim speaks, where the question says it and the sources of another.

    That is an actor whom no source names, and a word that describes a noun which the nearest sentences
    have with another: "parental leave" for "special leave".
    """
    asked = set(content_stems(claim.question))
    found = [claim.actor] if claim.actor and not any(source.says(claim.actor) for source in sources) else []
    if asked and claim.described:
        above = frozenset[str]().union(*(source.context for source in sources))
        for text in (place.sentence, place.near):
            found += _of_another_kind(claim, text, above, reading)
    return tuple(word for word in found if word in asked)


def _of_another_kind(claim: Claim, text: str, above: frozenset[str], reading: Reading) -> Iterator[str]:
    """Words of the claim that describe a noun which `text` has with other words alone."""
    held, theirs = above.union(content_stems(text)), reading.described(text)
    for noun, word in claim.described:
        others = {other for same, other in theirs if same == noun}
        if word not in held and others and others.isdisjoint(claim.stems):
            yield word


def _mixed_up(
    claim: Claim, stated: Sequence[Item], sources: Sequence[Source], place: Place, reading: Reading
) -> tuple[str, str] | None:
    """What the claim says of one thing and the nearest sentence, or row of a table, of another."""
    elsewhere = [item for text in _others(claim, place.sentence, sources) for item in reading.items(text)]
    row = cells(place.sentence)
    if row and (column := of_another_column(claim, row)):
        return column
    compared = [item for item in stated if not row or item.kind == "name"]
    return mixed_up(compared, reading.items(place.sentence), elsewhere)


def _others(claim: Claim, nearest: str, sources: Sequence[Source]) -> list[str]:
    wanted = set(claim.stems)
    found = [
        (len(wanted.intersection(stems)), text)
        for source in sources
        for text, stems in source.sentences
        if text != nearest and wanted.intersection(stems)
    ]
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])[:_ELSEWHERE]]


def _by_evidence(claim: Claim, place: Place, echoed: Sequence[str]) -> Weight:
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
        added=added if place.foreign or len(place.added) >= ADDITION else "",
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


def _as_written(stem: str, text: str) -> str:
    found = re.search(rf"\b{re.escape(stem)}\w{{0,12}}", text, re.IGNORECASE)
    return found[0] if found else stem
