"""The shapes that scripts rely on: what the commands print as JSON, and what the history keeps.

`inhouse config schema --of NAME` prints their JSON schema; a test holds every command to them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Support = Literal["supported", "partly", "not_found", "not_checked"]


class Shape(BaseModel):
    """Unknown keys are refused, so that a renamed key cannot pass unnoticed. Never in `repr`: it is text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class SentenceShape(Shape):
    """One sentence of the answer with what it rests on."""

    text: str
    citations: list[str] = Field(description="chunk ids")
    support: Support


class PassageShape(Shape):
    """A passage that was found."""

    id: str = Field(description="chunk id")
    document: str
    title: str
    page: int | None
    line_start: int | None
    line_end: int | None
    text: str
    score: float
    dense: float | None = Field(description="cosine similarity, -1 to 1")
    lexical: float | None = Field(description="BM25, larger is better")
    used: bool = Field(description="cited by the answer; the others were only looked at")


class QueryShape(Shape):
    """The prompt at three points of its way."""

    original: str
    normalised: str
    standalone: str


class EntityShape(Shape):
    """A mention in the prompt."""

    text: str
    label: str
    start: int
    end: int
    id: str | None
    name: str | None


class FindingShape(Shape):
    """What one check noticed."""

    check: str
    action: Literal["allow", "warn", "mask", "block"]
    reason: str
    start: int
    end: int


class VerdictShape(Shape):
    """What all checks at one point decided."""

    action: Literal["allow", "warn", "mask", "block"]
    findings: list[FindingShape]


class SafetyShape(Shape):
    """The checks at three of the four points; documents are checked when they are added."""

    prompt: VerdictShape
    passages: VerdictShape
    answer: VerdictShape


class ModelShape(Shape):
    """What really ran."""

    name: str
    sha256: str
    backend: str
    layers: int
    offloaded: int


class BudgetShape(Shape):
    """How the context window was shared out, in tokens."""

    context: int
    system: int
    documents: int
    history: int
    prompt: int
    reserved: int
    left_out: list[str]


class TokensShape(Shape):
    """What the model did."""

    prompt: int
    reused: int
    evaluated: int
    generated: int
    per_second: float


class AskShape(Shape):
    """One answered (or refused) prompt: `inhouse ask --json`, and the sealed record of a turn."""

    outcome: Literal["answered", "not_in_documents", "refused", "stopped", "failed"]
    answer: str
    sentences: list[SentenceShape]
    passages: list[PassageShape]
    query: QueryShape
    entities: list[EntityShape]
    safety: SafetyShape
    model: ModelShape | None
    budget: BudgetShape
    tokens: TokensShape
    timings_ms: dict[str, float] = Field(description="stage name to duration, plus first_token and total")
    notices: list[str] = Field(default_factory=list, description="what the person must know about the answer")
    exit_code: int = Field(default=0, exclude=True)
    conversation: str
    turn: str


class BatchAskShape(AskShape):
    """One line of `inhouse ask --jsonl`."""

    id: str


class FileShape(Shape):
    """What became of one file."""

    path: str
    status: Literal["added", "updated", "unchanged", "duplicate", "empty", "skipped", "failed"]
    reason: str
    pages: int | None
    characters: int
    chunks: int


class AddShape(Shape):
    """`inhouse docs add --json`."""

    files: list[FileShape]
    totals: dict[str, int] = Field(description="status to count")
    notice: str = ""


class SearchShape(Shape):
    """`inhouse docs search --json`."""

    passages: list[PassageShape]
    notice: str = ""


class DocumentShape(Shape):
    """One live document."""

    id: str
    path: str
    title: str
    kind: str
    pages: int | None
    characters: int
    chunks: int
    added: str


class DocumentsShape(Shape):
    """`inhouse docs list --json`."""

    documents: list[DocumentShape]


class RemoveShape(Shape):
    """`inhouse docs remove --json`."""

    removed: list[str]
    notice: str = ""


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


class BatchQuestionTurn(Shape):
    """An earlier exchange line given to `ask --jsonl`."""

    speaker: Literal["user", "agent"]
    text: str


class BatchQuestion(Shape):
    """One input line of `ask --jsonl`."""

    id: str
    question: str
    turns: list[BatchQuestionTurn] = Field(default_factory=list)


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
