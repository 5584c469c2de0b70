"""JSON and JSON lines: "key: value" lines under the path that leads to them.

An object that fits a paragraph is one block; a larger one is divided, its keys become headings. Numbers
stay as they are written, doubled keys all count, and each block has the lines of its source.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileUnreadableError
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import iso_date, one_line
from grounding.loaders.limits import LIMITS

_MOST_CHARACTERS = 1_500
"""Of a block. Longer objects are divided where their structure allows it."""

_DEEPEST_PATH = 6
"""Each level of division reads what is below it once more."""

_MOST_NAMED = 10
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_BLANK = re.compile(r"[ \t\r\n]*")
_TITLES = ("title", "name", "subject")
_DATES = ("updated", "modified", "date", "created")


@dataclass(frozen=True, slots=True)
class _Object:
    pairs: list[tuple[str, object]] = field(repr=False)


def load(data: bytes, *, name: str) -> LoadedDocument:
    """Text with lines. Raises FileUnreadableError if it is no JSON or nested too deeply."""
    decoded = decode(data)
    text = decoded.text.lstrip("\ufeff")
    warnings = [decoded.warning] if decoded.warning else []
    reader = _Reader(text)
    whole = None
    try:
        whole = _decoder().decode(text)
        blocks = list(reader.blocks())
    except json.JSONDecodeError as fault:
        blocks = _by_lines(text, fault, warnings)
    return LoadedDocument(
        title=_stated(whole, _TITLES) or PurePosixPath(name).stem,
        kind="json",
        blocks=tuple(blocks),
        dated=iso_date(_stated(whole, _DATES)),
        warnings=tuple(warnings),
    )


def _decoder() -> json.JSONDecoder:
    # Numbers as they are written: a long one takes quadratic time to convert, others may lose digits.
    return json.JSONDecoder(object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str)


def _by_lines(text: str, fault: json.JSONDecodeError, warnings: list[str]) -> list[Block]:
    """A value on each line. Lines that are none are named in a warning, unless no line is one."""
    blocks: list[Block] = []
    wrong: list[int] = []
    found = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            _decoder().decode(line)
        except json.JSONDecodeError:
            wrong.append(number)
            continue
        found += 1
        blocks += _Reader(line, first_line=number).blocks()
    if found <= len(wrong):
        raise FileUnreadableError(
            f"It is no valid JSON: it breaks off or has a fault in line {fault.lineno}."
        )
    if wrong:
        named = ", ".join(map(str, wrong[:_MOST_NAMED])) + (" and others" if len(wrong) > _MOST_NAMED else "")
        warnings.append(f"No valid JSON, and left out: {len(wrong):,} lines ({named}).")
    return blocks


class _Reader:
    """Goes through one value with its places in the text. The text is known to be valid JSON."""

    def __init__(self, text: str, *, first_line: int = 1) -> None:
        _check_depth(text)
        self._text = text
        self._decode = _decoder().raw_decode
        self._first = first_line
        self._breaks = [at for at, character in enumerate(text) if character == "\n"]

    def blocks(self) -> Iterator[Block]:
        yield from self._value(_past_blanks(self._text, 0), (), 0)

    def _value(self, start: int, path: tuple[str, ...], depth: int) -> Iterator[Block]:
        value, end = self._decode(self._text, start)
        lines = list(_shown(value))
        size = sum(map(len, lines))
        is_whole = size <= _MOST_CHARACTERS and not _has_records(value)
        if is_whole or depth >= _DEEPEST_PATH or not isinstance(value, (_Object, list)):
            yield from self._block("\n".join(lines), (start, end), path)
        elif isinstance(value, list):
            for _, at, _ in self._members(start, is_object=False):
                yield from self._value(at, path, depth + 1)
        else:
            yield from self._divided(start, path, depth)

    def _divided(self, start: int, path: tuple[str, ...], depth: int) -> Iterator[Block]:
        """An object that is too large for a block: its plain values together, the others by themselves."""
        plain: list[str] = []
        span: list[int] = []
        for key, at, end in self._members(start, is_object=True):
            if self._text[at] in "[{":
                yield from self._block("\n".join(plain), tuple(span), path)
                plain, span = [], []
                yield from self._value(at, (*path, key), depth + 1)
            else:
                value, _ = self._decode(self._text, at)
                plain += _shown(_Object([(key, value)]))
                span = [span[0] if span else at, end]
        yield from self._block("\n".join(plain), tuple(span), path)

    def _members(self, start: int, *, is_object: bool) -> Iterator[tuple[str, int, int]]:
        """Key, begin and end of each member of the container that begins at `start`."""
        at = _past_blanks(self._text, start + 1)
        while self._text[at] not in "]}":
            key = ""
            if is_object:
                found, at = self._decode(self._text, at)
                key = str(found)
                at = _past_blanks(self._text, _past_blanks(self._text, at) + 1)
            _, end = self._decode(self._text, at)
            yield key, at, end
            at = _past_blanks(self._text, end)
            if self._text[at] == ",":
                at = _past_blanks(self._text, at + 1)

    def _block(self, text: str, span: tuple[int, ...], path: tuple[str, ...]) -> Iterator[Block]:
        if text.strip():
            first, last = (self._first + bisect_right(self._breaks, at - 1) for at in (span[0], span[-1]))
            yield Block(text=text, heading=path, line_start=first, line_end=last)


def _past_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _check_depth(text: str) -> None:
    """Raises FileUnreadableError before the parser's own recursion ends."""
    depth = 0
    for found in _NESTING.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > LIMITS.tree_depth:
            raise FileUnreadableError(f"Its values are nested more than {LIMITS.tree_depth} deep.")


def _shown(value: object, path: str = "") -> Iterator[str]:
    """A line "key: value" for each plain value; the keys above it stand before its own."""
    if isinstance(value, _Object):
        for key, inner in value.pairs:
            yield from _shown(inner, f"{path}.{one_line(key)}" if path else one_line(key))
    elif isinstance(value, list) and any(isinstance(inner, (_Object, list)) for inner in value):
        for inner in value:
            yield from _shown(inner, path)
    elif isinstance(value, list):
        joined = ", ".join(filter(None, map(_plain, value)))
        if joined:
            yield f"{path}: {joined}" if path else joined
    elif plain := _plain(value):
        yield f"{path}: {plain}" if path else plain


def _has_records(value: object) -> bool:
    """Whether objects stand in a row somewhere in it: each is a block, so that their keys do not mix."""
    if isinstance(value, _Object):
        return any(_has_records(inner) for _, inner in value.pairs)
    return isinstance(value, list) and any(isinstance(inner, (_Object, list)) for inner in value)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stated(whole: object, keys: tuple[str, ...]) -> str:
    """What an object says of itself under the first of `keys` that it has."""
    if not isinstance(whole, _Object):
        return ""
    found = {key.lower(): value for key, value in whole.pairs if isinstance(value, str)}
    return next((found[key] for key in keys if key in found), "")
