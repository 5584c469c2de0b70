"""What a search is narrowed to, as conditions for the index. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.contract import SearchFilters
from app.errors import UsageError


def _beginning(day: str, later: int = 0) -> str:
    """The first moment of a day where this machine stands, in UTC, as times are kept."""
    try:
        begins = date.fromisoformat(day) + timedelta(days=later)
        moment = datetime.combine(begins, time()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{day[:40]!r} is not a day.", "Write it as 2026-11-22.") from None
    return moment.isoformat(timespec="microseconds")


_CONDITIONS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "after": ("e.time >= ?", _beginning),
    "before": ("e.time < ?", lambda day: _beginning(day, later=1)),
    "model": ("e.model = ?", str),
    "rating": ("e.rating = ?", str),
    "with_sources": ("e.turn IS NOT NULL AND e.sources = ?", bool),
    "archived": ("c.archived = ?", bool),
    "collection": ("e.number IN (SELECT entry FROM collection WHERE name = ?)", str),
    "tag": ("c.number IN (SELECT conversation FROM tag WHERE name = ?)", str.casefold),
}


def conditions(filters: SearchFilters) -> tuple[str, list[object]]:
    """SQL to stand behind a condition, and its values. Raises UsageError for a day that is none."""
    set_ones = _set(filters)
    sql = "".join(f" AND {_CONDITIONS[name][0]}" for name in set_ones)
    return sql, [_CONDITIONS[name][1](value) for name, value in set_ones.items()]


def is_narrowed(filters: SearchFilters) -> bool:
    """Whether any filter is set."""
    return bool(_set(filters))


def _set(filters: SearchFilters) -> dict[str, Any]:
    return {name: value for name, value in filters.model_dump().items() if value is not None}
