"""Rows of tables as text: "Item: hotel; Limit until 2025: 120 euros; Limit from 2026: 140 euros"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grounding.text.facts import Facts, facts_in
from grounding.text.numerals import with_digits
from grounding.text.words import content_stems

_CELL = re.compile(r"^(?P<column>[^:;]{1,80}):\s+(?P<value>\S.{0,400})$")
_LEAST_CELLS = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with the name of its column."""

    column: frozenset[str] = field(repr=False)
    """Stems."""

    value: frozenset[str] = field(repr=False)
    """Stems."""

    facts: Facts = field(repr=False)
    """Of the value."""


def cells(text: str) -> tuple[Cell, ...]:
    """The cells of a row in order; nothing for any other text."""
    found = _matches(text)
    return tuple(Cell(_stems(one["column"]), _stems(one["value"]), facts_in(one["value"])) for one in found)


def is_row(text: str) -> bool:
    """Whether a line is a row: at least two values, each with the name of its column."""
    return bool(_matches(text))


def _matches(text: str) -> list[re.Match[str]]:
    parts = text.strip().split("; ")
    found = [match for part in parts if (match := _CELL.match(part))]
    return found if _LEAST_CELLS <= len(found) == len(parts) else []


def _stems(text: str) -> frozenset[str]:
    return frozenset(content_stems(with_digits(text)))
