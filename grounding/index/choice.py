"""Which vector index answers: the published one while it is whole and not too old, exact search otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogState, CatalogView
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from grounding.index import delta as index_delta
from grounding.index.delta import Delta
from grounding.index.own_copy import OpenIndex
from grounding.index.shelf import IndexShelf
from grounding.passages import Principal

Vector = NDArray[np.float32]


class IndexChoice:
    """Holds what is open, and notices by itself when the catalog or the published index changed."""

    def __init__(self, folder: Path) -> None:
        self._shelf = IndexShelf(folder)
        self._published: OpenIndex | None = None
        self._token = b""
        """The published index that is open, or that failed to."""

        self._delta: Delta | None = None
        """What the catalog has more than it; None: exact search answers."""

        self._seen: tuple[str, int, bytes] | None = None
        """Catalog state and published index that all of this is about."""

        self._fault = ""
        self._exact: tuple[tuple[str, int, frozenset[str] | None], ExactIndex] | None = None

    def search(
        self, view: CatalogView, state: CatalogState, vector: Vector, limit: int
    ) -> tuple[list[tuple[str, float]], str, str]:
        """Hits among all live chunks, the index that gave them, and why it is not the usual one."""
        self.follow(view, state)
        if self._published is not None and self._delta is not None:
            try:
                hits = index_delta.search(self._published, self._delta, view.live_among, (vector, limit))
            except IndexUnusableError as fault:
                self._give_up(fault)
            else:
                return hits, self._published.name, ""
        exact = self.exact(view, state, None)
        return exact.search(vector, limit), exact.name, self._fault

    def follow(self, view: CatalogView, state: CatalogState) -> None:
        """Open the published index if it can answer for this state; harmless when done before."""
        token = self._shelf.token()
        now = (state.library, state.revision, token)
        if now == self._seen:
            return
        if token != self._token:
            self.close()
        self._seen, self._token, self._fault, self._delta = now, token, "", None
        self._exact = None
        try:
            manifest = self._shelf.manifest(state)
            self._delta = index_delta.delta_of(view, state, manifest)
            # Opened once for all states that it serves: verifying and copying takes long in a large library.
            self._published = self._published or self._shelf.open(state)
        except IndexUnusableError as fault:
            self._give_up(fault)

    def exact(self, view: CatalogView, state: CatalogState, principal: Principal | None) -> ExactIndex:
        """Exact search over what `principal` may read; over everything for None. Keeps the last one."""
        key = (state.library, state.revision, principal.groups if principal else None)
        if self._exact is None or self._exact[0] != key:
            # Let go of the last one first: two of a large library may not fit into memory.
            self._exact = None
            self._exact = (key, ExactIndex(*view.vectors(principal)))
        return self._exact[1]

    def outlook(self, view: CatalogView, state: CatalogState) -> tuple[str, str]:
        """Name of the index that would answer now, and why it is not the usual one; opens nothing."""
        if not state.chunks:
            return "exact", ""
        if self._seen == (state.library, state.revision, self._shelf.token()):
            return ("chroma", "") if self._published else ("exact", self._fault)
        try:
            index_delta.delta_of(view, state, self._shelf.manifest(state))
        except IndexUnusableError as fault:
            return "exact", _notice(fault)
        return "chroma", ""

    def close(self) -> None:
        """Let go of everything; the next search opens it again."""
        if self._published is not None:
            self._published.close()
        self._published = self._seen = self._exact = self._delta = None
        self._token = b""
        self._fault = ""

    def _give_up(self, fault: IndexUnusableError) -> None:
        """Not tried again before something changed: it would fail the same way at every question."""
        if self._published is not None:
            self._published.close()
        self._published = self._delta = None
        self._fault = _notice(fault)


def _notice(fault: IndexUnusableError) -> str:
    return f"{fault} Exact search answers. {fault.remedy}"
