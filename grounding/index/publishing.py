"""Builds the index of what a catalog holds; a failure is said, for exact search answers without one."""

from __future__ import annotations

from collections.abc import Callable

from grounding.catalog import CatalogView
from grounding.errors import IndexUnusableError
from grounding.index.shelf import IndexShelf
from grounding.upkeep.intake_report import IndexBuilding, IngestEvent


def published(shelf: IndexShelf, view: CatalogView, announce: Callable[[IngestEvent], None]) -> str:
    """Publish an index of all that is live; what went wrong, in words, or nothing."""
    try:
        publish(shelf, view, announce)
    except IndexUnusableError as fault:
        return f"{fault} {fault.remedy}"
    return ""


def publish(shelf: IndexShelf, view: CatalogView, announce: Callable[[IngestEvent], None]) -> None:
    """Publish an index of all that is live. Raises IndexUnusableError."""
    state = view.state()
    announce(IndexBuilding(state.chunks))
    shelf.publish(state, *view.vectors())
