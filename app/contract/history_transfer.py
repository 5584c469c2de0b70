"""Conversations on their way out of the history and into it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from app.contract.base import Shape
from app.contract.history import RatingShape

FORMAT = "inhouse-history"

Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Time = Annotated[str, Field(max_length=40)]


class SourceShape(Shape):
    """Where a passage came from; its text stands in the result."""

    id: str = Field(description="chunk id")
    document: str
    place: str = Field(description="page, lines, slide or cells; empty if unknown")
    sha256: str = Field(description="of the passage's text in UTF-8")
    used: bool = Field(description="cited by the answer; the others were only shown")


class ExportedTurn(Shape):
    """One turn, with all that is kept of it."""

    id: Id
    parent: Id | None = Field(description="the turn it follows, always one further up; null for a first one")
    state: Literal["complete", "interrupted", "stopped", "failed", "refused"]
    started: Time
    prompt: str
    answer: str
    streamed: str | None = Field(
        default=None, description="what was seen while it was written, where the answer is another"
    )
    result: JsonValue = Field(
        default=None, description="`ask --json`, with verdicts, passages, model and times; null if cut off"
    )
    sources: list[SourceShape] = Field(default=[])
    rating: RatingShape | None = None


class ExportedConversation(Shape):
    """One conversation."""

    id: Id
    title: str
    created: Time
    updated: Time
    tags: list[str] = Field(default=[])
    pinned: bool = False
    archived: bool = False
    binned: Time | None = None
    shown: Id | None = Field(default=None, description="the last turn of the branch that is shown")
    damaged: int = Field(default=0, description="messages that do not open and so are missing here")
    turns: list[ExportedTurn]


class HistoryExport(Shape):
    """`inhouse history export --format json`."""

    format: Literal["inhouse-history"]
    version: Literal[1]
    conversations: list[ExportedConversation]


class ImportNote(Shape):
    """Something that was not taken over as it stood."""

    conversation: str = Field(description="its title; empty if the whole file is meant")
    reason: str
    taken: bool = Field(description="whether the conversation was imported all the same")


class ImportShape(Shape):
    """`inhouse history import --json`."""

    source: Literal["inhouse", "chatgpt", "open-webui"]
    imported: list[str] = Field(description="ids of the new conversations")
    turns: int
    already_here: int = Field(description="conversations that had been imported or exported from here before")
    notes: list[ImportNote]
