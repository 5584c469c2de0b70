"""What a question is about, read from spaCy's parse of it; the parse is passed in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grounding.text.words import content_stems, word_set

if TYPE_CHECKING:
    from grounding.entity_linker import Parsed, Phrase, Word

PLURAL_PRONOUNS = word_set("they them these those their ones")
_POINTING = frozenset({"this", "that"})
_INDEFINITE = re.compile(r"^(?:any|some|every|each|no|all)\s+(?:other\s+)?", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:an?|another)\s+", re.IGNORECASE)
_ASKING_TAGS = frozenset({"WDT", "WP", "WRB", "WP$"})
_NOUNS = frozenset({"NOUN", "PROPN"})
_LONGEST_TAIL = 6
_MOST_NOUNS = 12
"""Of the last question that go along with the next one."""


def topic(asked: Sequence[Parsed], pronoun: str = "it") -> str:
    """The noun phrase that `pronoun` most likely stands for, with what hangs on it; empty if there is none.

    `asked` are the earlier questions, newest first. A phrase that agrees in number is looked for in each of
    them, then any in the newest that has one; "this" and "that" need not agree, they may mean all of it.
    """
    several = pronoun.lower() in PLURAL_PRONOUNS
    for parsed in asked if pronoun.lower() not in _POINTING else ():
        if phrase := _longest(parsed, several=several, agreeing=True):
            return phrase
    return next(filter(None, (_longest(parsed, several=several, agreeing=False) for parsed in asked)), "")


def is_several(noun: Word) -> bool:
    """Whether a noun is plural, or one of several that are named with "and"."""
    return noun.tag_ in {"NNS", "NNPS"} or bool(noun.conjuncts)


def _longest(parsed: Parsed, *, several: bool, agreeing: bool) -> str:
    """The longest noun phrase, one that is not itself asked for ("which president") before one that is."""
    chunks = [chunk for chunk in parsed.noun_chunks if chunk.root.pos_ in _NOUNS]
    phrases = [
        (chunk[0].tag_ not in _ASKING_TAGS, len(content_stems(phrase)), phrase)
        for chunk in chunks
        if is_several(chunk.root) == several or not agreeing
        if content_stems(phrase := _phrase(chunk, together=several))
    ]
    best = max(phrases, key=lambda found: found[:2], default=(False, 0, ""))[2]
    return _ARTICLE.sub("the ", _INDEFINITE.sub("", best))


def nouns(parsed: Parsed) -> tuple[str, ...]:
    """Nouns and names in order, each once."""
    found = (token.text for token in parsed if token.pos_ in _NOUNS and content_stems(token.text))
    return tuple(dict.fromkeys(found))[:_MOST_NOUNS]


def _phrase(chunk: Phrase, *, together: bool) -> str:
    words = [token for token in chunk if token.tag_ not in _ASKING_TAGS]
    if words and words[0].text.lower() in {"many", "much"}:
        words = words[1:]
    if not words:
        return ""
    return str(chunk.doc[words[0].i : _end(chunk, words, together=together) + 1].text).strip(" ?.!")


def _end(chunk: Phrase, words: Sequence[Word], *, together: bool) -> int:
    """Index of the last word: of the other things named with "and", of what hangs on it, or its own."""
    if together and (others := [word.i for word in _named_with(chunk)]):
        return max(others)
    tail = [token for token in chunk.root.subtree if token.i > chunk[-1].i]
    if tail and len(tail) <= _LONGEST_TAIL and tail[0].dep_ == "prep":
        return int(tail[-1].i)
    return int(words[-1].i)


def _named_with(chunk: Phrase) -> Iterator[Word]:
    for word in chunk.root.conjuncts:
        if chunk[-1].i < word.i <= chunk[-1].i + _LONGEST_TAIL:
            yield word
