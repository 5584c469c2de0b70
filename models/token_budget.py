"""Fits quotes and earlier exchanges into the context window, counted by the model's own tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.engine import ChatMessage
from models.errors import PromptTooLongError

Render = Callable[[int, int], Sequence[ChatMessage]]
"""The messages with the first n quotes and the newest m exchanges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The ceilings a request has to keep."""

    context: int
    """Tokens that fit the model's window."""

    reserved: int
    """Kept free for the answer."""

    documents: int
    """Most tokens spent on quotes: reading them is what the first token waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What went in, and what each part costs in tokens."""

    quotes: int
    exchanges: int
    system: int
    """Its text alone; what the template adds around every message counts to the prompt."""

    documents: int
    history: int
    prompt: int

    @property
    def total(self) -> int:
        """Length of the rendered request."""
        return self.system + self.documents + self.history + self.prompt


def fit(
    render: Render,
    count: Callable[[Sequence[ChatMessage]], int],
    *,
    quotes: int,
    exchanges: int,
    room: Room,
) -> Fit:
    """The best request that fits: quotes go in before earlier exchanges, best and newest first.

    What does not fit is left out whole; the system text and the prompt are never cut. Each part's
    cost is the difference it makes to the exact length of the rendered request.

    Raises PromptTooLongError when system text and prompt alone leave no room for the answer.
    """
    available = room.context - room.reserved
    bare = count(render(0, 0))
    system = bare - count(_without_system_text(render(0, 0)))
    if bare > available:
        raise PromptTooLongError(f"The prompt needs {bare} tokens; {available} are free beside the answer.")
    taken_quotes, with_quotes = _most(
        lambda number: count(render(number, 0)), quotes, bare, min(available, bare + room.documents)
    )
    taken_exchanges, total = _most(
        lambda number: count(render(taken_quotes, number)), exchanges, with_quotes, available
    )
    return Fit(
        quotes=taken_quotes,
        exchanges=taken_exchanges,
        system=system,
        documents=with_quotes - bare,
        history=total - with_quotes,
        prompt=bare - system,
    )


def _without_system_text(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    # Emptied, not left out: some templates refuse a chat without it, others put a text of their own there.
    return [ChatMessage(one.role, "") if one.role == "system" else one for one in messages]


def _most(length: Callable[[int], int], most: int, base: int, ceiling: int) -> tuple[int, int]:
    """Largest number of items whose request keeps the ceiling, by bisection, and its length."""
    best, best_length = 0, base
    low, high = 1, most
    while low <= high:
        middle = (low + high) // 2
        needed = length(middle)
        if needed <= ceiling:
            best, best_length = middle, needed
            low = middle + 1
        else:
            high = middle - 1
    return best, best_length
