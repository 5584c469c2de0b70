"""Which words are words of the language rather than names of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grounding.text.words import STOP_WORDS, word_set

_BEGINNINGS = word_set(
    """
    bl br ch cl cr dr dw fl fr gh gl gn gr kn ph pl pr ps qu rh sc sh sk sl sm sn sp sq st sw th tr tw wh wr
    """
)


class OrdinaryWords:
    """The words of the language that are no names of their own; knows inflected forms."""

    def __init__(self, lemmas: Iterable[str] = ()) -> None:
        self._lemmas = frozenset(lemmas)

    def __contains__(self, word: object) -> bool:
        """Whether a small-letter word is ordinary. What cannot be spoken ("pto") is an abbreviation."""
        return (
            isinstance(word, str)
            and _can_be_spoken(word)
            and any(one in self._lemmas or one in STOP_WORDS for one in _bases(word))
        )


def _bases(word: str) -> Iterable[str]:
    yield word
    for ending, instead in (
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word[: -len(ending)] + instead


def _can_be_spoken(word: str) -> bool:
    if not re.search(r"[aeiouy]", word):
        return False
    consonants = re.match(r"[^aeiouy]*", word)
    start = consonants[0] if consonants else ""
    return len(start) < 2 or start[:2] in _BEGINNINGS  # noqa: PLR2004 - one consonant begins any word
