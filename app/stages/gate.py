"""Lets an answer through while it is written, masked exactly as the finished text would be.

Promises
    * The pieces joined are what masking the finished text at once would give, however the text was
      cut on its way here.
    * Nothing that the checks would mask in the finished text is let through before.

Not promised
    * The first promise for a text that holds a placeholder of our own, written by the model, behind a
      value that was given the same name already: the value keeps its name.
    * Both, for a password that contains letters of scripts that are written without spaces: there the
      text is let through within such a run, because it has no other borders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from safety.policy import Policy
from safety.redaction import mask
from safety.verdict import Action, Finding, Verdict

HELD_BACK = 80
"""Characters: longer than any number that may be written with spaces in it (an IBAN, one after each sign)."""

PROVOCATION = " key"
"""A word that makes a random token on its line a secret. The model may still write it."""

REPEATED_CHARACTERS, REPEATED_TIMES = 40, 3

_WRITTEN_WITHOUT_SPACES = 0x0E00
"""Code points from here on belong to Thai, Lao, Chinese, Japanese and others, or are symbols."""

_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{0,39}_[0-9]{1,6}>")


@dataclass(slots=True)
class Gate:
    """Lets text through in order, masked, once no check can still want it whole."""

    policy: Policy
    reserved: str = field(default="", repr=False)
    """Text whose placeholders mean something already; no value gets one of their names."""

    raw: str = field(default="", repr=False)
    done: int = 0
    """How much of `raw` has been let through."""

    released: str = field(default="", repr=False)
    findings: list[Finding] = field(default_factory=list)
    """What was masked, with spans in `released`."""

    placeholders: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Keep the names that are taken."""
        self.placeholders |= names_taken(self.reserved)

    def add(self, text: str) -> None:
        """More of the answer."""
        self.raw += text

    def repeats(self) -> bool:
        """Small models fall into loops; the same words for the third time say nothing new."""
        tail = self.raw[-REPEATED_CHARACTERS:]
        return len(tail) == REPEATED_CHARACTERS and self.raw.count(tail) >= REPEATED_TIMES

    def release(self, *, everything: bool = False) -> str:
        """What may be shown now, masked."""
        found = _to_mask(self.policy.judge(self.raw if everything else self.raw + PROVOCATION))
        end = len(self.raw) if everything else self._border(found)
        if end <= self.done:
            return ""
        before = len(self.released)
        self.placeholders = names_taken(self.raw) | self.placeholders
        for group in _groups(found, self.done, end):
            self.released += self.raw[self.done : group[0].start]
            self._mask(group)
        self.released += self.raw[self.done : end]
        self.done = end
        return self.released[before:]

    def _border(self, found: Sequence[Finding]) -> int:
        """Up to where nothing that may still come can change a judgement."""
        lines = self.raw.splitlines(keepends=True)
        open_line = len(lines[-1]) if lines and lines[-1].splitlines()[0] == lines[-1] else 0
        end = max(0, len(self.raw) - HELD_BACK)
        # A key is known as one only at its last character, and may be longer than what is held back.
        while end > 0 and not _is_border(self.raw[end - 1]):
            end -= 1
        for finding in found:
            # Other words on its line decide about a token, so it waits for the end of the line.
            if finding.end > len(self.raw) - open_line:
                end = min(end, finding.start)
        for finding in sorted(found, key=lambda one: one.start, reverse=True):
            if finding.start < end < finding.end:
                end = finding.start
        return end

    def _mask(self, group: Sequence[Finding]) -> None:
        """Put one placeholder for findings that overlap."""
        start, end = group[0].start, max(finding.end for finding in group)
        inside = tuple(replace(one, start=one.start - start, end=one.end - start) for one in group)
        masked = mask(self.raw[start:end], Verdict(inside), self.placeholders)
        at = len(self.released)
        self.findings += [replace(one, start=at, end=at + len(masked.text)) for one in group]
        self.placeholders = dict(masked.placeholders)
        self.released += masked.text
        self.done = end


def names_taken(text: str) -> dict[str, str]:
    """Placeholders that stand in a text, each for itself: as `known` of `mask` they are not given away."""
    return {name: name for name in _PLACEHOLDER.findall(text)}


def _is_border(character: str) -> bool:
    return character.isspace() or ord(character) >= _WRITTEN_WITHOUT_SPACES


def _to_mask(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.action is Action.MASK]


def _groups(found: Sequence[Finding], begin: int, end: int) -> list[list[Finding]]:
    """Findings between `begin` and `end` in order, overlapping ones together, clipped to the borders."""
    clipped = [replace(one, start=max(one.start, begin), end=min(one.end, end)) for one in found]
    groups: list[list[Finding]] = []
    reach = -1
    for finding in sorted(clipped, key=lambda one: (one.start, one.end)):
        if finding.start >= finding.end:
            continue
        if finding.start >= reach:
            groups.append([])
        groups[-1].append(finding)
        reach = max(reach, finding.end)
    return groups
