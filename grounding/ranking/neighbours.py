"""From candidates to passages a person can read: no text twice, and neighbours of a hit joined to it.

A hit takes in the chunks next to it that were found as well, and, while it is short, those that were not.
Only chunks of one section, one page and one place are joined, so that the place that is cited stays exact and
the passage stays on one subject, and only chunks that the principal may read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grounding.catalog import CatalogView
from grounding.passages import Passage, Principal
from grounding.ranking.evidence import Candidate
from grounding.text.terms import words

_READABLE = 600
"""Characters. A shorter hit takes in its neighbours: a line seldom explains itself."""

_LONGEST = 1_500
"""Characters of a joined passage, breaks included; more is no longer one answer to one question. A chunk that
is longer by itself stays whole."""

_SPARE = 8
"""Candidates beyond the limit whose neighbours are looked up: each join frees a place."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The passages, and why each other candidate is none."""

    passages: tuple[Passage, ...]
    dropped: Mapping[str, str]
    """Chunk id to reason."""


def readable(view: CatalogView, near: Sequence[Candidate], *, limit: int, principal: Principal) -> Chosen:
    """At most `limit` passages from candidates that stand best first."""
    distinct, dropped = _distinct(near)
    looked_at = distinct[: limit + _SPARE]
    around = view.neighbours([one.passage.id for one in looked_at], 1, 1, principal)
    hits = {one.passage.id for one in looked_at}
    taken: dict[str, str] = {}
    passages: list[Passage] = []
    for one in distinct:
        own = one.passage
        if own.id in taken:
            dropped[own.id] = f"joined to {taken[own.id]}"
        elif len(passages) >= limit:
            dropped[own.id] = "beyond the limit"
        else:
            parts = _joined(own, around.get(own.id, ()), hits, frozenset(taken))
            taken |= {part.id: own.id for part in parts}
            passages.append(_as_one(one, parts))
    return Chosen(tuple(passages), dropped)


def without_overlap(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages without those that an earlier one has taken in: two searches may join alike chunks."""
    taken: set[str] = set()
    kept: list[Passage] = []
    for one in passages:
        if taken.isdisjoint((one.id, *one.joined)):
            kept.append(one)
            taken.update((one.id, *one.joined))
    return tuple(kept)


def _distinct(near: Sequence[Candidate]) -> tuple[list[Candidate], dict[str, str]]:
    """The same words twice tell nothing more: the better placed one stays."""
    first: dict[str, Candidate] = {}
    dropped: dict[str, str] = {}
    for one in near:
        same = first.setdefault(" ".join(words(one.passage.text)), one)
        if same is not one:
            dropped[one.passage.id] = f"same text as {same.passage.id}"
    return list(first.values()), dropped


def _joined(
    own: Passage, window: Sequence[Passage], hits: set[str], taken: frozenset[str]
) -> tuple[Passage, ...]:
    """The chunk with those of its window that read on from it, in order of the text."""
    if own.id not in [one.id for one in window]:
        return (own,)
    at = [one.id for one in window].index(own.id)
    parts = [own]
    # What follows explains more often than what came before.
    for other, behind in ((window[at + 1 : at + 2], True), (window[max(at - 1, 0) : at], False)):
        if other and _belongs(other[0], parts, hits=hits, taken=taken):
            parts = [*parts, other[0]] if behind else [other[0], *parts]
    return tuple(parts)


def _belongs(other: Passage, parts: Sequence[Passage], *, hits: set[str], taken: frozenset[str]) -> bool:
    length = sum(len(part.text) for part in parts)
    own = parts[0]
    same_place = (other.heading, other.page, other.place) == (own.heading, own.page, own.place)
    fits = other.id not in taken and length + len(parts) + len(other.text) <= _LONGEST
    return same_place and fits and (other.id in hits or length < _READABLE)


def _as_one(candidate: Candidate, parts: Sequence[Passage]) -> Passage:
    own = candidate.passage
    lines = [line for part in parts for line in (part.line_start, part.line_end) if line is not None]
    return replace(
        own,
        text="\n".join(part.text for part in parts),
        joined=tuple(part.id for part in parts) if len(parts) > 1 else (),
        line_start=min(lines, default=None),
        line_end=max(lines, default=None),
        score=candidate.score,
        dense=candidate.signs.meaning,
        lexical=candidate.lexical,
        entity=candidate.entity,
    )
