"""Trees of single messages, as other programs keep them, made into trees of turns. Pure.

A turn is a question and all that was answered until the next one. What stands between (system, tools,
hidden messages) is passed over; what hung on it hangs on what was before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from app.errors import ImportUnusableError
from app.history.importing.past import PastConversation, PastTurn
from app.history.importing.results import result_of
from app.history.turns import RatingRecord

MOST_MESSAGES = 50_000
MOST_PIECES = 500
"""Messages that one answer consists of; every branch has its own list of them."""

MOST_TEXT = 64 << 20
"""Characters of one conversation. Branches that share a beginning repeat it, so little can become much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of another program."""

    parent: str | None
    role: Literal["user", "assistant", "other"]
    text: str = field(default="", repr=False)
    time: str = ""
    model: str = ""
    rating: RatingRecord | None = None


@dataclass(slots=True, kw_only=True)
class Thread:
    """A conversation of another program, as far as it was understood."""

    program: str
    """Its name, for people."""

    id: str
    title: str = field(repr=False)
    created: str
    updated: str
    messages: Mapping[str, Message] = field(repr=False)
    current: str | None = None
    tags: tuple[str, ...] = field(default=(), repr=False)
    pinned: bool = False
    archived: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Open:
    """A question, and the answer as far as it has been read."""

    parent: str | None
    asked: str
    prompt: str = field(default="", repr=False)
    time: str = ""
    answered: tuple[str, ...] = ()
    """Ids of the messages of the answer."""


def past_of(thread: Thread) -> PastConversation:
    """The conversation as it can be sealed; what was left out is in `notes`. Raises ImportUnusableError."""
    if len(thread.messages) > MOST_MESSAGES:
        raise ImportUnusableError(f"It has {len(thread.messages)} messages; the limit is {MOST_MESSAGES}.")
    growth = _Growth(thread)
    growth.grow()
    times = [turn.started for turn in growth.turns.values() if turn.started]
    created = thread.created or min(times, default="")
    return PastConversation(
        origin=_id(thread.program, thread.id),
        title=thread.title,
        created=created,
        updated=thread.updated or max(times, default=created),
        turns=tuple(growth.turns.values()),
        shown=growth.ends.get(thread.current or "", next(reversed(growth.turns), None)),
        tags=thread.tags,
        pinned=thread.pinned,
        archived=thread.archived,
    )


class _Growth:
    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._messages = thread.messages
        self._characters = 0
        self.turns: dict[str, PastTurn] = {}
        self.ends: dict[str, str] = {}
        """Message to the turn that it is part of."""

    def grow(self) -> None:
        children, roots = self._children()
        waiting: list[tuple[str, str | None, _Open | None]] = [(root, None, None) for root in reversed(roots)]
        reached = 0
        while waiting:
            name, parent, open_turn = waiting.pop()
            reached += 1
            parent, open_turn = self._take(name, parent, open_turn)
            following = children.get(name, [])
            if not following and open_turn is not None:
                self._close(open_turn)
            waiting += [(child, parent, open_turn) for child in reversed(following)]
        if missing := len(self._messages) - reached:
            self._thread.notes.append(
                f"Messages that follow each other in a circle were left out: {missing}."
            )

    def _children(self) -> tuple[dict[str, list[str]], list[str]]:
        children: dict[str, list[str]] = {}
        roots: list[str] = []
        orphans = 0
        for name, message in self._messages.items():
            if message.parent is not None and message.parent in self._messages:
                children.setdefault(message.parent, []).append(name)
            else:
                orphans += message.parent is not None
                roots.append(name)
        if orphans:
            self._thread.notes.append(f"Messages whose predecessor is missing begin a branch: {orphans}.")
        return children, roots

    def _take(
        self, name: str, parent: str | None, open_turn: _Open | None
    ) -> tuple[str | None, _Open | None]:
        message = self._messages[name]
        if message.role == "user":
            parent = parent if open_turn is None else self._close(open_turn)
            return parent, _Open(parent, name, message.text, message.time)
        if message.role == "assistant" and message.text:
            # An answer to nothing: some programs greet.
            begun = open_turn or _Open(parent, name, time=message.time)
            if len(begun.answered) >= MOST_PIECES:
                raise ImportUnusableError(f"An answer has more than {MOST_PIECES} messages.")
            return parent, replace(begun, answered=(*begun.answered, name))
        return parent, open_turn

    def _close(self, one: _Open) -> str:
        turn = _id(self._thread.program, self._thread.id, one.asked, *one.answered[-1:])
        if turn in self.turns:
            return turn
        answers = [self._messages[name] for name in one.answered]
        answer = "\n\n".join(message.text for message in answers)
        self._characters += len(one.prompt) + len(answer)
        if self._characters > MOST_TEXT:
            raise ImportUnusableError("It is too large.")
        model = next((message.model for message in reversed(answers) if message.model), "")
        self.turns[turn] = PastTurn(
            id=turn,
            parent=one.parent,
            state="complete" if answer else "interrupted",
            started=one.time or self._thread.created,
            prompt=one.prompt,
            streamed=answer,
            result=result_of(self._thread.program, one.prompt, answer, model) if answer else None,
            rating=next((message.rating for message in reversed(answers) if message.rating), None),
        )
        self.ends |= dict.fromkeys((one.asked, *one.answered), turn)
        return turn


def _id(*parts: str) -> str:
    """The same for the same message of the same conversation, so that nothing is imported twice."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:32]
