"""Which words a word may be regularly made from, so that a dictionary need not hold every form.

Spelling is read both ways across the Atlantic: the dictionary holds "analyse" and "catalogue" only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LEAST = 3
_LEAST_AFTER_PREFIX = 5
_HISSING = re.compile(r"(?:[sxzo]|ch|sh)$")

_ENDINGS = (
    *(("s", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e")),
    *(("ly", ""), ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"), ("able", ""), ("able", "e")),
    *(("ness", ""), ("less", "")),
)
"""What ends a form, and what stands there in the word it comes from."""

_ATLANTIC = (
    *(("iz", "is"), ("yz", "ys"), ("log", "logue"), ("ense", "ence"), ("or", "our"), ("euver", "oeuvre")),
    *(("eled", "elled"), ("eling", "elling")),
)
_PREFIXES = (
    *("auto", "anti", "co", "de", "hyper", "inter", "meta", "micro", "mis", "multi", "non", "over"),
    *("post", "pre", "re", "self", "semi", "sub", "super", "trans", "ultra", "un", "under", "uni"),
)


def forms(word: str) -> Iterator[str]:
    """The word itself first, then what it may be made from: by ending, by spelling, by prefix."""
    bases = [word, *_without_ending(word)]
    rests = [word.removeprefix(prefix) for prefix in _PREFIXES]
    bases += [rest for rest in rests if _LEAST_AFTER_PREFIX <= len(rest) < len(word)]
    for base in bases:
        yield base
        yield from _spelt_otherwise(base)


def parts(word: str, *, least: int) -> Iterator[tuple[str, str]]:
    """Every way to part a word in two of at least `least` letters."""
    for place in range(least, len(word) - least + 1):
        yield word[:place], word[place:]


def _without_ending(word: str) -> Iterator[str]:
    for ending, before in _ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= _LEAST and not (rest.endswith("e") and not before):
            yield rest + before
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("es") and _HISSING.search(word[:-2]):
        yield word[:-2]
    for ending in ("ed", "ing", "er"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > _LEAST and rest[-1] == rest[-2]:
            yield rest[:-1]


def _spelt_otherwise(word: str) -> Iterator[str]:
    for here, there in _ATLANTIC:
        if here in word:
            yield word.replace(here, there, 1)
