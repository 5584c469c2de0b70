"""Which words there are: those of a general English dictionary, and those of the documents one may read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

from grounding.catalog import CatalogView
from grounding.passages import Principal

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_LETTERS = 2
_MOST_LETTERS = 32

_GENERAL_LINES = 200_000
_GENERAL_BYTES = 8 * 1024 * 1024

_READ_CHARACTERS = 3_000_000
"""Of the documents, for their words; about half a second. Of a larger library every n-th chunk is read: the
words it repeats are met all the same, and whether it holds a rare one is asked of its full-text index."""

_PRINCIPALS = 8
"""Principals whose words are remembered at once."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often each word occurs, in lower case."""

    counts: Mapping[str, int] = field(repr=False)
    total: int

    def share(self, word: str) -> float:
        """Of all running words, 0 to 1."""
        return self.counts.get(word, 0) / self.total if self.total else 0.0


class GeneralDictionary:
    """82,834 English words with their frequencies on the web; read at first use, about 0.1 s and 15 MB.

    The frequency dictionary inside the symspellpy package (MIT): words of the SCOWL lists with counts of
    Google's Books Ngrams. Its deletion index is not used: making it takes 2.6 s and 110 MB for distance 2,
    comparing with every word takes 4 ms.
    """

    @cached_property
    def words(self) -> WordCounts:
        """All of them."""
        place = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
        with place.open("rb") as file:
            text = file.read(_GENERAL_BYTES).decode("utf-8-sig")
        counts: dict[str, int] = {}
        for line in text.splitlines()[:_GENERAL_LINES]:
            word, _, count = line.partition(" ")
            if count.isdigit():
                counts[word] = int(count)
        return WordCounts(counts, sum(counts.values()))


class LibraryWords:
    """The words of the documents that somebody may read, counted once per state of the library.

    Rights hold here as in search: a repair towards a word of a hidden document would tell that it exists.
    """

    def __init__(self) -> None:
        self._known: dict[Principal, tuple[str, int, WordCounts]] = {}

    def of(self, view: CatalogView, principal: Principal) -> WordCounts:
        """Words of titles, headings and texts. Raises CatalogUnusableError."""
        state = view.state()
        known = self._known.get(principal)
        if known is None or known[:2] != (state.library, state.revision):
            counts = _counted(_texts(view, principal))
            known = (state.library, state.revision, WordCounts(counts, counts.total()))
            self._known.pop(principal, None)
            self._known[principal] = known
            while len(self._known) > _PRINCIPALS:
                del self._known[next(iter(self._known))]
        return known[2]


def _counted(texts: Iterator[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(text.casefold()))
    return Counter(
        {word: count for word, count in counts.items() if _LEAST_LETTERS <= len(word) <= _MOST_LETTERS}
    )


def _texts(view: CatalogView, principal: Principal) -> Iterator[str]:
    step = max(1, view.readable_characters(principal) // _READ_CHARACTERS)
    left = _READ_CHARACTERS * 2
    for chunk in view.readable_texts(principal, every=step):
        text = f"{chunk.title} {chunk.headings} {chunk.text}"[:left]
        left -= len(text)
        yield text
        if not left:
            return
