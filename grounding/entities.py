"""Names, dates and amounts found in a text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedEntity:
    """A mention, and what it stands for if that is known."""

    text: str = field(repr=False)
    label: str
    """spaCy's type: PERSON, ORG, GPE, DATE, MONEY, CARDINAL and so on; ACRONYM for ours."""

    start: int
    end: int
    """Character offsets into the text that was searched, end exclusive."""

    id: str | None = None
    """Catalogue entry; None means unknown, never a guess."""

    name: str | None = field(default=None, repr=False)
    """Canonical name of the catalogue entry."""

    value: str | None = None
    """What a date stands for, ISO 8601: a day, or "first day/last day" of a period; an amount of money as
    "1200 EUR"; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedMention:
    """An entity with the grounds for what was made of it."""

    entity: LinkedEntity
    kind: str | None = None
    """Kind of the catalogue entry, also when several share the name and none was chosen; else None."""

    reason: str = ""
    """Why it was linked, or why not; never text of a document."""
