"""The words of a chunk, ready to be compared with those of a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from grounding.passages import Passage
from grounding.text.words import stem, tokens

_ANALYSES = 4_096
"""Chunks whose words are remembered, some ten kilobytes each; a chunk's text never changes."""

_STEMS = 65_536
"""Words whose stems are remembered: a library uses the same ones over and over."""


@dataclass(frozen=True, slots=True)
class Words:
    """A chunk as stems."""

    places: dict[str, tuple[int, ...]]
    """Stem to its places in the text."""

    context: frozenset[str]
    """Stems of headings, title and file name."""

    name: frozenset[str]
    """Stems of title and file name."""

    line: str
    """All of it, a blank on either side of each stem: names are looked up in it."""

    def __contains__(self, word: str) -> bool:
        return word in self.places or word in self.context


def words_of(passage: Passage) -> Words:
    """The stems of a passage; remembered, because chunks are immutable."""
    return _words(passage.text, passage.heading, passage.title, PurePath(passage.document).stem)


@lru_cache(maxsize=_STEMS)
def _stem(token: str) -> str:
    return stem(token)


@lru_cache(maxsize=_ANALYSES)
def _words(text: str, heading: tuple[str, ...], title: str, file: str) -> Words:
    stems = [_stem(token) for token in tokens(text)]
    places: dict[str, tuple[int, ...]] = {}
    for place, word in enumerate(stems):
        places[word] = (*places.get(word, ()), place)
    name = [_stem(token) for token in tokens(f"{title}\n{file}")]
    above = [_stem(token) for part in heading for token in tokens(part)]
    line = f" {' '.join(stems)} | {' '.join(above)} | {' '.join(name)} "
    return Words(places, frozenset((*above, *name)), frozenset(name), line)


def line_of(name: str) -> str:
    """A name as it would stand in `Words.line`."""
    return f" {' '.join(stem(token) for token in tokens(name))} "
