"""Tells of every candidate what was weighed and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.passages import Passage
from grounding.ranking.evidence import Candidate
from grounding.ranking.explanation import ExplainedCandidate
from grounding.ranking.neighbours import Chosen


def explained(candidates: Sequence[Candidate], chosen: Chosen) -> tuple[ExplainedCandidate, ...]:
    """Each candidate once, best first; of one that comes twice the first is told."""
    once: dict[str, Candidate] = {}
    for one in candidates:
        once.setdefault(one.passage.id, one)
    kept = {passage.id for passage in chosen.passages}
    return tuple(
        ExplainedCandidate(
            id=name,
            document=one.passage.document,
            place=place_in_words(one.passage),
            heading=one.passage.heading,
            dense=one.signs.meaning,
            lexical=one.lexical,
            entity=one.entity,
            fused=one.fused,
            score=one.score,
            dropped="" if name in kept else chosen.dropped.get(name, "too far away"),
        )
        for name, one in sorted(once.items(), key=lambda item: -item[1].score)
    )


def place_in_words(passage: Passage) -> str:
    """Where in its document a passage stands, for people; empty if that is not known."""
    if passage.place:
        return passage.place
    if passage.page:
        return f"page {passage.page}"
    if passage.line_start is None:
        return ""
    if passage.line_end in {None, passage.line_start}:
        return f"line {passage.line_start}"
    return f"lines {passage.line_start} to {passage.line_end}"
