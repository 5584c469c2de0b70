"""Puts paragraphs together again from the lines of a printed page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)-$")
_CONTINUES = re.compile(r"[^\W\d_]+")
_ITEM = re.compile(r"^(?:[•●▪◦‣⁃■□*–—-]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s|\d{1,2}(?:\.\d{1,2}){1,4}\s)")
_SHORT = 0.7
"""Of a full line. A line shorter than this ends its paragraph, as a heading or the last line of one does."""

_FULL_RANK = 0.9
_LETTERED = 6
"""So many lines of one character each are one line that was drawn letter by letter."""


def known_words(pages: Iterable[Sequence[str]]) -> frozenset[str]:
    """Words of the document as they stand within its lines: they show how a broken word is written."""
    words = (word.lower() for lines in pages for line in lines for word in _WORD.findall(line.rstrip("-")))
    return frozenset(words)


def joined(lines: Sequence[str], words: frozenset[str]) -> Iterator[str]:
    """Paragraphs of one page."""
    lines = _gathered(lines)
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[int((len(lengths) - 1) * _FULL_RANK)] if lengths else 0
    held, last = "", ""
    for line in lines:
        ends = not line or bool(_ITEM.match(line)) or (len(last) < full * _SHORT and not last.endswith("-"))
        if held and ends:
            yield held
            held = ""
        if line:
            held = _joint(held, line, words) if held else line
        last = line
    if held:
        yield held


def _joint(text: str, line: str, words: frozenset[str]) -> str:
    broken, rest = _BROKEN.search(text), _CONTINUES.match(line)
    if not broken or not rest or not line[0].islower():
        return f"{text} {line}"
    parts = (broken[1].lower(), rest[0].lower())
    is_compound = "-".join(parts) in words and "".join(parts) not in words
    return text + line if is_compound else text[:-1] + line


def _gathered(lines: Sequence[str]) -> list[str]:
    """Lines, with those of single characters put together; characters drawn twice to look bold count once."""
    result: list[str] = []
    run: list[str] = []
    for line in [*lines, "end"]:
        if len(line) <= 1:
            run.append(line or " ")
            continue
        is_lettered = len(run) >= _LETTERED and "".join(run).strip() != ""
        result += [_once("".join(run))] if is_lettered else [one.strip() for one in run]
        run = []
        result.append(line)
    return result[:-1]


def _once(text: str) -> str:
    is_doubled = len(text) % 2 == 0 and text[::2] == text[1::2]
    return (text[::2] if is_doubled else text).strip()
