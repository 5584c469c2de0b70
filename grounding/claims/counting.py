"""Counts that a claim makes itself: "there are two plans" where a passage lists both and counts nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grounding.text.facts import Facts
from grounding.text.numerals import NUMERAL, with_digits
from grounding.text.words import stem, tokens

_MOST = 10
"""Things that a reader counts at a glance."""

_REACH = 2
"""Words between a number and what it counts, which may be described: "two new billing plans"."""


def own_counts(text: str, claim: Facts, sources: Sequence[str]) -> frozenset[str]:
    """Those numbers of a claim, as written, that count what no source puts a number to.

    Only small numbers written as words and without a unit: digits are taken from somewhere. Where a source
    counts the same things, its number must agree.
    """
    counted = {noun for source in sources for _, nouns in _counts(source) for noun in nouns}
    written = {
        quantity.text.casefold(): quantity.text
        for quantity in claim.quantities
        if not quantity.unit and NUMERAL.fullmatch(quantity.text) and 1 < quantity.value <= _MOST
    }
    found = set()
    for text_of_number, place in _places(text, written):
        nouns = {stem(word) for word in tokens(text[place:])[: _REACH + 1]}
        if nouns and not nouns & counted:
            found.add(text_of_number)
    return frozenset(found)


def _places(text: str, written: dict[str, str]) -> Iterator[tuple[str, int]]:
    for one in NUMERAL.finditer(text):
        if one[0].casefold() in written:
            yield written[one[0].casefold()], one.end()


def _counts(text: str) -> Iterator[tuple[str, set[str]]]:
    """Every number of a text with the words behind it."""
    words = tokens(with_digits(text))
    for at, word in enumerate(words):
        if word[:1].isdigit():
            yield word, {stem(other) for other in words[at + 1 : at + 2 + _REACH]}
