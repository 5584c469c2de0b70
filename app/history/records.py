"""What a sealed record and a sealed summary say, and how turns are put together again. Pure.

A record is a JSON object in UTF-8 with the keys of FORMAT.md, part "What the records say".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, get_args

from app.history.turns import Ending, TurnRecord, TurnState, damaged_messages

TITLE_LENGTH = 60
_TITLE_IF_EMPTY = "Untitled"
_ENDINGS = frozenset(get_args(Ending))


def prompt_record(turn: str, time: str, text: str) -> bytes:
    """The first record of a turn."""
    return _encoded({"what": "prompt", "turn": turn, "time": time, "text": text})


def piece_record(turn: str, text: str) -> bytes:
    """A piece of the answer, while it is written."""
    return _encoded({"what": "partial", "turn": turn, "text": text})


def final_record(turn: str, time: str, state: Ending, result: str) -> bytes:
    """The last record of a turn."""
    return _encoded({"what": "final", "turn": turn, "time": time, "state": state, "result": result})


@dataclass(frozen=True, slots=True)
class Summary:
    """What is listed of a conversation."""

    title: str = field(repr=False)
    created: str
    updated: str
    turns: int

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        return _encoded(
            {"title": self.title, "created": self.created, "updated": self.updated, "turns": self.turns}
        )

    @classmethod
    def from_bytes(cls, stored: bytes) -> Summary:
        """Raises ValueError, KeyError or TypeError for what `to_bytes` did not write."""
        said = json.loads(stored)
        return cls(str(said["title"]), str(said["created"]), str(said["updated"]), int(said["turns"]))


def title_of(prompt: str) -> str:
    """The first line of the first prompt, at most 60 characters."""
    first = next((line.strip() for line in prompt.splitlines() if line.strip()), _TITLE_IF_EMPTY)
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1].rstrip() + "…"


@dataclass(slots=True)
class _Draft:
    id: str
    prompt: str
    started: str
    pieces: list[str] = field(default_factory=list)
    ending: str | None = None
    result: str | None = None
    damaged: int = 0

    def record(self, writing: AbstractSet[str]) -> TurnRecord:
        state: TurnState = "writing" if self.id in writing else "interrupted"
        if self.ending in _ENDINGS:
            state = self.ending  # type: ignore[assignment]  # membership is checked one line above
        return TurnRecord(
            id=self.id,
            prompt=self.prompt,
            answer="".join(self.pieces),
            state=state,
            started=self.started,
            result=self.result,
            damaged=self.damaged,
        )


def turns_of(records: Iterable[bytes | None], writing: AbstractSet[str]) -> list[TurnRecord]:
    """Turns in the order they began; None among the records is one that does not open.

    A damaged record inside an unfinished turn shows in that turn's answer, any other as a turn of its
    own that holds the placeholder: it is never passed over.
    """
    assembly = _Assembly()
    for record in records:
        if record is None:
            assembly.take_damaged()
        else:
            assembly.take(json.loads(record))
    return [draft.record(writing) for draft in assembly.drafts]


class _Assembly:
    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._by_id: dict[str, _Draft] = {}

    def take_damaged(self) -> None:
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.ending is not None:
            last = _Draft(id=f"{len(self.drafts):032x}", prompt="", started="")
            self.drafts.append(last)
        if last.damaged and last.id not in self._by_id:
            last.damaged += 1
            last.prompt = damaged_messages(last.damaged)
        elif last.id in self._by_id:
            last.damaged += 1
            last.pieces.append(f"\n[{damaged_messages(1)}]\n")
        else:
            last.damaged = 1
            last.prompt = damaged_messages(1)

    def take(self, said: dict[str, Any]) -> None:
        turn = str(said["turn"])
        if said["what"] == "prompt":
            self._begin(turn, str(said["text"]), str(said["time"]))
            return
        draft = self._by_id.get(turn) or self._adopt(turn)
        if said["what"] == "partial":
            draft.pieces.append(str(said["text"]))
        else:
            draft.ending, draft.result = str(said["state"]), str(said["result"])

    def _begin(self, turn: str, prompt: str, started: str) -> _Draft:
        draft = _Draft(turn, prompt, started)
        self.drafts.append(draft)
        self._by_id[turn] = draft
        return draft

    def _adopt(self, turn: str) -> _Draft:
        """A turn whose prompt does not open: the placeholder just before is its place."""
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.id in self._by_id:
            return self._begin(turn, damaged_messages(1), "")
        last.id = turn
        self._by_id[turn] = last
        return last


def _encoded(said: dict[str, object]) -> bytes:
    try:
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Lone surrogates can reach us from a terminal; as \u escapes they survive.
        return json.dumps(said, separators=(",", ":")).encode()
