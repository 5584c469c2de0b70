"""Why a search brought what it brought, and how well searches do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.ask import PassageShape
from app.contract.base import Shape


class CorrectionShape(Shape):
    """A word that was repaired before searching."""

    written: str
    read_as: str


class CandidateShape(Shape):
    """One chunk that some search proposed."""

    id: str = Field(description="chunk id")
    document: str
    place: str = Field(description="page, lines, slide or cells")
    heading: list[str]
    dense: float | None = Field(description="cosine similarity, -1 to 1")
    lexical: float | None = Field(description="BM25, larger is better")
    entity: float | None = Field(description="share of the question's known names in it")
    fused: float = Field(description="reciprocal rank fusion of the searches")
    score: float = Field(description="after the second look; orders the passages unless `moved` says why")
    dropped: str = Field(description="why it is no passage; empty if it is one")
    source: str = Field(
        default="", description="what brought it, if not a search for the question: the last turn, say"
    )
    moved: str = Field(default="", description="why it stands higher than its score would put it")


class ExplainShape(Shape):
    """`inhouse docs explain --json`."""

    query: str
    searched: str = Field(description="after spelling")
    terms: list[str] = Field(description="what the full-text search looked for")
    corrections: list[CorrectionShape]
    entities: list[str] = Field(description="catalogue entries that the query mentions")
    context: str = Field(
        default="", description="what of the conversation was searched for with it, in a second search"
    )
    candidates: list[CandidateShape] = Field(
        description="the passages in their order, then what was dropped, best first"
    )
    passages: list[PassageShape]
    index: str
    notice: str
    timings_ms: dict[str, float] = Field(description="step to duration")


class FiguresShape(Shape):
    """Means over all questions, 0 to 1."""

    generation: int
    recall: dict[str, float] = Field(
        description='"1", "3", "5", "10": share of the relevant documents among the first so many'
    )
    mrr: float = Field(description="mean of 1 / rank of the first relevant document; 0 if none is found")


class JudgedQuestionShape(Shape):
    """What one question found in the newest generation."""

    id: str
    rank: int | None = Field(description="of the first relevant document, counted from 1; null if not found")
    documents: list[str] = Field(description="best first, each once")


class EvalShape(Shape):
    """`inhouse docs eval --json`."""

    now: FiguresShape
    before: FiguresShape | None = Field(description="the generation before, asked the same questions")
    gate: Literal["not asked", "passed", "refused"]
    generation: int = Field(description="the newest generation in the end; a refused one is rolled back")
    notice: str = ""
    questions: list[JudgedQuestionShape]
