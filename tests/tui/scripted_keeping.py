"""Conversations kept in order in memory: what the window asks for, without keys and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.contract import (
    BackupShape,
    ConversationShape,
    ErasureShape,
    HistorySearchShape,
    HitShape,
    Rating,
    RatingShape,
    SearchFilters,
    TurnShape,
)
from app.tui.keeping import ExportFormat

WHEN = "2026-11-22T15:59:00+00:00"
BACKUP = BackupShape(
    path="backups/2026-11-21.inhouse",
    taken="2026-11-21T09:00:00+00:00",
    generation=7,
    conversations=3,
    bytes=40_960,
    until="2026-12-21T09:00:00+00:00",
)


def hit(conversation: str, turn: str | None, snippet: str, found: str, title: str = "Mileage") -> HitShape:
    """A find of `found` in a piece of text."""
    start = snippet.index(found)
    return HitShape(
        conversation=conversation,
        title=title,
        turn=turn,
        part="answer" if turn else "title",
        time="2026-11-20T09:00:00+00:00",
        snippet=snippet,
        highlights=[(start, start + len(found))],
        score=1.0,
    )


@dataclass
class ScriptedKeeping:
    """Public fields are the script and what a test may look at afterwards."""

    listed: list[ConversationShape]
    tree: dict[str, list[TurnShape]]
    """All turns of a conversation, oldest first."""

    branch: dict[str, str] = field(default_factory=dict)
    """The end of the branch that is shown."""

    hits: list[HitShape] = field(default_factory=list)
    searched: list[int] = field(default_factory=list)
    """Turns searched at each search, of 10,000; empty when the index is whole."""

    queries: list[tuple[str, SearchFilters]] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    drafts: dict[str | None, str] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    merged: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    exported: list[tuple[str, ExportFormat, Path]] = field(default_factory=list)
    trouble: Exception | None = None
    """Raised by everything that writes."""

    def search(self, query: str, filters: SearchFilters, limit: int = 50) -> HistorySearchShape:
        self.queries.append((query, filters))
        searched = self.searched.pop(0) if self.searched else 10_000
        hits = [one for one in self.hits if query.casefold() in one.snippet.casefold()][:limit]
        return HistorySearchShape(query=query, hits=hits, searched=searched, of=10_000)

    def remember_search(self, query: str) -> None:
        self.remembered.insert(0, query)

    def remembered_searches(self) -> Sequence[str]:
        return self.remembered

    def rename(self, conversation: str, title: str) -> None:
        self._change(conversation, title=title or self.tree[conversation][0].prompt)

    def tag(self, conversation: str, tags: Sequence[str]) -> None:
        self._change(conversation, tags=list(tags))

    def pin(self, conversation: str, *, pinned: bool) -> None:
        self._change(conversation, pinned=pinned)

    def archive(self, conversation: str, *, archived: bool) -> None:
        self._change(conversation, archived=archived)

    def put_in_bin(self, conversation: str) -> None:
        self._change(conversation, binned=WHEN)

    def take_from_bin(self, conversation: str) -> None:
        self._change(conversation, binned=None)

    def erase(self, conversations: Sequence[str]) -> ErasureShape:
        self._refuse()
        self.erased += conversations
        self.listed[:] = [one for one in self.listed if one.id not in conversations]
        words = "Nobody can read it again; the backup below still holds it."
        return ErasureShape(conversations=len(conversations), records=12, backups=[BACKUP], words=words)

    def merge(self, into: str, others: Sequence[str]) -> None:
        self.merged.append((into, tuple(others)))
        for other in others:
            self.put_in_bin(other)

    def choose_branch(self, conversation: str, turn: str) -> Sequence[TurnShape]:
        self._refuse()
        end = turn
        while after := [one.id for one in self.tree[conversation] if one.parent == end]:
            end = after[-1]
        self.branch[conversation] = end
        return self.shown(conversation)

    def rate(self, conversation: str, turn: str, rating: Rating | None, reason: str = "") -> None:
        self._refuse()
        shape = RatingShape(rating=rating, reason=reason, time=WHEN) if rating else None
        self.tree[conversation] = [
            one.model_copy(update={"rating": shape}) if one.id == turn else one
            for one in self.tree[conversation]
        ]

    def draft(self, conversation: str | None) -> str:
        return self.drafts.get(conversation, "")

    def keep_draft(self, conversation: str | None, text: str) -> None:
        self._refuse()
        if text:
            self.drafts[conversation] = text
        else:
            self.drafts.pop(conversation, None)

    def export(self, conversation: str, form: ExportFormat, target: Path) -> None:
        self._refuse()
        self.exported.append((conversation, form, target))

    def shown(self, conversation: str) -> list[TurnShape]:
        """The branch on screen, each turn with those beside it."""
        tree = self.tree[conversation]
        known = {one.id: one for one in tree}
        path: list[TurnShape] = []
        at: str | None = self.branch.get(conversation, tree[-1].id if tree else None)
        while at in known:
            turn = known[at]
            beside = [one.id for one in tree if one.parent == turn.parent]
            path.insert(0, turn.model_copy(update={"siblings": beside if len(beside) > 1 else []}))
            at = turn.parent
        return path

    def _change(self, conversation: str, **changes: Any) -> None:
        self._refuse()
        self.listed[:] = [
            one.model_copy(update=changes) if one.id == conversation else one for one in self.listed
        ]

    def _refuse(self) -> None:
        if self.trouble is not None:
            raise self.trouble
