"""Tells of every candidate what was weighed, what became of it, and what moved it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grounding.passages import Passage
from grounding.ranking.evidence import Candidate
from grounding.ranking.explanation import ExplainedCandidate, Explanation
from grounding.ranking.neighbours import Chosen

FROM_THE_LAST_TURN = "from the last turn"
FROM_THE_CONVERSATION = "from the conversation"


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
            source="" if one.fused else FROM_THE_LAST_TURN,
        )
        for name, one in sorted(once.items(), key=lambda item: -item[1].score)
    )


def with_conversation(
    alone: Explanation,
    within: Explanation,
    context: str,
    *,
    before: Sequence[Passage],
    after: Sequence[Passage],
) -> Explanation:
    """What was told of the search for the question, and what the search with its conversation changed.

    `before` are the passages of the question alone, `after` the same and others in the order of both.
    """
    known = {one.id for one in alone.candidates}
    others = tuple(
        replace(one, source=one.source or FROM_THE_CONVERSATION)
        for one in within.candidates
        if one.id not in known
    )
    took = alone.milliseconds
    return replace(
        alone,
        terms=tuple(dict.fromkeys((*alone.terms, *within.terms))),
        entities=tuple(dict.fromkeys((*alone.entities, *within.entities))),
        context=context,
        candidates=_moved((*alone.candidates, *others), before, after, "the conversation speaks for it"),
        milliseconds=took | {name: more + took.get(name, 0.0) for name, more in within.milliseconds.items()},
    )


def with_editions(told: Explanation, older: Mapping[str, str]) -> Explanation:
    """With the reason why passages were put first; `older` maps their ids to the document they replace."""
    return replace(
        told,
        candidates=tuple(
            replace(one, moved=f"newer edition of {older[one.id]}") if one.id in older else one
            for one in told.candidates
        ),
    )


def in_final_order(told: Explanation, passages: Sequence[Passage]) -> Explanation:
    """The candidates as they are shown in the end: the passages in their order, then the dropped ones."""
    places = {one.id: place for place, one in enumerate(passages)}
    within = {part: one.id for one in passages for part in one.joined if part != one.id}
    kept = (
        replace(one, dropped=_became(one, places, within))
        for one in sorted(told.candidates, key=lambda one: places.get(one.id, len(places)))
    )
    return replace(told, candidates=tuple(kept))


def _became(one: ExplainedCandidate, places: Mapping[str, int], within: Mapping[str, str]) -> str:
    if one.id in places:
        return ""
    if one.id in within:
        return f"joined to {within[one.id]}"
    return one.dropped or "beyond the limit"


def _moved(
    candidates: Sequence[ExplainedCandidate], before: Sequence[Passage], after: Sequence[Passage], why: str
) -> tuple[ExplainedCandidate, ...]:
    """With the reason at those that stand before one which stood before them."""
    places = {one.id: place for place, one in enumerate(before)}
    lowest = len(places)
    up: set[str] = set()
    for one in reversed(after):
        place = places.get(one.id, len(places))
        if place > lowest:
            up.add(one.id)
        lowest = min(lowest, place)
    return tuple(replace(one, moved=why) if one.id in up else one for one in candidates)


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
