"""What taking in documents needs from others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from grounding.catalog import CatalogView
from grounding.documents import LoadedDocument
from grounding.embedder import Embedder
from grounding.intake import Admitted


class Reader(Protocol):
    """Turns an admitted file into text; where it runs is the caller's business."""

    def read(self, admitted: Admitted) -> LoadedDocument:
        """Text with positions. Raises IntakeError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A document that is about to go live."""

    document_id: str
    version: str
    """Id of the version that goes live."""

    path: str
    title: str
    dated: str | None
    texts: tuple[str, ...] = field(repr=False)
    """Its chunks in order."""


class Kin(Protocol):
    """Looks for documents that nearly equal one that arrives."""

    def relate(self, view: CatalogView, arrival: Arrival) -> str:
        """A sentence about the nearest of the others; empty if none is near.

        `view` shows what is live, among it perhaps an earlier version of the same document.
        """
        ...

    def keep(self) -> None:
        """Store what was learnt of the arrivals since the last call. Failing that costs time alone, later."""
        ...


class NoKin:
    """Looks for nothing."""

    def relate(self, view: CatalogView, arrival: Arrival) -> str:  # noqa: ARG002 - the port's parameters
        """Nothing is near."""
        return ""

    def keep(self) -> None:
        """There is nothing to keep."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What taking in needs besides the catalog."""

    embedder: Embedder
    reader: Reader
    kin: Kin
