"""The years a text names, and how new a passage is by them and by its date."""

from __future__ import annotations

import re
from pathlib import PurePath

from grounding.passages import Passage

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def years_in(text: str) -> frozenset[str]:
    """The years from 1900 to 2099 that a text names."""
    return frozenset(_YEAR.findall(text))


def newness(passage: Passage, years: frozenset[str]) -> str:
    """When a passage is from: a year of `years` if its document names one of them, else its newest date."""
    named = set(_YEAR.findall(f"{passage.title}\n{PurePath(passage.document).name}"))
    if wanted := years & (named | {(passage.dated or "")[:4]}):
        return max(wanted)
    return max(named, default="") or passage.dated or ""
