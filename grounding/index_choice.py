"""Which vector index answers: the published one while it is whole and new, exact search otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogState, CatalogView
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from grounding.index_shelf import IndexShelf
from grounding.passages import Principal
from grounding.vector_index import VectorIndex

Vector = NDArray[np.float32]


class IndexChoice:
    """Holds what is open, and notices by itself when the catalog or the published index changed."""

    def __init__(self, folder: Path) -> None:
        self._shelf = IndexShelf(folder)
        self._published: VectorIndex | None = None
        self._seen: tuple[str, int, bytes] | None = None
        """Catalog state and published index that `_published` and `_fault` are about."""

        self._fault = ""
        self._exact: tuple[tuple[str, int, frozenset[str] | None], ExactIndex] | None = None

    def search(
        self, view: CatalogView, state: CatalogState, vector: Vector, limit: int
    ) -> tuple[list[tuple[str, float]], str, str]:
        """Hits among all live chunks, the index that gave them, and why it is not the usual one."""
        index = self.best(view, state)
        try:
            return index.search(vector, limit), index.name, self._fault
        except IndexUnusableError as fault:
            self._give_up(fault)
            exact = self.best(view, state)
            return exact.search(vector, limit), exact.name, self._fault

    def best(self, view: CatalogView, state: CatalogState) -> VectorIndex:
        """The published index if it can be used, else exact search over everything."""
        now = (state.library, state.revision, self._shelf.token())
        if now != self._seen:
            self._reopen(state)
            self._seen = now
        return self._published or self.exact(view, state, None)

    def exact(self, view: CatalogView, state: CatalogState, principal: Principal | None) -> ExactIndex:
        """Exact search over what `principal` may read; over everything for None. Keeps the last one."""
        key = (state.library, state.revision, principal.groups if principal else None)
        if self._exact is None or self._exact[0] != key:
            self._exact = (key, ExactIndex(*view.vectors(principal)))
        return self._exact[1]

    def outlook(self, state: CatalogState) -> tuple[str, str]:
        """Name of the index that would answer now, and why it is not the usual one; opens nothing."""
        if not state.chunks:
            return "exact", ""
        if self._seen == (state.library, state.revision, self._shelf.token()):
            return ("chroma", "") if self._published else ("exact", self._fault)
        try:
            self._shelf.manifest(state)
        except IndexUnusableError as fault:
            return "exact", _notice(fault)
        return "chroma", ""

    def close(self) -> None:
        """Let go of everything; the next search opens it again."""
        if self._published is not None:
            self._published.close()
        self._published = self._seen = self._exact = None
        self._fault = ""

    def _reopen(self, state: CatalogState) -> None:
        self.close()
        try:
            self._published = self._shelf.open(state)
        except IndexUnusableError as fault:
            self._fault = _notice(fault)

    def _give_up(self, fault: IndexUnusableError) -> None:
        """Not tried again before something changed: it would fail the same way at every question."""
        if self._published is not None:
            self._published.close()
        self._published = None
        self._fault = _notice(fault)


def _notice(fault: IndexUnusableError) -> str:
    return f"{fault} Exact search answers. {fault.remedy}"
