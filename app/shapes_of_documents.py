"""What the knowledge base says of itself, in the shapes that are printed and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.contract import DocumentShape, GenerationShape
from app.contract.explain import CandidateShape, CorrectionShape, ExplainShape
from app.result import passage_shape
from grounding.ranking.explanation import Explanation

if TYPE_CHECKING:
    from grounding.library.entries import DocumentEntry, Generation
    from grounding.passages import Retrieval


def explain_shape(query: str, found: Retrieval) -> ExplainShape:
    """Why a search brought what it brought; without candidates where nothing could be told."""
    told = found.explanation or Explanation(query=query, searched=query)
    return ExplainShape(
        query=told.query,
        searched=told.searched,
        terms=list(told.terms),
        corrections=[CorrectionShape(**asdict(one)) for one in told.corrections],
        entities=list(told.entities),
        context=told.context,
        candidates=[
            CandidateShape(**asdict(one) | {"heading": list(one.heading)}) for one in told.candidates
        ],
        passages=[passage_shape(one) for one in found.passages],
        index=found.index,
        notice=found.notice,
        timings_ms=told.milliseconds,
    )


def generation_shapes(generations: Sequence[Generation]) -> list[GenerationShape]:
    """The states that can be gone back to, newest first."""
    return [GenerationShape.model_validate(one, from_attributes=True) for one in generations]


def document_shape(entry: DocumentEntry, also_at: Sequence[str]) -> DocumentShape:
    """A live document, with the places of its copies."""
    shape = DocumentShape.model_validate(entry, from_attributes=True)
    return shape.model_copy(update={"also_at": list(also_at)})
