"""Finds in a passage what an answer rests on, so that it can be shown where it stands.

The quoted sentence is found word for word. For a judged sentence it is the sentence of the passage that
shares most of its words, or several that share about as many: a help for the eye, while the verdict comes
from `grounding.support` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.contract import SentenceShape

Span = tuple[int, int]

_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s|$)|(?=\n|$))")
_WORD = re.compile(r"\w+")
_BROKEN_LINE = re.compile(r"(?<=[a-z,;])[ \t]*\n(?=[a-z(\d])")
_SHORT_WORD = 3
"""Letters up to which a word without a digit tells nothing about what a sentence is about."""

_LEAST_SHARED = 0.5
"""Share of a sentence's words that a sentence of the passage must hold to be pointed at."""

_AS_NEAR = 0.8
"""Share of the best one's words from which another sentence is as near."""


def flowing(text: str) -> str:
    """Text without the line breaks that stand in the middle of a sentence, as in plain text files."""
    return _BROKEN_LINE.sub(" ", text)


def pointed_at(passage: str, quote: str, sentences: Sequence[SentenceShape]) -> list[Span]:
    """Spans in `passage` for a quote out of it and for sentences that cite it; in order, none overlapping."""
    said = [span for span in [_word_for_word(passage, quote)] if span]
    said += [span for sentence in sentences for span in _near(passage, sentence.text)]
    return list(_joined(sorted(said)))


def _word_for_word(passage: str, quote: str) -> Span | None:
    pattern = r"\s+".join(map(re.escape, quote.split()))
    found = re.search(pattern, passage) if pattern else None
    return found.span() if found else None


def _near(passage: str, sentence: str) -> list[Span]:
    # An answer likes to draw two sentences together, so the second best is pointed at when it is as near.
    wanted = _words(sentence)
    shared = {
        place.span(): len(wanted & _words(place[0])) / max(len(wanted), 1)
        for place in _SENTENCE.finditer(passage)
    }
    least = max(_LEAST_SHARED, _AS_NEAR * max(shared.values(), default=0.0))
    return [span for span, share in shared.items() if share >= least]


def _words(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word for word in words if len(word) > _SHORT_WORD or any(map(str.isdigit, word)))


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    start, end = -1, -1
    for begin, stop in spans:
        if begin > end:
            if end > start:
                yield start, end
            start = begin
        end = max(end, stop)
    if end > start:
        yield start, end
