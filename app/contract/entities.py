"""The catalogue of entities."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.base import Shape


class MentionShape(Shape):
    """A mention and what it stands for."""

    text: str
    label: str = Field(description="spaCy's type, or ACRONYM")
    start: int
    end: int
    id: str | None = Field(description="catalogue entry; null means unknown, never a guess")
    name: str | None
    value: str | None = Field(description="a date or period in ISO 8601, or an amount with its currency")
    kind: str | None
    reason: str = Field(description="why it was linked, or why not")


class LinkShape(Shape):
    """`inhouse entities link --json`."""

    text: str
    entities: list[MentionShape]


class KnownEntityShape(Shape):
    """One entry of the catalogue."""

    id: str
    name: str
    kind: str
    aliases: list[str]
    description: str
    origin: Literal["loaded", "mined", "corrected"]
    sources: list[str] = Field(description="ids of the chunks that define it")


class KnownEntitiesShape(Shape):
    """`inhouse entities list --json`."""

    entities: list[KnownEntityShape]


class EntitiesLoadShape(Shape):
    """`inhouse entities load --json`: numbers of entries."""

    added: int
    changed: int
    unchanged: int
    removed: int
    warnings: list[str]
