"""Repairs typing errors in a query, towards words of the documents and of a general dictionary only.

What may be meant as it stands is never touched: a word that the documents or the dictionary know, a name, a
code, a number, anything quoted, a short word. A query whose words are mostly unknown is in a language that
we do not know, and is left alone as a whole.

A word is chosen as by a noisy channel (Kernighan, Church and Gale, "A spelling correction program based on
a noisy channel model", COLING 1990): how common the word is here and in general, times how likely the
slip is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from math import inf, log

from grounding.catalog import Catalog, CatalogView
from grounding.passages import Principal
from grounding.ranking.explanation import Correction
from grounding.text.slips import has_same_letters, is_single_slip, is_usual_slip, lacks_a_letter, slip_cost
from grounding.text.terms import words
from grounding.text.word_forms import forms, parts
from grounding.text.words import STOP_WORDS
from grounding.vocabulary import GeneralDictionary, LibraryWords, WordCounts

_TOKEN = re.compile(r"\S+")
_BODY = re.compile(r"^(?P<before>[(\[,;:!?.*_-]*)(?P<body>[A-Za-z]+)(?P<after>(?:['’]s)?[)\],;:!?.*_-]*)$")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|(?<!\w)'[^']+'(?!\w)|‘[^’]*’(?!\w)")
_SENTENCE_END = re.compile(r"[.!?:]$")

_LEAST_LETTERS = 4
_LONG_WORD = 6
_LONGEST_WORD = 32
_LONG_FOR_A_NAME = 9

_LETTER = 1.0
"""Added to a score for each letter: the longer a word, the fewer others are near it by chance."""

_SURE_ENOUGH = -12.5
"""Least score with its letters. Of the words of p10 that have a candidate it lets 92% of the right ones pass,
37% of the wrong ones, and 5 of 15 correct words that no dictionary here holds."""


_MOST_WORDS = 64
"""Words looked at in one query; each unknown one costs some milliseconds."""

_FOREIGN_SHARE = 0.5
"""With more of its words unknown a query is not taken for a misspelt one."""

_UNEXPLAINED_SHARE = 0.25
"""Of all words, how many may stay unknown in a query whose other strange words were repaired."""

_DOCUMENTS_SHARE = 0.7
"""Weight of the documents' frequencies beside those of the language in general."""

_COMMON = 1e-7
"""Share of running text; a rarer word of the general dictionary is no likely meaning of a slip."""

_ORDINARY = 1e-6
_LEAST_PART = 3
_LEAST_WHOLE_PART = 4


@dataclass(frozen=True, slots=True)
class Repaired:
    """A query as it is searched for."""

    text: str = field(repr=False)
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a repair may be made towards."""

    general: WordCounts
    documents: WordCounts
    occurs: Callable[[str], bool]
    """Whether a document has this word in any form, or these words in a row."""

    def knows(self, word: str) -> bool:
        """Whether the word, or one it is regularly made from, is in the dictionary or the documents."""
        return any(self.has(form) for form in forms(word)) or self.occurs(word)

    def may_be_made_of(self, word: str) -> bool:
        """Whether it is two ordinary words in one ("welltower"), which a slip hardly ever makes."""
        return any(
            all(self.general.share(part) >= _ORDINARY or part in self.documents.counts for part in pair)
            for pair in parts(word, least=_LEAST_WHOLE_PART)
        )

    def likelihood(self, word: str) -> float:
        """Of meeting the word, 0 to 1."""
        documents = self.documents.share(word)
        return _DOCUMENTS_SHARE * documents + (1 - _DOCUMENTS_SHARE) * self.general.share(word)

    def has(self, word: str) -> bool:
        """Whether this very word is in the dictionary or the documents."""
        return word in self.general.counts or word in self.documents.counts


class Spelling:
    """Repairs queries against the words of a catalog; cheap to make, reads its words at first use."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._general = GeneralDictionary()
        self._library = LibraryWords()

    def warm(self) -> None:
        """Read the general dictionary; harmless when done before."""
        _ = self._general.words

    def repair(self, text: str, principal: Principal, *, keep: Collection[str] = ()) -> Repaired:
        """The query with its typing errors repaired; unchanged if it has none that are sure.

        `keep` holds names that must stay (catalogue entries, linked entities), in any case. Raises
        CatalogUnusableError and CatalogBusyError.
        """
        with self._catalog.read() as view:
            known = Known(
                general=self._general.words,
                documents=self._library.of(view, principal),
                occurs=lambda term: _occurs(view, term, principal),
            )
            return repaired(text, known, keep)


def repaired(text: str, known: Known, keep: Collection[str] = ()) -> Repaired:
    """The query repaired towards what is known; a pure function of its arguments."""
    kept = frozenset(word for name in keep for word in words(name))
    candidates = [word for word in _open_words(text) if word.text.casefold() not in kept]
    unknown = [word for word in candidates if not known.knows(word.text.casefold())]
    if not unknown:
        return Repaired(text)
    chosen = _choices(unknown, known)
    if _is_foreign(text, {word.text: chosen[word.start] for word in unknown if chosen[word.start]}, known):
        return Repaired(text)
    return _applied(text, unknown, chosen)


def _applied(text: str, unknown: list[_Word], chosen: Mapping[int, str]) -> Repaired:
    corrections: list[Correction] = []
    for word in reversed(unknown):
        if replacement := chosen[word.start]:
            replacement = replacement.capitalize() if word.text[0].isupper() else replacement
            text = text[: word.start] + replacement + text[word.start + len(word.text) :]
            corrections.append(Correction(written=word.text, read_as=replacement))
    return Repaired(text, tuple(reversed(corrections)))


def _open_words(text: str) -> Iterator[_Word]:
    """Words that may be repaired at all: letters only, not quoted, not a name, not short."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    begins = True
    tokens = list(islice(_TOKEN.finditer(text), _MOST_WORDS))
    for token, following in zip_longest(tokens, tokens[1:]):
        found = _BODY.match(token[0])
        start = token.start() + (found.start("body") if found else 0)
        inside = any(first <= start < end for first, end in quoted)
        # A capital at the beginning says nothing, unless the next word has one too: "Palo Alto".
        plain_start = begins and following is not None and not following[0][0].isupper()
        if found and not inside and _may_be_misspelt(found["body"], capital_allowed=plain_start):
            yield _Word(found["body"], start)
        begins = bool(_SENTENCE_END.search(token[0]))


def _may_be_misspelt(word: str, *, capital_allowed: bool) -> bool:
    plain = word.islower() or (capital_allowed and word[1:].islower())
    return plain and _LEAST_LETTERS <= len(word) <= _LONGEST_WORD


def _is_foreign(text: str, repairs: Mapping[str, str], known: Known) -> bool:
    """Whether the query is in a language of which we have no words, rather than badly misspelt.

    It is taken for foreign if most of its words are unknown, or several are and none is a small English
    one; unless the repairs explain the strangeness.
    """
    everything = [word for word in words(text) if len(word) >= _LEAST_LETTERS - 1 and word.isalpha()]
    strange = sum(not known.has(word) for word in everything)
    if strange <= _FOREIGN_SHARE * len(everything) and (strange <= 1 or _sounds_english(text)):
        return False
    explained = strange - len(repairs) <= _UNEXPLAINED_SHARE * len(everything)
    return not (explained and (_are_of_documents(repairs, known) or _sounds_english(text)))


def _are_of_documents(repairs: Mapping[str, str], known: Known) -> bool:
    """Whether words of the documents were meant; beside one of them a long word may be of the language."""
    others = {written: meant for written, meant in repairs.items() if meant not in known.documents.counts}
    firm = all(_is_firm(written.casefold(), meant) for written, meant in others.items())
    return firm and len(others) < max(len(repairs), 1)


def _is_firm(written: str, meant: str) -> bool:
    return is_usual_slip(written, meant) or (len(written) >= _LONG_WORD and is_single_slip(written, meant))


def _sounds_english(text: str) -> bool:
    return not STOP_WORDS.isdisjoint(words(text))


def _choices(unknown: Sequence[_Word], known: Known) -> dict[int, str]:
    """What each word is meant to be, by its place; empty where that is not clear.

    Whoever slipped once slips again: beside a repaired word, a short one is repaired that lacks a letter of
    a word of the documents.
    """
    chosen = {word.start: _choice(word, known) for word in unknown}
    if any(chosen.values()):
        for word in unknown:
            chosen[word.start] = chosen[word.start] or _choice(word, known, beside_another=True)
    return chosen


def _choice(word: _Word, known: Known, *, beside_another: bool = False) -> str:
    """What the word is meant to be; empty if that is not clear."""
    written = word.text.casefold()
    if apart := _parted(written, known):
        return apart
    if known.may_be_made_of(written):
        return ""
    near = _near(written, known)
    if beside_another:
        near = {other for other in near if other in known.documents.counts and lacks_a_letter(written, other)}
    score, best = max(((_score(written, other, known), other) for other in near), default=(-inf, ""))
    sure = score + _LETTER * len(written) >= _SURE_ENOUGH
    if beside_another:
        return best if sure and word.text.islower() else ""
    return best if sure and _is_slip(word.text, best) else ""


def _is_slip(word: str, meant: str) -> bool:
    """Whether an unknown word is likelier a slip than a name.

    A word that is capital where any word is may well be a name, and many short names are near a word.
    """
    if word[0].isupper():
        return len(word) >= _LONG_FOR_A_NAME or has_same_letters(word.casefold(), meant)
    return len(word) > _LEAST_LETTERS or is_usual_slip(word, meant)


def _near(written: str, known: Known) -> set[str]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    furthest = 2 if len(written) >= _LONG_WORD else 1
    found: set[str] = set()
    for vocabulary in (known.documents, known.general):
        hits = process.extract(
            written, vocabulary.counts.keys(), scorer=OSA.distance, score_cutoff=furthest, limit=None
        )
        found.update(hit[0] for hit in hits)
    return {
        other for other in found if other in known.documents.counts or known.general.share(other) >= _COMMON
    }


def _score(written: str, other: str, known: Known) -> float:
    return log(max(known.likelihood(other), 1e-12)) - slip_cost(written, other)


def _parted(written: str, known: Known) -> str:
    """Two words of the documents that were written as one, if they also stand there in a row."""
    counts = known.documents.counts
    for left, right in parts(written, least=_LEAST_PART):
        if left in counts and right in counts and known.occurs(f"{left} {right}"):
            return f"{left} {right}"
    return ""


def _occurs(view: CatalogView, term: str, principal: Principal) -> bool:
    return bool(view.lexical([term], principal, 1))
