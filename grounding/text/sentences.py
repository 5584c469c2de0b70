"""Cuts an answer, which may be Markdown, into sentences with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from grounding.chunking import sentences

Kind = Literal["text", "heading", "code", "table"]

_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s|^\s{0,3}\*\*[^*\n]{1,120}\*\*:?\s*$")
_TABLE_ROW = re.compile(r"^\s{0,3}\|.{0,4000}\|\s*$")
_RULER = re.compile(r"^[\s|:\-=*_]{3,4000}$")
_SIGN = re.compile(
    r"^\s{0,20}(?:>\s?){0,3}(?:[-*+•–]\s{1,4}(?:\[[ xX]\]\s)?|[0-9]{1,3}[.)]\s{1,4}|(?<=>)\s?)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence, heading, table row or whole block of code in a text; end exclusive."""

    start: int
    end: int
    kind: Kind = "text"


def sentence_spans(text: str) -> Iterator[Span]:
    """Every piece of `text` that says something, in order, white space around it left out.

    List items begin a sentence and leave their sign out, lines of one paragraph belong together, a fenced
    block of code is one piece, rulers and the line under a table's head are none.
    """
    for start, end, kind in _blocks(text):
        if kind != "text":
            yield from _trimmed(text, start, end, kind)
            continue
        at = start
        for sentence in sentences(text[start:end]):
            yield from _trimmed(text, at, at + len(sentence), "text")
            at += len(sentence)


def _trimmed(text: str, start: int, end: int, kind: Kind) -> Iterator[Span]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        yield Span(start, end, kind)


def _blocks(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Runs of lines that belong together."""
    start, at, fence = 0, 0, ""
    for line in text.splitlines(keepends=True):
        end = at + len(line)
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1] == fence:
                yield start, end, "code"
                start, fence = end, ""
        elif mark:
            yield start, at, "text"
            start, fence = at, mark[1]
        elif (kind := _kind_of_line(line)) != "text":
            yield start, at, "text"
            if kind != "ruler":
                yield at, end, kind
            start = end
        elif not line.strip() or (sign := _SIGN.match(line)):
            yield start, at, "text"
            start = at + (len(sign[0]) if line.strip() and sign else 0)
        at = end
    yield start, len(text), "code" if fence else "text"


def _kind_of_line(line: str) -> Literal["text", "heading", "table", "ruler"]:
    if line.strip() and _RULER.match(line):
        return "ruler"
    if _HEADING.match(line):
        return "heading"
    return "table" if _TABLE_ROW.match(line) else "text"
