"""The piece of a text that shows why it was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.contract.history import SearchedPart

OPEN, CLOSE = "\x01", "\x02"
"""Around each find. No indexed text contains them: it has passed `safe_text`."""

WIDTH = 160
"""Characters of a snippet, without the ellipses."""

_MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_BEFORE = 40
"""Characters that are shown before the first find of the snippet."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its finds between OPEN and CLOSE."""

    part: SearchedPart
    text: str = field(repr=False)

    def different(self) -> int:
        """How many different words were found."""
        return len({found.casefold() for found in _MARK.findall(self.text)})


@dataclass(frozen=True, slots=True)
class Snippet:
    """What is shown of a find."""

    part: SearchedPart
    snippet: str = field(repr=False)
    highlights: list[tuple[int, int]]


def best_of(parts: Sequence[Marked]) -> Snippet:
    """From the part with most of the words; the first of the parts that are as good."""
    best = max(parts, key=Marked.different)
    if not best.different():
        best = next((part for part in parts if part.text), parts[0])
    plain, places = _places(best.text)
    begin, end = _window(plain, places)
    before, after = ("…" if begin else ""), ("…" if end < len(plain) else "")
    # One for one, so that the places stay right.
    shown = before + re.sub(r"\s", " ", plain[begin:end]) + after
    moved = len(before) - begin
    inside = [(start + moved, stop + moved) for start, stop in places if begin <= start and stop <= end]
    return Snippet(best.part, shown, inside)


def _places(marked: str) -> tuple[str, list[tuple[int, int]]]:
    places: list[tuple[int, int]] = []
    pieces: list[str] = []
    at = length = 0
    for match in _MARK.finditer(marked):
        pieces += [marked[at : match.start()], match[1]]
        start = length + match.start() - at
        length = start + len(match[1])
        places.append((start, length))
        at = match.end()
    return "".join(pieces) + marked[at:], places


def _window(plain: str, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The stretch with most finds, widened to whole words."""
    if len(plain) <= WIDTH:
        return 0, len(plain)
    first = _densest(places)
    begin = max(0, min(first - _BEFORE, len(plain) - WIDTH))
    if begin and (blank := plain.find(" ", begin, first)) >= 0:
        begin = blank + 1
    end = min(len(plain), begin + WIDTH)
    if end < len(plain) and (blank := plain.rfind(" ", first + 1, end)) > begin:
        end = max(blank, *(stop for start, stop in places if start == first)) if places else blank
    return begin, end


def _densest(places: Sequence[tuple[int, int]]) -> int:
    """Where the find begins from which most others are within reach."""
    best = most = last = 0
    for at, (start, _) in enumerate(places):
        last = max(last, at)
        while last < len(places) and places[last][1] <= start + WIDTH - _BEFORE:
            last += 1
        if last - at > most:
            best, most = start, last - at
    return best
