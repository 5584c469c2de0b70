"""Why a search brought what it brought: what `inhouse docs explain` and the window's panel show."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of the query that was repaired before searching."""

    written: str = field(repr=False)
    read_as: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCandidate:
    """One chunk that some search proposed, with everything that was weighed."""

    id: str
    """Chunk id."""

    document: str
    place: str
    """Page, lines, slide or cells, for people."""

    heading: tuple[str, ...] = field(default=(), repr=False)
    dense: float | None
    """Cosine similarity, -1 to 1."""

    lexical: float | None
    """BM25, larger is better."""

    entity: float | None
    """Share of the question's known entities that it names, 0 to 1."""

    fused: float
    """Reciprocal rank fusion of the searches; 0 if neither found it."""

    score: float
    """After the second look; what the order of the passages follows, unless `moved` says otherwise."""

    dropped: str = ""
    """Why it is no passage: "too far away", "same text as …", "beyond the limit"; empty if it is one."""

    source: str = ""
    """What brought it, if not a search for the question: "from the last turn", "from the conversation"."""

    moved: str = ""
    """Why it stands higher than its score would put it: "the conversation speaks for it", "newer edition of
    …"; empty if nothing moved it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The whole way of one query through retrieval."""

    query: str = field(repr=False)
    searched: str = field(repr=False)
    """As it was embedded, after spelling."""

    terms: tuple[str, ...] = field(default=(), repr=False)
    """Content words and aliases that the full-text search looked for."""

    corrections: tuple[Correction, ...] = ()
    entities: tuple[str, ...] = field(default=(), repr=False)
    """Canonical names of the catalogue entries that the query mentions."""

    context: str = field(default="", repr=False)
    """What of the conversation was searched for with it, in a second search."""

    candidates: tuple[ExplainedCandidate, ...] = ()
    """The passages in their final order, then what was dropped, best first."""

    milliseconds: dict[str, float] = field(default_factory=dict)
    """Step name ("spelling", "embedding", "dense", "lexical", "entities", "second look") to duration."""
