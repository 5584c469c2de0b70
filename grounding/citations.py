"""Reads the markers that a model sets, and ties each sentence to immutable chunk ids at once.

Markers such as ``[1]``, ``[1, 2]`` or ``[source 2]`` are positions in what this one request showed.
Positions are never kept: the next request shows other passages. A marker that points at nothing is
dropped and counted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grounding.passages import Passage
from grounding.text.sentences import Kind, Span, sentence_spans

_NAMED = (
    r"(?:sources?|passages?|documents?|docs?|quotes?|refs?|references?|excerpts?|context)\s?\.?\s?#?:?\s?"
)
_NEXT = rf"(?:\s?(?:,|;|&|and|-|–)\s?(?:{_NAMED}|\^|#|S)?[0-9]{{1,3}}){{0,11}}"
_MARKER = re.compile(
    rf"\[((?:\^|#|S)?[0-9]{{1,3}}{_NEXT})\](?!\()"  # [1], [1, 2], [^3]; before "(" it is a link
    rf"|\[({_NAMED}[0-9]{{1,3}}{_NEXT})(?:[:,]\s?[^\[\]\n]{{0,80}})?\](?!\()"  # [source 2: title]
    rf"|\(({_NAMED}[0-9]{{1,3}}{_NEXT})\)"  # (source 2); a bare (2) is a number
    r"|【([0-9]{1,3})[^【】\n]{0,20}】",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?P<first>[0-9]{1,3})(?:\s?[-–]\s?[^0-9,;]{0,12}(?P<last>[0-9]{1,3}))?")
_INLINE_CODE = re.compile(r"`[^`\n]{1,400}`")
_HEADING_SIGN = re.compile(r"^\s{0,3}#{1,6}\s+")
_EMPHASIS = re.compile(r"(?<!\w)(?:\*{1,3}|_{1,3})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3})(?!\w)")
_GAP = re.compile(r"\s(?=[.,;:!?](?:\s|$))")
_WIDEST_RANGE = 20


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of an answer and the chunks that it points at."""

    text: str = field(repr=False)
    """Without markers and Markdown list signs."""

    citations: tuple[str, ...] = ()
    """Chunk ids, in the order of the markers, each once."""

    start: int = 0
    end: int = 0
    """Span in the answer as it was written, markers included, end exclusive."""

    kind: Kind = "text"
    dropped: int = 0
    """Markers that pointed at no passage."""


def place(answer: str, shown: Sequence[Passage]) -> tuple[CitedSentence, ...]:
    """The sentences of `answer` in order, each with the chunk ids of `shown` that its markers name.

    `shown` is in the order in which the passages were numbered from 1. A marker behind the full stop
    belongs to the sentence before it, one at the start of a line to what follows on that line. Code is
    left alone: ``a[1]`` there is no citation.
    """
    markers = list(_markers(answer))
    blanked = answer
    for marker in markers:
        blanked = blanked[: marker.start()] + " " * len(marker[0]) + blanked[marker.end() :]
    spans = list(sentence_spans(blanked))
    owned: dict[int, list[re.Match[str]]] = {at: [] for at in range(len(spans))}
    for marker in markers if spans else ():
        owned[_owner(answer, marker, spans)].append(marker)
    return tuple(_cited(blanked, span, owned[at], shown) for at, span in enumerate(spans))


def strip_markers(text: str) -> str:
    """The text without citation markers; code, links and brackets with other words in them stay."""
    # What was inside brackets can become a marker when a marker beside it goes.
    while markers := list(_markers(text)):
        for marker in reversed(markers):
            before, after = text[: marker.start()], text[marker.end() :]
            opens_line = not before.rsplit("\n", 1)[-1].strip()
            text = before + after.lstrip(" ") if opens_line else before.rstrip(" \u00a0") + after
    return text


def _markers(text: str) -> Iterator[re.Match[str]]:
    protected = list(_protected(text))
    for found in _MARKER.finditer(text):
        if not any(start <= found.start() < end for start, end in protected):
            yield found


def _owner(answer: str, marker: re.Match[str], spans: Sequence[Span]) -> int:
    """Index of the sentence that a marker belongs to."""
    behind = bisect_right([span.start for span in spans], marker.start())
    line_start = answer.rfind("\n", 0, marker.start()) + 1
    line_end = answer.find("\n", marker.end())
    line_end = len(answer) if line_end < 0 else line_end
    opens_line = not _MARKER.sub("", answer[line_start : marker.start()]).strip()
    if behind < len(spans) and opens_line and spans[behind].start < line_end:
        return behind
    return max(behind - 1, 0)


def _cited(
    blanked: str, span: Span, markers: Sequence[re.Match[str]], shown: Sequence[Passage]
) -> CitedSentence:
    numbers = [number for marker in markers for number in _numbers(marker)]
    ids = [shown[number - 1].id for number in numbers if 1 <= number <= len(shown)]
    text = blanked[span.start : span.end]
    return CitedSentence(
        text=text if span.kind == "code" else _plain(text),
        citations=tuple(dict.fromkeys(ids)),
        start=min(span.start, *(marker.start() for marker in markers), span.start),
        end=max(span.end, *(marker.end() for marker in markers), span.end),
        kind=span.kind,
        dropped=len(numbers) - len(ids),
    )


def _numbers(marker: re.Match[str]) -> Iterator[int]:
    for item in _ITEM.finditer(next(listed for listed in marker.groups() if listed)):
        first, last = int(item["first"]), int(item["last"] or item["first"])
        yield from range(first, min(last, first + _WIDEST_RANGE) + 1)


def _plain(text: str) -> str:
    """Without heading signs, emphasis and the gaps that markers left."""
    text = _EMPHASIS.sub("", _HEADING_SIGN.sub("", text))
    return _GAP.sub("", re.sub(r"[ \t\u00a0]{2,400}", " ", text)).strip()


def _protected(text: str) -> Iterator[tuple[int, int]]:
    """Spans in which brackets are code."""
    at = 0
    while (start := text.find("```", at)) >= 0:
        end = text.find("```", start + 3)
        at = len(text) if end < 0 else end + 3
        yield start, at
    for found in _INLINE_CODE.finditer(text):
        yield found.span()
