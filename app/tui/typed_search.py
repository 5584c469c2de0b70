"""Reads what is typed into the search box: words, and filters such as `tag:travel after:2026-01-01`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from app.contract import SearchFilters

_FILTER = re.compile(r'(?<![^\s])([a-z]+):("[^"]*"|[^\s"]+)(?=\s|$)')
_YES_OR_NO = {"yes": True, "no": False}
_RATINGS = frozenset({"good", "bad"})


@dataclass(frozen=True, slots=True)
class TypedSearch:
    """What to look for, and what in it makes no sense."""

    words: str = field(repr=False)
    filters: SearchFilters
    complaint: str = field(default="", repr=False)
    """Empty if everything could be read."""

    def __bool__(self) -> bool:
        return bool(self.words) or any(value is not None for value in self.filters.model_dump().values())


def read(typed: str) -> TypedSearch:
    """Filters taken out of what was typed; `word:thing` with a word that is no filter is searched for."""
    chosen: dict[str, object] = {}
    complaints: list[str] = []

    def take(found: re.Match[str]) -> str:
        known = _KNOWN.get(found[1])
        if known is None:
            return found[0]
        key, meaning, hint = known
        value = meaning(found[2].strip('"'))
        if value is None:
            complaints.append(f"{found[1]}: takes {hint}")
        else:
            chosen[key] = value
        return ""

    # Quoted phrases are searched for as they stand, also when one looks like a filter.
    parts = re.split(r'((?<![^\s])"[^"]*"?)', typed)
    words = "".join(part if part.startswith('"') else _FILTER.sub(take, part) for part in parts)
    return TypedSearch(
        " ".join(words.split()), SearchFilters.model_validate(chosen), "; ".join(dict.fromkeys(complaints))
    )


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _rating(value: str) -> str | None:
    return value if value in _RATINGS else None


def _text(value: str) -> str | None:
    return value.strip() or None


_Meaning = tuple[str, Callable[[str], object], str]
_KNOWN: dict[str, _Meaning] = {
    "after": ("after", _day, "a day such as 2026-01-31"),
    "before": ("before", _day, "a day such as 2026-01-31"),
    "tag": ("tag", _text, "a tag"),
    "model": ("model", _text, "a model's name"),
    "collection": ("collection", _text, "a collection's name"),
    "rating": ("rating", _rating, "good or bad"),
    "sources": ("with_sources", _YES_OR_NO.get, "yes or no"),
    "archived": ("archived", _YES_OR_NO.get, "yes or no"),
}

FILTERS = "tag:  after:  before:  rating:good  sources:yes  model:  collection:  archived:yes"
"""All of them, for the person who searches."""
