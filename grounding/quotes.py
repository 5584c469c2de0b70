"""Chooses the sentences of the passages that bear on the question: what a small model is given to read.

Whole passages drown a small model: on the sample handbook the built-in model names the right fact for 20
of 24 questions from the best three sentences, for 14 from the four passages they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from grounding.chunking import sentences
from grounding.passages import Passage
from grounding.text.words import content_stems

CONTEXT_WEIGHT = 0.5
"""What title and headings add to a sentence's own coverage of the question."""

BEFORE_WEIGHT = 0.3
"""What the sentence before it adds in the same way: "It ..." goes on about what was named there."""

RANK_WEIGHT = 0.05
"""What each place further down the ranking of the passages takes away."""

_LOOKED_AT = 6
"""Passages, best first; what stands further down is rarely what was meant."""


_LONGEST_HEADING = 10
_LONGEST_PLAIN_HEADING = 5
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3})*\.?\s")
_NUMBERED_HEADING = re.compile(r"\d{1,3}\.(?:\d{1,3}\.?)*\s+[A-Z]")
_ROW = re.compile(r"[^:\n]{1,60}: [^;\n]+(?:;|$)")
_LIST_SIGN = re.compile(r"^(?:[-*•]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, word for word; line breaks are spaces."""

    passage: str
    """Chunk id."""

    text: str = field(repr=False)


def quote(question: str, passages: Sequence[Passage], *, limit: int) -> tuple[Quote, ...]:
    """The `limit` sentences that cover the question best, best first.

    A sentence's score is the share of the question's content words in it, plus half of that share with
    title and headings counted in, a part of that share with the sentence before it counted in, less a little
    for each place its passage stands further down. Measured on 200 SQuAD questions (the answer stands in the
    first sentence, in one of three): 162 and 191; without the sentence before, 159 and 189. Rarity of words,
    the sort of thing asked for, and embeddings of the sentences did not help.
    """
    wanted = set(content_stems(question))
    scored: list[tuple[float, int, int, Quote]] = []
    for rank, passage in enumerate(passages[:_LOOKED_AT]):
        context = set(content_stems("\n".join((passage.title, *passage.heading))))
        before: set[str] = set()
        for place, text in enumerate(statements(passage.text, frozenset(passage.heading))):
            held = set(content_stems(text))
            score = _share(wanted, held) + CONTEXT_WEIGHT * _share(wanted, held | context)
            score += BEFORE_WEIGHT * _share(wanted, held | before)
            scored.append((RANK_WEIGHT * rank - score, rank, place, Quote(passage.id, text)))
            before = held
    # Score, then order of the documents: ties must not depend on chance.
    scored.sort(key=lambda entry: entry[:3])
    return tuple(entry[3] for entry in scored[:limit])


def statements(text: str, headings: frozenset[str]) -> Iterator[str]:
    """Sentences and table rows on one line each, without headings and list signs in front of them."""
    for sentence in sentences(text):
        lines = [line.strip() for line in sentence.strip().splitlines() if line.strip()]
        for part in _parted(lines):
            while len(part) > 1 and (part[0] in headings or _is_heading(part[0], part[1])):
                del part[0]
            if part and not (len(part) == 1 and _is_heading(part[0])):
                yield _LIST_SIGN.sub("", " ".join(part))


def _parted(lines: list[str]) -> Iterator[list[str]]:
    """Rows of a table end without a full stop; each is a statement of its own, as is what stands around."""
    if sum(bool(_ROW.match(line)) for line in lines) <= 1:
        yield lines
        return
    for is_row, run in groupby(lines, key=lambda line: bool(_ROW.match(line))):
        part = list(run)
        yield from ([line] for line in part) if is_row else [part]


def _is_heading(line: str, behind: str = "") -> bool:
    """A line that opens a section rather than a wrapped sentence; prose wraps at any word.

    `behind` is the line after it: what goes on with a small letter or a figure began on the line before.
    """
    if line[-1] in ".!?;,)" or not (line[0].isupper() or line[0].isdigit()) or _ROW.match(line):
        return False
    words = len(line.split())
    is_marked = line.isupper() or _NUMBERED.match(line) is not None
    goes_on = behind[:1].islower() or (behind[:1].isdigit() and not _NUMBERED_HEADING.match(behind))
    if goes_on and not is_marked:
        return False
    return words <= (_LONGEST_HEADING if is_marked else _LONGEST_PLAIN_HEADING)


def _share(wanted: set[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0
