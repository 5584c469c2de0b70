"""How rare words are in a library, counted once for each of its states."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.catalog import CatalogState, CatalogView
from grounding.passages import Principal
from grounding.ranking.second_look import rarity_of
from grounding.text.terms import words

_MOST_WORDS = 20_000
"""Counts remembered at a time; then they are counted anew."""

_MOST_MATCHES = 4_000
"""Matches that one full-text search ranks in a large library, beyond those of its rarest words: ranking is
what it spends its time on, and the commonest words say least."""

_SMALL_LIBRARY = 10_000
"""Chunks; here every word is searched for."""

_ENOUGH = 2


class Rarities:
    """Remembers counts as long as a library stays as it is; used by one thread at a time."""

    def __init__(self) -> None:
        self._state: tuple[str, int] = ("", -1)
        self._holders: dict[str, int] = {}
        self._readable: dict[frozenset[str], int] = {}

    def of(self, view: CatalogView, state: CatalogState) -> LibraryRarity:
        """The counts of this state."""
        self._follow(state)
        return LibraryRarity(view, state.chunks, self._holders)

    def readable(self, view: CatalogView, state: CatalogState, principal: Principal) -> int:
        """How many live chunks `principal` may read."""
        self._follow(state)
        if principal.groups not in self._readable:
            self._readable[principal.groups] = view.readable_chunks(principal)
        return self._readable[principal.groups]

    def _follow(self, state: CatalogState) -> None:
        if (state.library, state.revision) != self._state:
            self._state = (state.library, state.revision)
            self._holders, self._readable = {}, {}
        if len(self._holders) > _MOST_WORDS:
            self._holders = {}


class LibraryRarity:
    """How rare words are in one snapshot; implements `grounding.ranking.second_look.Rarity`."""

    def __init__(self, view: CatalogView, library: int, holders: dict[str, int]) -> None:
        self._view = view
        self._library = library
        self._holders = holders

    @property
    def highest(self) -> float:
        """The weight of a word that no chunk holds."""
        return rarity_of(0, self._library)

    def of(self, word: str) -> float:
        """The weight of a word: `rarity_of` its holders."""
        return rarity_of(self._count(word), self._library)

    def telling(self, terms: Sequence[str]) -> tuple[str, ...]:
        """The terms without the commonest ones, as far as ranking their matches would take long."""
        if self._library <= _SMALL_LIBRARY:
            return tuple(terms)
        # A phrase is rare, and counting it would mean reading the places of all its words.
        counted = {term: self._count(term) if len(words(term)) == 1 else 0 for term in terms}
        kept: set[str] = set()
        matches = held = 0
        for term in sorted(counted, key=lambda term: (counted[term], term)):
            if held >= _ENOUGH and matches + counted[term] > _MOST_MATCHES:
                break
            kept.add(term)
            matches += counted[term]
            held += counted[term] > 0
        return tuple(term for term in terms if term in kept)

    def _count(self, word: str) -> int:
        if word not in self._holders:
            self._holders[word], _ = self._view.chunks_with(word, ())
        return self._holders[word]
