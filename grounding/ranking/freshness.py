"""What time has done to passages: files that changed since, and documents that have a newer edition.

Both are found when passages are shown, not when documents are taken in: files change meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grounding.catalog import Catalog
from grounding.library.relations import superseded
from grounding.library.staleness import RecentStaleness
from grounding.passages import Passage, Retrieval
from grounding.ranking.explaining import in_final_order, with_editions
from grounding.text.ages import years_in

_AS_GOOD = 0.75
"""A passage of the newer edition with this share of the older one's score goes before it."""


class Freshness:
    """Marks and orders what a search brought. Cheap to make; used by one thread at a time."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._staleness = RecentStaleness()
        self._newer: tuple[tuple[str, int], Mapping[str, str]] | None = None

    def of(self, found: Retrieval, query: str) -> Retrieval:
        """The same passages, stale ones marked, newer editions first; the explanation follows their order.

        A question that names a year asks for the edition of that year, so nothing is moved for it.
        Raises CatalogUnusableError, CatalogBusyError.
        """
        if not found.passages:
            return found
        documents = {one.document_id for one in found.passages}
        with self._catalog.read() as view:
            state = view.state()
            version = (state.library, state.revision)
            if self._newer is None or self._newer[0] != version:
                self._newer = (version, superseded(view))
            sources = {name: source for name, source in view.sources().items() if name in documents}
        verdicts = self._staleness.of(sources)
        passages = [replace(one, stale=verdicts.get(one.document_id, "")) for one in found.passages]
        ordered = passages if years_in(query) else newest_first(passages, self._newer[1])
        told = found.explanation
        if told:
            told = with_editions(told, overtaken(passages, ordered, self._newer[1]))
            told = in_final_order(told, ordered)
        return replace(found, passages=tuple(ordered), explanation=told)


def newest_first(passages: Sequence[Passage], newer: Mapping[str, str]) -> list[Passage]:
    """`passages` with those of a newest edition before about equally good ones of its older editions.

    `newer` maps the id of an older edition to that of the newest one. Everything else keeps its order.
    """
    ordered: list[Passage] = []
    for passage in passages:
        place = next(
            (
                at
                for at, before in enumerate(ordered)
                if newer.get(before.document_id) == passage.document_id
                and passage.score >= _AS_GOOD * before.score
            ),
            len(ordered),
        )
        ordered.insert(place, passage)
    return ordered


def overtaken(
    before: Sequence[Passage], after: Sequence[Passage], newer: Mapping[str, str]
) -> dict[str, str]:
    """Id of each passage that `newest_first` moved up, to the document whose newer edition it is from."""
    stood = {one.id: place for place, one in enumerate(before)}
    return {
        one.id: behind.document
        for place, one in enumerate(after)
        for behind in reversed(after[place + 1 :])
        if newer.get(behind.document_id) == one.document_id and stood[behind.id] < stood[one.id]
    }
