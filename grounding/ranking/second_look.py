"""The second look: what connects a chunk with a question, sign by sign, and how much each sign counts.

Every sign lies between 0 and 1 (the cosine between -1 and 1), so a weight is the most that its sign can add,
and every score can be explained. Words are compared by their stems, and weighed by how rare they are:
ln(1 + N / (n + 1)), N chunks in all, n with the word (Spaerck Jones 1972, smoothed so that a word no
document holds weighs most).

A question with few or common words ("How does it work?") matches many texts by chance, so what words say is
scaled down for it: by r / (r + 1.5), r its words counted in words as rare as can be.

The weights come from a pairwise logistic regression over 700 questions of SQuAD 2.0, 75 of MTRAG and 24 of
the sample handbook, and were rounded with all public sets of `scripts/eval_retrieval` in view, so only sets
that are held back can judge them. A third more or less of a weight moves a figure by two points at most, so
they are not fitted closer than that. `entities` and `recent` are set by hand: the public questions hardly
have any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from math import log
from typing import Protocol

from grounding.passages import Passage
from grounding.ranking.chunk_words import Words, line_of, words_of
from grounding.text.ages import years_in
from grounding.text.terms import MOST_TERMS
from grounding.text.words import STOP_WORDS, carries_content, stem, tokens

_WINDOW = 25
"""Words between the first and the last that count as standing together: about one long sentence."""

_APART = 0.6
"""What two neighbouring words of the question count when they stand in the other order or one apart."""

_RECENT = re.compile(
    r"\b(?:current(?:ly)?|latest|newest|most recent|recently|up[- ]to[- ]date|right now|these days|nowadays"
    r"|at present|today|this year)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What connects one chunk with the question; also the weights, one for each."""

    meaning: float = 0.0
    """Cosine of the embeddings, -1 to 1."""

    words: float = 0.0
    """Share of the question's content words in text, headings, title and file name."""

    rank: float = 0.0
    """BM25 by the highest BM25 of this search."""

    near: float = 0.0
    """Share of the content words that stand together within one window of the text."""

    pairs: float = 0.0
    """Share of the question's neighbouring words that are neighbours in the text."""

    named: float = 0.0
    """Share of the content words in the document's title and file name."""

    exact: float = 0.0
    """Share of the question's numbers and codes that the chunk holds."""

    company: float = 0.0
    """Share of its document in the squared evidence of all that was found: a document about the subject is
    found more than once."""

    entities: float = 0.0
    """Share of the question's known names that the chunk uses, by any of their aliases."""

    recent: float = 0.0
    """Where a question asks for a year or for what is current: of that year, or how new it is."""

    def weighed(self, weights: Signs) -> float:
        """The sum of the signs, each times its weight."""
        return sum(float(getattr(self, one.name) * getattr(weights, one.name)) for one in fields(self))


WEIGHTS = Signs(
    meaning=1.0,
    words=0.3,
    rank=0.3,
    near=0.25,
    pairs=0.5,
    named=0.1,
    exact=0.1,
    company=0.15,
    entities=0.15,
    recent=0.1,
)


_ENOUGH_WORDS = 1.5
"""Words as rare as can be with which a question's words count half."""


@dataclass(frozen=True, slots=True)
class Known:
    """A catalogue entry that the question mentions."""

    mention: str
    """As the question says it."""

    name: str
    """Canonical name."""

    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every way to say it, each once."""
        return tuple(dict.fromkeys((self.mention, self.name, *self.aliases)))


class Rarity(Protocol):
    """How rare words are in a library, as `rarity_of` weighs them."""

    @property
    def highest(self) -> float:
        """The weight of a word that no chunk holds; above 0."""
        ...

    def of(self, word: str) -> float:
        """The weight of a word."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart once for all candidates."""

    weights: dict[str, float]
    """Stem of each content word to its rarity."""

    pairs: tuple[tuple[str, str], ...]
    exact: tuple[str, ...]
    known: tuple[tuple[frozenset[str], tuple[str, ...]], ...]
    """Of each known name the stems of its mention, and all its names as stems between blanks."""

    years: frozenset[str]
    wants_newest: bool
    specific: float
    """How far its words can be trusted to tell one text from another, 0 to 1."""

    def scaled(self, weights: Signs) -> Signs:
        """The weights for this question."""
        much = self.specific
        return replace(
            weights,
            words=much * weights.words,
            rank=much * weights.rank,
            near=much * weights.near,
            pairs=much * weights.pairs,
        )


def question_of(text: str, known: Sequence[Known], rarity: Rarity) -> Question:
    """Take a question apart."""
    every = tokens(text)
    said = ([token for token in every if _tells(token)] or every)[:MOST_TERMS]
    weights = {stem(token): rarity.of(_base(token)) for token in dict.fromkeys(said)}
    years = years_in(text)
    return Question(
        weights=weights,
        pairs=tuple(dict.fromkeys(pairwise(stem(token) for token in said))),
        exact=tuple(dict.fromkeys(stem(token) for token in said if any(map(str.isdigit, token)))),
        known=tuple(
            (frozenset(map(stem, tokens(one.mention))), tuple(line_of(name) for name in one.names))
            for one in known
        ),
        years=years,
        wants_newest=not years and _RECENT.search(text) is not None,
        specific=_specific(sum(weights.values()) / rarity.highest),
    )


def _specific(rare_words: float) -> float:
    return rare_words / (rare_words + _ENOUGH_WORDS)


def rarity_of(holders: int, library: int) -> float:
    """ln(1 + N / (n + 1)): the weight of a word that `holders` of `library` chunks hold."""
    return log(1.0 + library / (holders + 1))


def signs_in_words(question: Question, passage: Passage) -> Signs:
    """The signs that are read off one chunk: words, near, pairs, named, exact and entities."""
    held = words_of(passage)
    everything = sum(question.weights.values())
    if not everything:
        return Signs()
    named = [stems for stems, names in question.known if any(name in held.line for name in names)]
    covered = {word for word in question.weights if word in held}.union(*named)
    weights = question.weights
    return Signs(
        words=sum(weight for word, weight in weights.items() if word in covered) / everything,
        near=_nearest(question, held) / everything,
        pairs=_paired(question, held),
        named=sum(weight for word, weight in weights.items() if word in held.name) / everything,
        exact=_share(sum(code in held for code in question.exact), len(question.exact)),
        entities=_share(len(named), len(question.known)),
    )


def _tells(token: str) -> bool:
    return _base(token) not in STOP_WORDS and carries_content(token)


def _base(token: str) -> str:
    """The word before an apostrophe."""
    return re.split("['’]", token, maxsplit=1)[0]


def _nearest(question: Question, held: Words) -> float:
    """Weight of the content words in the best window of the text, each counted once."""
    found = sorted((place, word) for word in question.weights for place in held.places.get(word, ()))
    best = current = 0.0
    inside: dict[str, int] = {}
    first = 0
    for place, word in found:
        inside[word] = inside.get(word, 0) + 1
        current += question.weights[word] if inside[word] == 1 else 0.0
        while found[first][0] < place - _WINDOW:
            gone = found[first][1]
            inside[gone] -= 1
            current -= question.weights[gone] if inside[gone] == 0 else 0.0
            first += 1
        best = max(best, current)
    return best


def _paired(question: Question, held: Words) -> float:
    """Share of the question's neighbouring words that stand together, by weight."""
    everything = got = 0.0
    for left, right in question.pairs:
        weight = question.weights[left] + question.weights[right]
        everything += weight
        got += weight * _bond(held.places.get(left, ()), frozenset(held.places.get(right, ())))
    return _share(got, everything)


def _bond(left: tuple[int, ...], right: frozenset[int]) -> float:
    if any(place + 1 in right for place in left):
        return 1.0
    return _APART if any(place + 2 in right or place - 1 in right for place in left) else 0.0


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
