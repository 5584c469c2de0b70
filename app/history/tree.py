"""Puts turns together again from sealed records, and finds branches among them. Pure.

A conversation is a tree: every prompt names the turn that it follows. Asking again and asking
otherwise begin a new turn behind the same one. What does not open is never passed over: a turn of
which only the place is known follows the turn that was written before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from app.history.turns import Ending, RatingRecord, TurnRecord, TurnState, damaged_messages
from app.latest import LATEST, Latest

_ENDINGS = frozenset(get_args(Ending))


@dataclass(slots=True)
class _Draft:
    id: str
    prompt: str
    started: str
    parent: str | Latest | None = LATEST
    """LATEST where the prompt does not open, so that nobody knows."""

    pieces: list[str] = field(default_factory=list)
    ending: str | None = None
    result: str | None = None
    rating: RatingRecord | None = None
    damaged: int = 0
    lost: bool = False
    imported: bool = True

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
            rating=self.rating,
            lost=self.lost,
            imported=self.imported,
        )


def tree_of(records: Iterable[bytes | None], writing: AbstractSet[str]) -> list[TurnRecord]:
    """Every turn in the order they began; None among the records is one that does not open.

    A damaged record inside an unfinished turn shows in that turn's answer, any other as a turn of its
    own that holds the placeholder.
    """
    assembly = _Assembly()
    for record in records:
        if record is None:
            assembly.take_damaged()
        else:
            assembly.take(json.loads(record))
    return _with_siblings(_with_parents(assembly.drafts, writing))


def branch_of(tree: Sequence[TurnRecord], end: str | None) -> list[TurnRecord]:
    """The turns from the first one to `end`, oldest first; nothing for None.

    Messages of which only the place is known come along behind the turn that was written before them.
    """
    if end is None:
        return []
    parents = {turn.id: turn.parent for turn in tree}
    path: set[str | None] = {None}
    while end in parents and end not in path:
        path.add(end)
        end = parents[end]
    return [turn for turn in tree if turn.id in path or (turn.lost and turn.parent in path)]


def leaf_of(tree: Sequence[TurnRecord], turn: str | None) -> str | None:
    """The end of the newest branch that goes through `turn`; through any, for an unknown turn or None."""
    known = [one for one in tree if not one.lost]
    newest = {one.parent: one.id for one in known}
    leaf = turn if any(one.id == turn for one in known) else None
    if leaf is None:
        return known[-1].id if known else None
    passed: set[str] = set()
    while leaf in newest and leaf not in passed:
        passed.add(leaf)
        leaf = newest[leaf]
    return leaf


def _with_parents(drafts: Sequence[_Draft], writing: AbstractSet[str]) -> list[TurnRecord]:
    """A parent is an earlier turn; where none such is named, it is the one written before."""
    placed: list[TurnRecord] = []
    known: set[str | None] = {None}
    before: str | None = None
    for draft in drafts:
        parent = before
        if draft.parent is not LATEST and draft.parent in known:
            parent = draft.parent
        placed.append(replace(draft.record(writing), parent=parent))
        if not draft.lost:
            known.add(draft.id)
            before = draft.id
    return placed


def _with_siblings(turns: Sequence[TurnRecord]) -> list[TurnRecord]:
    families: dict[str | None, list[str]] = {}
    for turn in turns:
        if not turn.lost:
            families.setdefault(turn.parent, []).append(turn.id)
    return [
        turn
        if turn.lost or len(families[turn.parent]) < 2  # noqa: PLR2004 - alone
        else replace(turn, siblings=tuple(families[turn.parent]))
        for turn in turns
    ]


class _Assembly:
    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._by_id: dict[str, _Draft] = {}

    def take_damaged(self) -> None:
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.ending is not None:
            last = _Draft(id=f"{len(self.drafts):032x}", prompt="", started="", lost=True)
            self.drafts.append(last)
        last.damaged += 1
        if last.lost:
            last.prompt = damaged_messages(last.damaged)
        else:
            last.pieces.append(f"\n[{damaged_messages(1)}]\n")

    def take(self, said: dict[str, Any]) -> None:
        turn = str(said["turn"])
        if said["what"] == "prompt":
            draft = self._begin(turn, str(said["text"]), str(said["time"]))
            draft.parent = None if said["parent"] is None else str(said["parent"])
            draft.imported = said.get("imported") is True
            return
        draft = self._by_id.get(turn) or self._adopt(turn)
        if said["what"] == "partial":
            draft.pieces.append(str(said["text"]))
        elif said["what"] == "rating":
            draft.rating = _rating_of(said)
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
        if last is None or not last.lost:
            return self._begin(turn, damaged_messages(1), "")
        last.id, last.lost = turn, False
        self._by_id[turn] = last
        return last


def _rating_of(said: dict[str, Any]) -> RatingRecord | None:
    if said["rating"] not in ("good", "bad"):
        return None
    return RatingRecord(said["rating"], str(said["reason"]), str(said["time"]))
