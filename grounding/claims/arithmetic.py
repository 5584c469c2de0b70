"""Numbers of a claim that follow from its sources: a rate taken several times, a sum, a difference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import isclose

from grounding.text.facts import Facts, Quantity

_CUES = re.compile(
    r"\b(?:total|totall?ing|totals|together|altogether|combined|sum|overall|difference"
    r"|more than|less than|higher|lower|increased?|decreased?|rose|fell|grew|gained|lost"
    r"|remaining|remains?|left)\b",
    re.IGNORECASE,
)
_MOST_OPERANDS = 40
"""Quantities of the sources that are combined: 780 pairs."""

_LARGEST_FACTOR = 1_000


def computed(text: str, claim: Facts, source: Facts) -> frozenset[str]:
    """Those amounts of a claim, as written, that its sources give by one operation.

    A product needs its factor in the claim ("two nights cost 280 euros", at 140 a night), which then needs no
    source itself; a sum or difference of two amounts of one unit needs a word that says so.
    """
    known = source.quantities[:_MOST_OPERANDS]
    found: set[str] = set()
    for wanted in claim.quantities:
        if wanted.unit or _CUES.search(text):
            found.update(_times(wanted, claim.quantities, known))
        if _CUES.search(text) and _sum_or_difference(wanted, known):
            found.add(wanted.text)
    return frozenset(found)


def _times(wanted: Quantity, said: Sequence[Quantity], known: Sequence[Quantity]) -> Iterator[str]:
    for factor in said:
        if factor is wanted or factor.unit == wanted.unit or not 1 < factor.value <= _LARGEST_FACTOR:
            continue
        if any(one.unit == wanted.unit and isclose(one.value * factor.value, wanted.value) for one in known):
            yield from (wanted.text, factor.text)


def _sum_or_difference(wanted: Quantity, known: Sequence[Quantity]) -> bool:
    alike = [one.value for one in known if one.unit == wanted.unit and not one.soft]
    return any(
        isclose(left + right, wanted.value) or isclose(abs(left - right), wanted.value)
        for left, right in combinations(alike, 2)
        if left != right
    )
