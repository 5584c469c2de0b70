"""The words of a query that say what it is about, and how the full-text index is asked for them.

Nothing a person types is ever read as query syntax: each word goes into the index's query as a quoted
string, and a word consists of letters and digits only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grounding.text.words import STOP_WORDS

_WORD = re.compile(r"[^\W_]+")

MOST_TERMS = 48
"""Ceiling for one query; the first ones of a longer text say enough."""

_LONGEST_TERM = 64


def words(text: str) -> list[str]:
    """Lower-case words and numbers in order, with repetitions."""
    return [word for word in _WORD.findall(text.casefold()) if len(word) <= _LONGEST_TERM]


def content_words(text: str) -> tuple[str, ...]:
    """Each word once, in order, without those that any text contains; all of them if no other is left."""
    found = tuple(dict.fromkeys(words(text)))
    telling = tuple(word for word in found if word not in STOP_WORDS)
    return (telling or found)[:MOST_TERMS]


def match_any(terms: Iterable[str]) -> str:
    """FTS5 expression for texts with at least one of `terms`; empty if there is none.

    A term of several words becomes a phrase.
    """
    phrases = (" ".join(words(term)) for term in terms)
    return " OR ".join(f'"{phrase}"' for phrase in dict.fromkeys(phrases) if phrase)
