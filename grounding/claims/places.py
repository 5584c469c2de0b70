"""Finds the place among the sources that is nearest to a claim, and how much of the claim stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from grounding.claims.scoring import Evidence
from grounding.claims.taken_apart import Claim, Source
from grounding.text.words import content_stems

_SAME_MATTER = 0.5
"""Share of words from which a sentence is about the same thing, so that it can contradict."""

ADDITION = 2
"""Absent words in a row that are more than another choice of word."""


@dataclass(frozen=True, slots=True)
class Place:
    """The best place for a claim among its sources."""

    evidence: Evidence = field(default_factory=Evidence)
    relevance: float = 0.0
    sentence: str = field(default="", repr=False)
    """The nearest single sentence, if it is about the same matter."""

    near: str = field(default="", repr=False)
    added: tuple[str, ...] = field(default=(), repr=False)
    """The longest run of the claim's content words that are nowhere in the sources."""

    foreign: tuple[str, ...] = field(default=(), repr=False)
    """The longest phrase or clause of the claim of which no word is in the sources."""


def best_place(claim: Claim, sources: Sequence[Source]) -> Place:
    """Windows lie within one source; what is nowhere is nowhere in any of them."""
    listed = [(set(stems), text) for source in sources for text, stems in source.sentences]
    context = frozenset[str]().union(*(source.context for source in sources))
    held = context.union(*(stems for stems, _ in listed))
    # A date or amount was compared as a fact; written in another way it is not missing a second time.
    said = [stem for stem in claim.stems if stem in held or stem not in claim.fact_stems]
    wanted = set(said)
    if not wanted or not listed:
        return Place()
    window, relevance = max(
        _windows(wanted, set(content_stems(claim.question)), source) for source in sources
    )
    single, sentence = max((_share(wanted, stems), text) for stems, text in listed)
    three, near = _greedy(wanted, context, listed)
    added = _longest_absent_run(said, held)
    evidence = Evidence(
        window=window,
        three=three,
        pairs=max(_pair_share(said, source) for source in sources),
        single=single,
        absent=len(added),
    )
    foreign = max(
        (phrase for phrase in claim.phrases if len(phrase) >= ADDITION and not held.intersection(phrase)),
        key=len,
        default=(),
    )
    return Place(evidence, relevance, sentence if single >= _SAME_MATTER else "", near, added, foreign)


def _windows(wanted: set[str], asked: set[str], source: Source) -> tuple[float, float]:
    """The best two neighbouring sentences: share of the claim's words, and of the question's beside them."""
    stems = [set(words) for _, words in source.sentences]
    windows = [here | after for here, after in pairwise(stems)] if len(stems) > 1 else stems
    return max(
        ((_share(wanted, held | source.context), _share(asked, held | source.context)) for held in windows),
        default=(0.0, 0.0),
    )


def _greedy(
    wanted: set[str], context: frozenset[str], listed: Sequence[tuple[set[str], str]]
) -> tuple[float, str]:
    """Share of the words in the three sentences that together hold most of them, and their text."""
    left, chosen = wanted - context, list[str]()
    for _ in range(3):
        stems, text = max(listed, key=lambda pair: len(left & pair[0]))
        if not left & stems:
            break
        left -= stems
        chosen.append(text)
    return 1 - len(left) / len(wanted), " ".join(chosen)


def _share(wanted: set[str], present: set[str] | frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _longest_absent_run(stems: Sequence[str], present: frozenset[str]) -> tuple[str, ...]:
    words = [stem for stem in stems if not stem[0].isdigit()]  # numbers were compared as facts
    runs = [tuple(run) for absent, run in groupby(words, lambda stem: stem not in present) if absent]
    return max(runs, key=len, default=())


def _pair_share(stems: Sequence[str], source: Source) -> float:
    """Share of the claim's neighbouring words that are neighbours in the passage as well."""
    wanted = set(pairwise(stems))
    present = {pair for _, words in source.sentences for pair in pairwise(words)}
    return len(wanted & present) / len(wanted) if wanted else 0.0
