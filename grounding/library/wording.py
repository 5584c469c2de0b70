"""Numbers in sentences for people."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """The number with its thing, in the plural if need be."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
