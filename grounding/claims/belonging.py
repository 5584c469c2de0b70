"""Amounts that a passage gives, but by another rule than the one a claim speaks of.

"Gifts are limited to 40 euros per person. Meals with customers are refunded up to 65 euros per person." holds
every word of "meals with customers are refunded up to 40 euros per person", and says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from grounding.claims.taken_apart import Claim, Source
from grounding.text.facts import Quantity, facts_in
from grounding.text.parsing import Sentence
from grounding.text.words import STOP_WORDS, content_stems

NounsOf = Callable[[str], frozenset[str]]
"""Stems of the nouns of a sentence, those that are an amount or a unit left out."""

_NOUNS = frozenset({"NOUN", "PROPN"})
_CLOSE = 1e-9
_TINY = 1
"""Content words beside its amount up to which an answer leaves to the question what it speaks of."""

_CONDITION = re.compile(
    r"^(?:in|for|on|at|with|if|when|where|during|outside|within|after|before|under)\s([^,]{3,80}),\s",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[,;]\s+(?:and|but|while|whereas)\s+|;\s+")


def nouns(sentence: Sentence) -> frozenset[str]:
    """Stems of the nouns of a parsed sentence that belong to no date or amount."""
    return frozenset(
        word.stem
        for word in sentence
        if word.pos in _NOUNS and not word.label and word.text.casefold() not in STOP_WORDS
    )


def of_another_rule(claim: Claim, sources: Sequence[Source], nouns_of: NounsOf) -> tuple[str, str] | None:
    """An amount of the claim and the one that the sources give in its place, as written; None if all is well.

    A sentence speaks of all that the claim names and gives another amount of the unit, while every sentence
    with the claim's amount lacks something that the claim names and speaks of something else. What the
    question names counts as named: "140 euros a night" may leave out that hotels are meant. An amount that is
    given under a condition ("In the cities on the list, ...") is that of something else, if neither claim nor
    question has a word of it.
    """
    asked = set(content_stems(claim.question)) - _amounts(claim)
    for amount in claim.facts.quantities:
        named = _named(claim, amount, nouns_of)
        if amount.soft or not amount.unit or not named:
            continue
        holders, rivals = _givers(amount, sources)
        said = asked.union(claim.stems)
        free = [(text, stems) for text, stems in holders if not _is_conditional(text, said)]
        if not holders or any(_speaks_of(named, stems, nouns_of(text), asked) for text, stems in free):
            continue
        for stems, other in rivals:
            if named <= stems:
                return amount.text, other
    return None


def _named(claim: Claim, amount: Quantity, nouns_of: NounsOf) -> frozenset[str]:
    """What the clause with the amount names; of an answer that names nothing else, what the question does."""
    clause = next((part for part in _CLAUSES.split(claim.text) if amount.text in part), claim.text)
    named = nouns_of(clause) & set(claim.stems)
    if len(set(claim.stems) - claim.fact_stems) <= _TINY and claim.question:
        named |= nouns_of(claim.question)
    return named - _amounts(claim)


def _amounts(claim: Claim) -> set[str]:
    """Stems of its amounts and their units, which say nothing of what they are given for."""
    return set(content_stems(" ".join(one.text for one in claim.facts.quantities)))


def _is_conditional(text: str, said: set[str]) -> bool:
    """Whether a sentence begins with a condition of which nothing is said; a date is none."""
    found = _CONDITION.match(text)
    if found is None or facts_in(found[0]).dates:
        return False
    # "High-cost" of a list does not make the costs that the sentence speaks of a word of the condition.
    stems = set(content_stems(found[1])) - set(content_stems(text[found.end() :]))
    return bool(stems) and stems.isdisjoint(said) and not any(sign.isdigit() for sign in found[1])


def _speaks_of(named: frozenset[str], stems: set[str], own: frozenset[str], asked: set[str]) -> bool:
    """Whether a sentence may give its amount for what the claim names."""
    foreign = own - named
    return named <= stems or not foreign or bool(foreign & asked)


def _givers(
    amount: Quantity, sources: Sequence[Source]
) -> tuple[list[tuple[str, set[str]]], list[tuple[set[str], str]]]:
    """Sentences with this amount, and those with only other amounts of its unit: stems, and the other."""
    holders: list[tuple[str, set[str]]] = []
    rivals: list[tuple[set[str], str]] = []
    for source in sources:
        for text, stems in source.sentences:
            alike = list(_of_unit(amount.unit, text))
            if any(abs(one.value - amount.value) <= max(_CLOSE, amount.slack) for one in alike):
                holders.append((text, set(stems)))
            elif alike:
                rivals.append((set(stems), alike[0].text))
    return holders, rivals


def _of_unit(unit: str, text: str) -> Iterator[Quantity]:
    if any(sign.isdigit() for sign in text):
        yield from (one for one in facts_in(text).quantities if one.unit == unit and not one.soft)
