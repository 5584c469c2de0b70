"""A question, and what became of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.base import Shape

Support = Literal["supported", "partly", "not_found", "not_checked"]


class SentenceShape(Shape):
    """One sentence of the answer with what it rests on."""

    text: str
    citations: list[str] = Field(description="chunk ids")
    support: Support
    score: float = Field(default=0.0, description="0, contradicted or absent, to 1, supported")
    reasons: list[str] = Field(default_factory=list)


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
    entity: float | None = Field(default=None, description="share of the question's known names in it")
    heading: list[str] = Field(default_factory=list, description="outermost first")
    place: str = Field(default="", description="slide, cell range or attachment")
    dated: str | None = Field(default=None, description="date the document gives itself, ISO 8601")
    collection: str = Field(default="", description="the one that its document belongs to")
    stale: Literal["", "changed", "gone"] = Field(default="", description="the file since it was read")
    used: bool = Field(description="cited by the answer; the others were only looked at")


class QueryShape(Shape):
    """The prompt at three points of its way."""

    original: str
    normalised: str
    standalone: str
    searched: str = Field(default="", description="after spelling; what was really searched for")


class EntityShape(Shape):
    """A mention in the prompt."""

    text: str
    label: str
    start: int
    end: int
    id: str | None
    name: str | None
    value: str | None = Field(default=None, description="what a date stands for, ISO 8601")


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


class QuoteShape(Shape):
    """The best sentence of the passages, word for word."""

    text: str
    citation: str = Field(description="chunk id")


class ConflictShape(Shape):
    """Two passages that say different things about the same."""

    what: str = Field(description="for people: what they disagree about")
    preferred: str = Field(description="chunk id; of the newer document where the dates are known")
    other: str = Field(description="chunk id")
    preferred_text: str = Field(default="", description="the statement, word for word")
    other_text: str = Field(default="", description="the statement, word for word")
    reason: str = Field(description="why one is preferred, or that neither is")


Mode = Literal["documents_only", "documents_first", "free"]


class AskShape(Shape):
    """One answered (or refused) prompt: `inhouse ask --json`, and the sealed record of a turn."""

    outcome: Literal["answered", "not_in_documents", "refused", "stopped", "failed"]
    answer: str
    sentences: list[SentenceShape] = Field(description="those of the answer, in order")
    passages: list[PassageShape]
    query: QueryShape
    entities: list[EntityShape]
    safety: SafetyShape
    model: ModelShape | None
    budget: BudgetShape
    tokens: TokensShape
    timings_ms: dict[str, float] = Field(description="stage name to duration, plus first_token and total")
    notices: list[str] = Field(default_factory=list, description="what the person must know about the answer")
    mode: Mode = "documents_only"
    from_documents: bool = Field(default=True, description="false: a general answer, not from the documents")
    quote: QuoteShape | None = None
    conflicts: list[ConflictShape] = Field(default_factory=list)
    left_out: list[SentenceShape] = Field(
        default_factory=list,
        description="what the model wrote and the answer does not show: unsupported or repeated",
    )
    exit_code: int = Field(default=0, exclude=True)
    conversation: str
    turn: str


class BatchAskShape(AskShape):
    """One line of `inhouse ask --jsonl`."""

    id: str


class BatchQuestionTurn(Shape):
    """An earlier exchange line given to `ask --jsonl`."""

    speaker: Literal["user", "agent"]
    text: str


class BatchQuestion(Shape):
    """One input line of `ask --jsonl`."""

    id: str
    question: str
    turns: list[BatchQuestionTurn] = Field(default_factory=list)
