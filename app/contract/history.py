"""Kept conversations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.ask import AskShape
from app.contract.base import Shape

Rating = Literal["good", "bad"]

SearchedPart = Literal["title", "tag", "prompt", "answer", "source"]


class ConversationShape(Shape):
    """One conversation in `inhouse history list --json`."""

    id: str
    title: str
    created: str
    updated: str
    turns: int
    tags: list[str] = Field(default=[])
    pinned: bool = False
    archived: bool = False
    binned: str | None = Field(
        default=None, description="since when it lies in the bin; null while it does not"
    )
    damaged: bool = Field(default=False, description="it can be read as far as it opens, but not continued")


class ConversationsShape(Shape):
    """`inhouse history list --json`."""

    conversations: list[ConversationShape]


class RatingShape(Shape):
    """What a person thought of an answer."""

    rating: Rating
    reason: str = ""
    time: str


class TurnShape(Shape):
    """One turn as the history keeps it."""

    id: str
    state: Literal["complete", "interrupted", "stopped", "failed", "refused"]
    started: str
    prompt: str
    answer: str
    result: AskShape | None = Field(description="null while a turn was cut off before its end")
    parent: str | None = Field(default=None, description="the turn it follows; null for the first")
    siblings: list[str] = Field(
        default=[],
        description="turns that follow the same one, oldest first, this one included; empty if alone",
    )
    rating: RatingShape | None = None


class HistoryShape(Shape):
    """`inhouse history show --json`."""

    conversation: str
    turns: list[TurnShape]


class SearchFilters(Shape):
    """What a search is narrowed to; every filter that is set must hold."""

    after: str | None = Field(default=None, description="day, ISO 8601, this one included")
    before: str | None = Field(default=None, description="day, ISO 8601, this one included")
    model: str | None = None
    collection: str | None = Field(default=None, description="a collection that a shown passage came from")
    rating: Rating | None = None
    with_sources: bool | None = None
    tag: str | None = None
    archived: bool | None = None


class HitShape(Shape):
    """One find in the history."""

    conversation: str
    title: str
    turn: str | None = Field(description="null where the title or a tag of the conversation was found")
    part: SearchedPart
    time: str
    snippet: str
    highlights: list[tuple[int, int]] = Field(
        description="places in the snippet, end exclusive, in characters"
    )
    score: float = Field(description="higher is better; comparable within one search only")


class HistorySearchShape(Shape):
    """`inhouse history search --json`."""

    query: str
    hits: list[HitShape]
    searched: int = Field(description="turns that were searched")
    of: int = Field(description="turns there are; more than `searched` while the index is being built")


class BackupShape(Shape):
    """One sealed copy of the history."""

    path: str
    taken: str
    generation: int
    conversations: int
    bytes: int
    until: str | None = Field(description="when it will be removed by itself; null for a copy made by hand")


class ErasureShape(Shape):
    """What an erasure destroyed, and what it did not reach."""

    conversations: int
    records: int
    backups: list[BackupShape] = Field(description="copies that still hold it, oldest first")
    words: str = Field(description="what this does and does not mean")


class ProfileShape(Shape):
    """Somebody with a history of their own under this account."""

    name: str


class ProfilesShape(Shape):
    """`inhouse history profiles --json`."""

    profiles: list[ProfileShape]
