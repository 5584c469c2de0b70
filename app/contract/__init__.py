"""The shapes that scripts rely on: what the commands print as JSON, and what the history keeps.

`inhouse config schema --of NAME` prints their JSON schema; a test holds every command to them.
"""

from __future__ import annotations

from app.contract.ask import (
    AskShape,
    BatchAskShape,
    BatchQuestion,
    BatchQuestionTurn,
    BudgetShape,
    ConflictShape,
    EntityShape,
    FindingShape,
    Mode,
    ModelShape,
    PassageShape,
    QueryShape,
    QuoteShape,
    SafetyShape,
    SentenceShape,
    Support,
    TokensShape,
    VerdictShape,
)
from app.contract.base import Shape
from app.contract.documents import (
    AddShape,
    DocumentShape,
    DocumentsShape,
    FileShape,
    RemoveShape,
    SearchShape,
)
from app.contract.history import ConversationShape, ConversationsShape, HistoryShape, TurnShape

__all__ = [
    "SHAPES",
    "AddShape",
    "AskShape",
    "BatchAskShape",
    "BatchQuestion",
    "BatchQuestionTurn",
    "BudgetShape",
    "ConflictShape",
    "ConversationShape",
    "ConversationsShape",
    "DocumentShape",
    "DocumentsShape",
    "EntityShape",
    "FileShape",
    "FindingShape",
    "HistoryShape",
    "Mode",
    "ModelShape",
    "PassageShape",
    "QueryShape",
    "QuoteShape",
    "RemoveShape",
    "SafetyShape",
    "SearchShape",
    "SentenceShape",
    "Shape",
    "Support",
    "TokensShape",
    "TurnShape",
    "VerdictShape",
]

SHAPES: dict[str, type[Shape]] = {
    "ask": AskShape,
    "ask-jsonl": BatchAskShape,
    "ask-jsonl-input": BatchQuestion,
    "docs-add": AddShape,
    "docs-list": DocumentsShape,
    "docs-remove": RemoveShape,
    "docs-search": SearchShape,
    "history-list": ConversationsShape,
    "history-show": HistoryShape,
}
