"""What each name and number of a sentence is said of, and whether a passage says it of another.

A name or number is described by its surroundings: its role (subject, object, behind which preposition) and
the word it depends on, what describes it, and its neighbours. Passive and active roles are one. When the
surroundings that a claim gives to one thing are those that the passage gives to another of the same kind,
the two are mixed up: "Anna reports to Peter" for "Peter reports to Anna", "26 euros a day" for "52 euros
a day; 26 euros on the day of departure".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from grounding.text.facts import Facts, facts_in, missing_facts
from grounding.text.names import missing_names
from grounding.text.numerals import NUMERAL, with_digits
from grounding.text.parsing import Sentence
from grounding.text.words import STOP_WORDS, stem

Kind = Literal["name", "number"]

_AMOUNTS = frozenset({"CARDINAL", "MONEY", "PERCENT", "QUANTITY", "DATE", "TIME", "ORDINAL"})
_ROLES = {"nsubj": "subject", "csubj": "subject", "nsubjpass": "object", "dobj": "object", "attr": "state",
          "dative": "receiver", "appos": "other name", "poss": "owner", "compound": "part", "nummod": "count",
          "amod": "quality", "npadvmod": "measure"}  # fmt: skip
_INSIDE = frozenset({"compound", "nummod", "quantmod", "amod", "poss", "nmod", "appos"})
_NEIGHBOURS = 3
"""Words on each side that describe a place."""

_ROLE, _GOVERNOR, _BESIDE, _NEAR = 2.0, 2.0, 1.5, 0.5
"""Weights: role with its governor, governor alone, the very next word, a content word near by."""

_EARLIEST, _LATEST = 1_000, 2_200
"""Years."""

_BREAK = 4
"""Words that a comma or a conjunction counts for."""

_MARGIN = 0.25
"""By how much another's surroundings must fit better, on a scale from 0 to 1."""

_MARGIN_OF_TWO = 0.3
"""The same for two things in each other's place, summed over both."""

_LIKE = 0.5
"""How well the surroundings must fit at least for a name or number that stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Item:
    """A name or number at one place of a sentence."""

    text: str = field(repr=False)
    kind: Kind
    words: frozenset[str] = field(repr=False)
    """Stems without articles; numbers in digits."""

    features: dict[str, float] = field(repr=False)
    """Surroundings with their weights."""

    facts: Facts = field(repr=False)
    """What of it can be compared exactly."""

    territory: frozenset[str] = field(default=frozenset(), repr=False)
    """Of a number: the content words nearer to it than to another number of its unit."""

    @property
    def unit(self) -> str:
        """Canonical unit of an amount, "-" for a bare number; empty for all that is no amount."""
        amounts = [one for one in self.facts.quantities if not one.soft]
        return (amounts[0].unit or "-") if amounts and not self.facts.dates else ""

    @property
    def sort(self) -> str:
        """What it can be mixed up with: a name, a day or year, an amount of one unit."""
        years = any(
            not q.unit and q.value.is_integer() and _EARLIEST < q.value < _LATEST
            for q in self.facts.quantities
        )
        return "day" if self.facts.dates or years else self.unit or self.kind

    def is_the_same_as(self, other: Item) -> bool:
        """Whether both name one thing: part of a name, an acronym, an equal number, a date that agrees."""
        if self.kind != other.kind:
            return False
        if self.kind == "name":
            names = not missing_names((self.text,), other.text) or not missing_names((other.text,), self.text)
            return names or bool(self.words & other.words)
        if not self.facts.required or not other.facts.required:
            return bool(self.words & other.words)
        return not missing_facts(self.facts, other.facts) or not missing_facts(other.facts, self.facts)

    def likeness(self, other: Item) -> float:
        """Share of our surroundings that the other has too, 0 to 1."""
        everything = sum(self.features.values())
        shared = sum(weight for name, weight in self.features.items() if name in other.features)
        return shared / everything if everything else 0.0


def items(sentence: Sentence) -> tuple[Item, ...]:
    """Names and numbers of a sentence in order."""
    spans = list(_spans(sentence))
    found = [_item(sentence, start, end) for start, end in spans]
    return tuple(
        replace(item, territory=_territory(sentence, item, list(zip(spans, found, strict=True))))
        if item.unit
        else item
        for item in found
    )


def mixed_up(
    claim: Sequence[Item], near: Sequence[Item], elsewhere: Sequence[Item] = ()
) -> tuple[str, str] | None:
    """What the claim says of one thing and the passage of another: as the claim and as the passage has it.

    `near` are the items of the sentence that is closest to the claim, `elsewhere` those of all others.
    None if nothing is mixed up.
    """
    for ours in claim:
        if other := _of_another_thing(ours, near):
            return ours.text, other
        rivals = [other for other in near if other.kind == ours.kind and not other.is_the_same_as(ours)]
        straight = max((ours.likeness(same) for same in near if same.is_the_same_as(ours)), default=None)
        for rival in rivals:
            across = ours.likeness(rival)
            taken = [other for other in claim if other.is_the_same_as(rival)]
            if taken:
                if straight is not None and _exchanged(ours, taken, near):
                    return ours.text, rival.text
            elif rival.sort == ours.sort and _belongs_to(across, straight, ours, elsewhere):
                return ours.text, rival.text
    return None


def _of_another_thing(ours: Item, near: Sequence[Item]) -> str:
    """The number whose words the claim gives to another number of the same unit, or nothing."""
    same = [item for item in near if item.unit and item.is_the_same_as(ours)]
    for other in near:
        if not same or other.unit != ours.unit or other.is_the_same_as(ours):
            continue
        right = [ours.territory & (item.territory - other.territory) for item in same]
        wrong = [ours.territory & (other.territory - item.territory) for item in same]
        if all(wrong) and not any(right):
            return other.text
    return ""


def _exchanged(ours: Item, taken: Sequence[Item], near: Sequence[Item]) -> bool:
    """Whether two things of the claim, `ours` and `taken`, stand in each other's place."""
    same = [item for item in near if item.is_the_same_as(ours)]
    other = [item for item in near if any(item.is_the_same_as(one) for one in taken)]
    straight = _best([ours], same) + _best(taken, other)
    return _best([ours], other) + _best(taken, same) - straight > _MARGIN_OF_TWO


def _best(left: Sequence[Item], right: Sequence[Item]) -> float:
    return max((one.likeness(two) for one in left for two in right), default=0.0)


def _belongs_to(across: float, straight: float | None, ours: Item, elsewhere: Sequence[Item]) -> bool:
    """Whether a thing that the claim does not mention has the place that the claim gives to another."""
    if straight is not None:
        return across - straight > _MARGIN
    best = max((ours.likeness(item) for item in elsewhere if item.is_the_same_as(ours)), default=0.0)
    return across >= _LIKE and across - best > _MARGIN


def _spans(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Start and end of every run that is a name, date or amount, or a bare number or proper noun."""
    at = 0
    while at < len(sentence):
        word = sentence[at]
        end = at + 1
        if word.label:
            while end < len(sentence) and sentence[end].label == word.label and not sentence[end].begins:
                end += 1
            yield at, end
        elif word.pos == "PROPN":
            while end < len(sentence) and sentence[end].pos == "PROPN" and not sentence[end].label:
                end += 1
            yield at, end
        elif word.pos == "NUM" or word.text[:1].isdigit():
            yield at, end
        at = end


def _territory(
    sentence: Sentence, item: Item, found: Sequence[tuple[tuple[int, int], Item]]
) -> frozenset[str]:
    """What stands before the first of several numbers of one unit speaks of all, and of none alone."""
    rivals = [(span, other) for span, other in found if other.unit == item.unit]
    first = min(start for (start, _), _ in rivals) if len(rivals) > 1 else -1
    inside = {at for (start, end), _ in rivals for at in range(start, end)}
    held: set[str] = set()
    for at in range(len(sentence)):
        if at in inside or at < first or not _carries(sentence, at):
            continue
        nearest = min(rivals, key=lambda pair: _distance(sentence, at, pair[0]))
        if nearest[1] is item:
            held.add(sentence[at].stem)
    return frozenset(held)


def _distance(sentence: Sentence, at: int, span: tuple[int, int]) -> int:
    """Words between a place and a number; a comma or conjunction counts as several."""
    start, end = span
    between = sentence[at + 1 : start] if at < start else sentence[end:at]
    return len(between) + _BREAK * sum(word.pos in {"PUNCT", "CCONJ", "SCONJ"} for word in between)


def _item(sentence: Sentence, start: int, end: int) -> Item:
    run = sentence[start:end]
    text = re.sub(r"\s(?=[-–,.]\s)|(?<=\s[-–])\s", "", " ".join(word.text for word in run))
    # A year or a count inside a name ("Boeing 747") does not make it a number.
    counts = any(word.text[:1].isdigit() or NUMERAL.fullmatch(word.text) for word in run)
    number = all(not word.label or word.label in _AMOUNTS for word in run) and (
        counts or run[0].label in _AMOUNTS
    )
    words = frozenset(stem(word) for word in re.findall(r"\w+(?:[.,]\w+)*", with_digits(text)))
    kept = words - STOP_WORDS
    return Item(
        text, "number" if number else "name", kept or words, _features(sentence, start, end), facts_in(text)
    )


def _features(sentence: Sentence, start: int, end: int) -> dict[str, float]:
    features: dict[str, float] = {}
    top = next((at for at in range(start, end) if not start <= sentence[at].head < end), start)
    _add_role(features, sentence, top)
    if start and sentence[start - 1].dep != "det":
        features[f"after {sentence[start - 1].text.casefold()}"] = _BESIDE
    elif start > 1:
        features[f"after {sentence[start - 2].text.casefold()}"] = _BESIDE
    if end < len(sentence) and sentence[end].pos != "PUNCT":
        features[f"before {sentence[end].text.casefold()}"] = _BESIDE
    for side in (range(start - 1, -1, -1), range(end, len(sentence))):
        content = [at for at in side if _carries(sentence, at)][:_NEIGHBOURS]
        for at in content:
            features[f"near {sentence[at].stem}"] = _NEAR
    return features


def _add_role(features: dict[str, float], sentence: Sentence, top: int) -> None:
    """Role and governor; inside a phrase the phrase's own role as well: "the Paris office" is its subject."""
    at, weight = top, 1.0
    for _ in range(3):
        role, governor = _role(sentence, at)
        features.setdefault(f"{role} of {sentence[governor].stem}", _ROLE * weight)
        features.setdefault(f"of {sentence[governor].stem}", _GOVERNOR / 2 * weight)
        if governor == at or sentence[at].dep not in _INSIDE:
            break
        at, weight = governor, weight / 2


def _role(sentence: Sentence, at: int) -> tuple[str, int]:
    """Role of a word and the place of the word that gives it; coordinated words share the first one's."""
    word = sentence[at]
    for _ in range(6):
        if word.dep != "conj" or sentence[word.head].pos in {"VERB", "AUX"}:
            break
        at, word = word.head, sentence[word.head]
    if word.dep == "pobj":
        case = sentence[word.head]
        if case.dep == "agent":
            return "subject", case.head
        return f"{case.text.casefold()}", case.head
    return _ROLES.get(word.dep, word.dep), word.head


def _carries(sentence: Sentence, at: int) -> bool:
    word = sentence[at]
    return word.pos not in {"PUNCT", "SPACE", "SYM"} and word.text.casefold() not in STOP_WORDS
