"""Whether the names of a claim stand in a text, in whichever form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from grounding.text.place_names import stands_in
from grounding.text.words import stem, tokens, word_set

_WORD = re.compile(r"[^\W\d_]+")
_TITLES = word_set("mr mrs ms miss mx dr prof professor sir dame madam herr frau")
_SMALL_WORDS = word_set("of the and for in on to a an at by with de la von van der")
_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 3, 6
"""Letters. Any two words of a text have some pair of initials; three in a row are seldom chance."""

_ALIKE = 4
"""Letters that "German" and "Germany" must share at least."""


def missing_names(names: Sequence[str], text: str) -> tuple[str, ...]:
    """The names that `text` does not hold, not even as last name, acronym or another form of the word."""
    known = _Known(_plain(text)) if names else None
    return tuple(
        name for name in names if known and not known.holds(_plain(name)) and not stands_in(name, text)
    )


def _plain(text: str) -> str:
    """Without accents: Perú is Peru."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


class _Known:
    """The words of a text, prepared for several names."""

    def __init__(self, text: str) -> None:
        self._written = _WORD.findall(text)
        self._words = {word.casefold() for word in self._written}
        self._stems = {stem(word) for word in (*self._words, *tokens(text))}
        self._initials = set(_initials(self._written))

    def holds(self, name: str) -> bool:
        # Single letters are initials and what is left of "X-ray" or "Anna's".
        words = [word for word in _WORD.findall(name) if len(word) > 1]
        words = [word for word in words if word.casefold() not in _SMALL_WORDS | _TITLES]
        absent = [word for word in words if not self._has(word)]
        if not absent:
            return True
        if "".join(word[0] for word in words).casefold() in self._words and len(words) > 1:
            return True
        return absent == words[:-1] and len(words) > 1 and self._only_last_name(words[-1])

    def _has(self, word: str) -> bool:
        plain = word.casefold()
        if plain in self._words or stem(word) in self._stems:
            return True
        if word.isupper() and plain in self._initials:
            return True
        return len(plain) >= _ALIKE and any(
            len(other) >= _ALIKE and (other.startswith(plain) or plain.startswith(other))
            for other in self._words
        )

    def _only_last_name(self, last: str) -> bool:
        """Whether the text calls this person by the last name alone, nowhere with another first name."""
        before = [
            earlier
            for earlier, word in zip(["", *self._written], self._written, strict=False)
            if word.casefold() == last.casefold()
        ]
        return all(word.casefold() in _TITLES or not word[:1].isupper() for word in before)


def _initials(words: Sequence[str]) -> Iterator[str]:
    """First letters of every run of three to six words, small words left out or not."""
    for run in (words, [word for word in words if word.casefold() not in _SMALL_WORDS]):
        letters = "".join(word[0].casefold() for word in run)
        for length in range(_SHORTEST_ACRONYM, _LONGEST_ACRONYM + 1):
            yield from (letters[at : at + length] for at in range(len(letters) - length + 1))
