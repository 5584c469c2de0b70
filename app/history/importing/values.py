"""Reads single values of foreign JSON without trusting any. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_EPOCH_LIMIT = 4_102_444_800
"""2100-01-01, in seconds; what is larger is counted in smaller units."""


def text(value: object) -> str:
    """The text, with half characters replaced; empty for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def mapping(value: object) -> dict[str, Any]:
    """The object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """The list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def name(value: object) -> str | None:
    """An id: text or a whole number; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value) or None


def moment(value: object) -> str:
    """ISO 8601, UTC, from seconds since 1970 or thousandths of them, up to nanoseconds; else empty."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _EPOCH_LIMIT * 10**9:
        return ""
    seconds = float(value)
    while seconds >= _EPOCH_LIMIT:
        seconds /= 1_000
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
