"""Kept conversations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.ask import AskShape
from app.contract.base import Shape


class ConversationShape(Shape):
    """One conversation in `inhouse history list --json`."""

    id: str
    title: str
    created: str
    updated: str
    turns: int


class ConversationsShape(Shape):
    """`inhouse history list --json`."""

    conversations: list[ConversationShape]


class TurnShape(Shape):
    """One turn as the history keeps it."""

    id: str
    state: Literal["complete", "interrupted", "stopped", "failed", "refused"]
    started: str
    prompt: str
    answer: str
    result: AskShape | None = Field(description="null while a turn was cut off before its end")


class HistoryShape(Shape):
    """`inhouse history show --json`."""

    conversation: str
    turns: list[TurnShape]
