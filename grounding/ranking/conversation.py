"""The earlier turns of a conversation, as they are handed to a search."""

from __future__ import annotations

from collections.abc import Sequence

Told = tuple[str, str] | tuple[str, str, tuple[str, ...]]
"""Prompt and answer of an earlier turn. The third part, ids of the chunks that the answer was shown with,
stands where they are to stay candidates."""


def pairs_of(earlier: Sequence[Told]) -> list[tuple[str, str]]:
    """Prompts and answers alone."""
    return [(one[0], one[1]) for one in earlier]


def shown_last(earlier: Sequence[Told]) -> tuple[str, ...]:
    """Ids of the chunks of the last turn that are to stay candidates."""
    return earlier[-1][2] if earlier and len(earlier[-1]) > 2 else ()  # noqa: PLR2004 - see `Told`
