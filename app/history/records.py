"""What a sealed record and a sealed summary say. Pure; `app.history.tree` reads records again.

A record is a JSON object in UTF-8 with the keys of FORMAT.md, part "What the records say".
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from app.history.turns import Ending

TITLE_LENGTH = 60
_TITLE_IF_EMPTY = "Untitled"


def prompt_record(turn: str, time: str, text: str, parent: str | None, *, imported: bool = False) -> bytes:
    """The first record of a turn; `parent` is the turn it follows, None for the first.

    `imported` stays with the turn wherever it is moved: no check here has seen it.
    """
    said: dict[str, object] = {"what": "prompt", "turn": turn, "time": time, "text": text, "parent": parent}
    return _encoded(said | {"imported": True} if imported else said)


def piece_record(turn: str, text: str) -> bytes:
    """A piece of the answer, while it is written."""
    return _encoded({"what": "partial", "turn": turn, "text": text})


def final_record(turn: str, time: str, state: Ending, result: str) -> bytes:
    """The last record of a turn."""
    return _encoded({"what": "final", "turn": turn, "time": time, "state": state, "result": result})


def rating_record(turn: str, time: str, rating: Literal["good", "bad"] | None, reason: str) -> bytes:
    """What a person thought of an answer; None takes it back. The last one counts."""
    return _encoded({"what": "rating", "turn": turn, "time": time, "rating": rating, "reason": reason})


@dataclass(frozen=True, slots=True)
class Summary:
    """What is listed of a conversation."""

    title: str = field(repr=False)
    created: str
    updated: str
    turns: int
    shown: str | None = None
    """The turn at the end of the branch that is shown; None: the one that was written last."""

    tags: tuple[str, ...] = field(default=(), repr=False)
    pinned: bool = False
    archived: bool = False
    binned: str | None = None
    """Since when it lies in the bin, ISO 8601, UTC."""

    binned_at: int | None = None
    """The same in seconds of the history's own clock (`app.history.steady`)."""

    touched: int | None = None
    """When the last turn began or ended, in seconds of that clock; None if that is not known yet."""

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        return _encoded(asdict(self))

    @classmethod
    def from_bytes(cls, stored: bytes) -> Summary:
        """Raises ValueError, KeyError or TypeError for what `to_bytes` did not write.

        An empty one stands where a repair found none that opens; the conversation can be renamed.
        """
        if not stored:
            return cls(_TITLE_IF_EMPTY, created="", updated="", turns=0)
        said = json.loads(stored)
        return cls(
            title=str(said["title"]),
            created=str(said["created"]),
            updated=str(said["updated"]),
            turns=int(said["turns"]),
            shown=_or_none(said["shown"]),
            tags=tuple(str(tag) for tag in said["tags"]),
            pinned=bool(said["pinned"]),
            archived=bool(said["archived"]),
            binned=_or_none(said["binned"]),
            binned_at=_seconds(said["binned_at"]),
            touched=_seconds(said["touched"]),
        )


def _or_none(said: object) -> str | None:
    return None if said is None else str(said)


def _seconds(said: int | None) -> int | None:
    return None if said is None else int(said)


def title_of(prompt: str) -> str:
    """The first line of the first prompt, at most 60 characters."""
    first = next((line.strip() for line in prompt.splitlines() if line.strip()), _TITLE_IF_EMPTY)
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1].rstrip() + "…"


def _encoded(said: dict[str, object]) -> bytes:
    try:
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Lone surrogates can reach us from a terminal; as \u escapes they survive.
        return json.dumps(said, separators=(",", ":")).encode()
