"""How old a passage is, and which of two editions of one work is the newer, by names and dates."""

from __future__ import annotations

import re
from pathlib import PurePath

from grounding.passages import Passage
from grounding.words import tokens

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_VERSION = re.compile(
    r"(?<![a-z])(?:v|version|rev|revision)[ ._-]?(\d{1,4}(?:\.\d{1,4}){0,2})", re.IGNORECASE
)


def years_in(text: str) -> frozenset[str]:
    """The years from 1900 to 2099 that a text names."""
    return frozenset(_YEAR.findall(text))


def newness(passage: Passage, years: frozenset[str]) -> str:
    """When a passage is from: a year of `years` if its document names one of them, else its newest date."""
    named = set(_YEAR.findall(f"{passage.title}\n{PurePath(passage.document).name}"))
    if wanted := years & (named | {(passage.dated or "")[:4]}):
        return max(wanted)
    return max(named, default="") or passage.dated or ""


def edition(passage: Passage) -> tuple[str, tuple[tuple[int, ...], str]]:
    """Which work a document is an edition of, and which edition: versions and years in its name, its date.

    The work is empty for a document that shows neither: nothing is known to be older or newer than it.
    """
    name = PurePath(passage.document).stem
    version = max((tuple(map(int, found.split("."))) for found in _VERSION.findall(name)), default=())
    year = max(_YEAR.findall(name), default="")
    if not (version or year or passage.dated):
        return "", ((), "")
    work = " ".join(word for word in tokens(_YEAR.sub(" ", _VERSION.sub(" ", name))) if word.isalpha())
    return work, (version, year or passage.dated or "")
