"""Whether two sentences about the same thing say opposite things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grounding.text.words import STOP_WORDS, carries_content, stem, tokens, word_set

_CUES = word_set(
    "not no never cannot without neither nor none nobody nothing unable non isn't aren't wasn't weren't don't"
    " doesn't didn't won't wouldn't can't couldn't shouldn't mustn't hasn't haven't hadn't"
)
_LIMITS = word_set(
    "more less later fewer longer only exceed exceeds until before unless earlier just over than"
)
"""After a negation these make a limit, not a denial: "no more than five" allows five."""

_CONDITIONS = re.compile(
    r"\b(?:unless|except|excluding|apart from|other than|until|only if|only when|without)\b", re.IGNORECASE
)
_REACH = 3
"""Content words that a negation reaches, unless its clause ends before."""

_CLAUSE_ENDS = word_set("but because since although though while whereas if when that which who so")
_CLAUSES = re.compile(r"[;:()–—]|,\s(?=(?:[^\W\d_]+\s){2})")
"""Where a negation ends: not at the commas of an enumeration of single words."""

_HIDDEN = word_set(
    "avoid avoids avoided avoiding fail fails failed failing failure failures lack lacks lacked lacking"
    " absence refuse refuses refused prevent prevents prevented preventing difficult hard difficulty rather"
    " free instead stop stops stopped stopping against"
)
"""Words that deny without a negation: "avoid paying" is "not pay"."""

_CUE_STEMS = frozenset(map(stem, _CUES))
_ALIKE = 0.8
"""Share of its words in a source from which a claim is that sentence with something changed."""

_AFFIX = re.compile(r"^(?:un|non|in|im|ir|dis)(?=[a-z]{4})")

_OPENING_NO = re.compile(r"^\s{0,5}(?:no|yes)\s{0,2}[,.:;!–—-]\s{0,3}", re.IGNORECASE)
_OPPOSITES = tuple(
    (frozenset(stem(word) for word in left.split()), frozenset(stem(word) for word in right.split()))
    for left, right in (
        ("allowed permitted allow permit may", "prohibited forbidden banned disallowed prohibit forbid"),
        ("included include includes", "excluded exclude excludes"),
        ("mandatory required compulsory obligatory", "optional voluntary"),
        ("minimum least", "maximum most"),
        ("increase increased rise rose raised", "decrease decreased reduce reduced fall fell lowered"),
        ("accept accepted approve approved", "reject rejected deny denied decline declined refuse refused"),
        ("above exceed", "below under"),
        ("before", "after"),
        ("eligible", "ineligible"),
        ("paid", "unpaid"),
        ("refundable", "nonrefundable"),
        ("taxable", "untaxed"),
        ("earliest", "latest"),
        ("first", "last"),
        ("internal", "external"),
        ("open opened", "closed close"),
        ("success succeeded", "failure failed"),
        ("north northern", "south southern"),
        ("east eastern", "west western"),
    )
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """Content stems of a sentence by whether a negation reaches them."""

    asserted: frozenset[str]
    denied: frozenset[str]


def polarity(sentence: str) -> Polarity:
    """What a sentence asserts and what it denies. "No, …" at its start answers and denies nothing."""
    asserted: set[str] = set()
    denied: set[str] = set()
    for clause in _CLAUSES.split(_OPENING_NO.sub("", sentence).replace("’", "'")):
        _sort(tokens(clause), asserted, denied)
    return Polarity(frozenset(asserted), frozenset(denied))


def _sort(words: Sequence[str], asserted: set[str], denied: set[str]) -> None:
    """Put the stems of one clause with what is asserted or what is denied."""
    reach = 0
    for at, word in enumerate(words):
        if word in _CUES:
            reach = 0 if _LIMITS.intersection(words[at + 1 : at + 4]) else _REACH
            continue
        if word in _CLAUSE_ENDS:
            reach = 0
        opposite = any(stem(word) in left | right for left, right in _OPPOSITES)
        if (word in STOP_WORDS and not opposite) or not carries_content(word):
            continue
        (denied if reach else asserted).add(stem(word))
        reach = max(reach - 1, 0)


def contradiction(claim: str, source: str) -> str:
    """The stem on which two sentences disagree, or nothing.

    A source with a condition ("unless", "except") can support both sides, so it contradicts nobody. Two
    sentences that both deny something, openly or in a word ("avoid", "unhappy"), may deny the same in other
    words, unless they are one sentence with a negation more or less.
    """
    said, known = polarity(claim), polarity(source)
    for left, right in _OPPOSITES:
        for ours, theirs in ((left, right), (right, left)):
            if (
                said.asserted & ours
                and known.asserted & theirs
                and not (_all(known) & ours or _all(said) & theirs)
            ):
                return min(said.asserted & ours)
    if _CONDITIONS.search(source) or _may_deny_the_same(claim, source):
        return ""
    flipped = ((said.denied - said.asserted) & (known.asserted - known.denied)) | (
        (said.asserted - said.denied) & (known.denied - known.asserted)
    )
    return min(flipped, default="")


def _may_deny_the_same(claim: str, source: str) -> bool:
    """Whether both deny something, and are not one sentence with a negation more or less."""
    ours, theirs = _denials(claim, source), _denials(source, claim)
    if not ours or not theirs:
        return False
    open_only = not _hidden(claim, source) and not _hidden(source, claim)
    if open_only and not polarity(claim).denied & polarity(source).denied:
        return False
    left, right = (set(map(stem, tokens(text))) - _CUE_STEMS for text in (claim, source))
    return ours == theirs or len(left & right) < _ALIKE * len(left)


def _denials(sentence: str, other: str) -> int:
    """Negations of a sentence, and its words that are one for a word of the other."""
    words = tokens(_OPENING_NO.sub("", sentence).replace("’", "'"))
    known = {stem(word) for word in tokens(other)}
    return sum(word in _CUES or _hides(word, known) for word in words)


def _hidden(sentence: str, other: str) -> bool:
    known = {stem(word) for word in tokens(other)}
    return any(_hides(word, known) for word in tokens(sentence))


def _hides(word: str, known: set[str]) -> bool:
    """Whether a word denies without a negation; `known`: stems of the other sentence."""
    found = _AFFIX.match(word)
    return word in _HIDDEN or bool(found and stem(word[found.end() :]) in known)


def _all(one: Polarity) -> frozenset[str]:
    return one.asserted | one.denied
