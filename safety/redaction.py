"""Replaces what must not be seen by stable typed placeholders, and puts it back for its owner.

Promises
    * Every span of a MASK finding is replaced, overlapping ones as a whole.
    * The same value gets the same placeholder; two values never share one.
    * A placeholder that the text held already, typed by a person, is never given to a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from safety.verdict import Action, Finding, Verdict

# Kinds that were checked by more than their shape: they name an overlap before longer, looser ones.
_VALIDATED = frozenset({"credit_card", "iban", "us_ssn", "ip_address", "private_key", "jwt", "email"})
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{0,39}_[0-9]{1,6}>")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and what they stand for."""

    text: str = field(repr=False)
    placeholders: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Placeholder to value: all that `mask` was given, and the new ones of this text."""


def mask(text: str, verdict: Verdict, known: Mapping[str, str] | None = None) -> Masked:
    """Replace the spans of all MASK findings.

    `known` holds the placeholders of earlier texts of the same conversation: a value that is in
    it keeps its placeholder, and numbering goes on behind it. Spans outside the text are clipped.
    """
    placeholders = dict(known or {})
    spans = _merged(_clipped(verdict.findings, len(text)))
    names = _Names(placeholders, taken=set(_PLACEHOLDER.findall(text)))
    replacements = [(start, end, names.of(text[start:end], kind)) for start, end, kind in spans]
    # From the end, so that earlier spans stay where they are.
    for start, end, name in reversed(replacements):
        text = text[:start] + name + text[end:]
    return Masked(text, placeholders)


def restore(text: str, placeholders: Mapping[str, str]) -> str:
    """Put the values back; for the screen of the person who typed them, and nothing else."""
    return _PLACEHOLDER.sub(lambda found: placeholders.get(found[0], found[0]), text)


class _Names:
    """Gives out placeholders; writes new ones into the mapping it was given."""

    def __init__(self, placeholders: dict[str, str], taken: set[str]) -> None:
        self._placeholders = placeholders
        self._taken = taken
        self._by_value = {value: name for name, value in placeholders.items()}
        self._last: dict[str, int] = {}

    def of(self, value: str, kind: str) -> str:
        if value not in self._by_value:
            self._by_value[value] = name = self._next(re.sub(r"[^A-Z]", "_", kind.upper())[:40].strip("_"))
            self._placeholders[name] = value
        return self._by_value[value]

    def _next(self, kind: str) -> str:
        number = self._last.get(kind, 0) + 1
        while (name := f"<{kind or 'MASKED'}_{number}>") in self._taken or name in self._placeholders:
            number += 1
        self._last[kind] = number
        return name


def _clipped(findings: Iterable[Finding], length: int) -> list[tuple[int, int, str]]:
    spans = [
        (max(found.start, 0), min(found.end, length), found.category or found.check)
        for found in findings
        if found.action is Action.MASK
    ]
    return sorted(span for span in spans if span[0] < span[1])


def _merged(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Overlapping spans as one, named by a validated kind first, then by the longest."""
    groups: list[list[tuple[int, int, str]]] = []
    reach = -1
    for span in spans:
        if groups and span[0] < reach:
            groups[-1].append(span)
        else:
            groups.append([span])
        reach = max(reach, span[1]) if len(groups[-1]) > 1 else span[1]
    return [(group[0][0], max(end for _, end, _ in group), max(group, key=_claim)[2]) for group in groups]


def _claim(span: tuple[int, int, str]) -> tuple[bool, int]:
    start, end, kind = span
    return kind in _VALIDATED, end - start
