"""Notices text of a PDF page that nobody can see: drawn without ink, in white, or far too small.

Such text is read like any other and named in a warning. It may be a harmless layer of character recognition,
or words meant for programs only. White letters count only while the page is blank paper: on a coloured ground
or a picture they are what a person reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import hypot
from typing import Any

_SMALLEST = 1.5
"""Points. Print below four points is hard to read; below this it is a line."""

_WHITE = 0.98
_FEWEST = 12
"""Characters on one page that are worth a warning."""

_NO_INK = (3, 7)
"""Text rendering modes that draw nothing (ISO 32000-1, 9.3.6)."""

_DEEPEST = 64
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_PAINTS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_GROUNDS = frozenset({b"Do", b"sh", b"INLINE IMAGE"})
_COLOURS = frozenset({b"g", b"rg", b"k", b"sc", b"scn"})


@dataclass(frozen=True, slots=True)
class _State:
    is_white: bool = False
    size: float = 12.0
    mode: int = 0


@dataclass(slots=True)
class Ink:
    """Watches the operators of one page, as pypdf's `visitor_operand_before`."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("invisible", "white", "tiny"), 0))
    _state: _State = field(default_factory=_State)
    _saved: list[_State] = field(default_factory=list)
    _has_ground: bool = False

    def __call__(
        self, operator: bytes, operands: Any, around: Sequence[float], text: Sequence[float]
    ) -> None:
        """Take note of one operator; `around` and `text` are the matrices it works under."""
        if operator in _SHOWS:
            self._shown(operands, around, text)
        elif operator in _GROUNDS or (operator in _PAINTS and not self._state.is_white):
            self._has_ground = True
        elif operator == b"q" and len(self._saved) < _DEEPEST:
            self._saved.append(self._state)
        elif operator == b"Q" and self._saved:
            self._state = self._saved.pop()
        else:
            self._set(operator, [value for value in operands if isinstance(value, int | float)])

    @property
    def faults(self) -> list[str]:
        """Which kinds of unseen text the page has."""
        return [fault for fault, count in self.counts.items() if count >= _FEWEST]

    def _set(self, operator: bytes, numbers: list[float]) -> None:
        if operator in _COLOURS:
            self._state = replace(self._state, is_white=_is_white(operator, numbers))
        elif operator == b"Tr" and numbers:
            self._state = replace(self._state, mode=int(numbers[0]))
        elif operator == b"Tf" and numbers:
            self._state = replace(self._state, size=float(numbers[-1]))

    def _shown(self, operands: Any, around: Sequence[float], text: Sequence[float]) -> None:
        length = _length(operands)
        size = abs(self._state.size) * hypot(text[2], text[3]) * hypot(around[2], around[3])
        if self._state.mode in _NO_INK:
            self.counts["invisible"] += length
        elif self._state.is_white and not self._has_ground:
            self.counts["white"] += length
        elif 0 < size < _SMALLEST:
            self.counts["tiny"] += length


def _is_white(operator: bytes, numbers: list[float]) -> bool:
    if len(numbers) == len("cmyk"):
        return max(numbers) <= 1 - _WHITE
    # One number in a colour space of its own may as well mean full ink.
    return (operator == b"g" or len(numbers) == len("rgb")) and min(numbers, default=0.0) >= _WHITE


def _length(operands: Any) -> int:
    """Characters, or a little more: a font may take two bytes for one."""
    return sum(
        _length(part) if isinstance(part, list) else len(part)
        for part in operands
        if isinstance(part, str | bytes | list)
    )
