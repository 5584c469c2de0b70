"""A document as its loader saw it, and as it is cut into chunks."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, list item, table row group or heading, with its position."""

    text: str = field(repr=False)
    heading: tuple[str, ...] = ()
    """Headings above it, outermost first."""

    page: int | None = None
    """Counted from 1."""

    line_start: int | None = None
    line_end: int | None = None
    """Counted from 1, inclusive."""

    place: str = ""
    """What pages and lines cannot say: "slide 3", "sheet Prices, A2:D9", "attachment rates.pdf"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDocument:
    """Text with positions; what every loader returns."""

    title: str
    kind: str
    """Format, as `grounding.loaders.registry` names it."""

    blocks: tuple[Block, ...] = field(repr=False)
    pages: int | None = None
    dated: str | None = None
    """The date the document gives itself, ISO 8601, as far as known: "2026-03-01", "2026-03", "2026"."""

    warnings: tuple[str, ...] = ()

    @property
    def characters(self) -> int:
        """How much text the loader found."""
        return sum(len(block.text) for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a document version that is embedded, indexed and cited as one."""

    id: str
    ordinal: int
    """Place within its document version, counted from 0."""

    text: str = field(repr=False)
    heading: tuple[str, ...] = ()
    page: int | None = None
    line_start: int | None = None
    line_end: int | None = None
    place: str = ""
    """As in `Block`; no chunk holds text of two places."""
