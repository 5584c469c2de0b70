"""What administrators do with documents: take them in, take them out, go back, make room.

Promises
    * A kill at any point leaves each document at its old or its new content, never without either.
    * A file that can no longer be read leaves its earlier content answering; the report says so.
    * What was removed for good is in no table, no full-text index and no vector index afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from grounding.catalog import Catalog
from grounding.embedder import Embedder
from grounding.errors import UnknownDocumentError
from grounding.index.publishing import publish, published
from grounding.index.shelf import IndexShelf
from grounding.intake import Candidate
from grounding.library.identity import CHUNKER
from grounding.library.past import remove_orphans
from grounding.library.writer import CatalogWriter, writing
from grounding.upkeep.ignore import Tally, chosen
from grounding.upkeep.intake_ports import Kin, NoKin, Reader, Tools
from grounding.upkeep.intake_report import (
    FileReport,
    IngestEvent,
    IngestReport,
    PruneReport,
    RemoveReport,
    RollbackReport,
    Watching,
    surveyed,
    unheard,
)
from grounding.upkeep.taking_in import TakingIn

__all__ = ["CHUNKER", "Ingest", "Kin", "Reader"]

Announce = Callable[[IngestEvent], None]

_CUT_SHORT = "It was stopped before all of what was named had been looked through; there may be more files."

_NO_INDEX = "The vector index was not built, because it was stopped; exact search answers until it is."


class Ingest:
    """Adds and removes documents. Cheap to make.

    Everything raises CatalogBusyError if another process is changing the knowledge base, and
    CatalogUnusableError if it cannot be opened or written.
    """

    def __init__(
        self,
        catalog: Catalog,
        embedder: Embedder,
        reader: Reader,
        index_folder: Path,
        kin: Kin | None = None,
    ) -> None:
        self._catalog = catalog
        self._tools = Tools(embedder, reader, kin or NoKin())
        self._shelf = IndexShelf(index_folder)

    def add(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "",
        announce: Announce = unheard,
        stop: Event | None = None,
    ) -> IngestReport:
        """Take in files and folders, then publish a new vector index if the old one is too far behind.

        Of folders without what their ignore files hide; a file that is named itself is always taken.

        `stop` ends it before the next file; what was added until then stays. Into `collection` go all that
        are named; if it is empty, documents stay where they are and new ones go into the default one.

        Raises:
            CollectionError: there is no such collection.
            EmbedderMismatchError: the documents that stand were embedded with another model.
            FileRefusedError: an ignore file cannot be read; nothing was taken in.
        """
        tally = Tally()
        with writing(self._catalog, "add") as writer:
            self.ready(writer, collection)
            watching = Watching(announce, stop)
            candidates = list(surveyed(chosen(paths, tally), watching))
            cut_short = watching.stopped
            reports = self.take_in(writer, candidates, collection, watching)
            notice = self.finish(writer, announce, stop)
        notice = " ".join(filter(None, (_CUT_SHORT if cut_short else "", notice)))
        return IngestReport(
            files=tuple(reports),
            left=len(candidates) - len(reports),
            notice=notice,
            left_out=tally.left_out(),
        )

    def ready(self, writer: CatalogWriter, collection: str = "") -> None:
        """Load the embedder and see that it, and the collection, are those of the catalog.

        Raises CollectionError, EmbedderMismatchError, and what the embedder raises.
        """
        if collection:
            writer.refuse_unknown_collection(collection)
        self._tools.embedder.warm()
        writer.bind_embedder(self._tools.embedder.name, self._tools.embedder.dimension)

    def take_in(
        self,
        writer: CatalogWriter,
        candidates: Sequence[Candidate],
        collection: str = "",
        watching: Watching | None = None,
    ) -> list[FileReport]:
        """Take in files within a command of the caller's, after `ready`; `finish` when all is done.

        A report for each, in order; fewer than candidates if it was stopped. Give many at once: small files
        are embedded together.
        """
        return TakingIn(writer, self._tools, collection, watching).run(candidates)

    def finish(self, writer: CatalogWriter, announce: Announce = unheard, stop: Event | None = None) -> str:
        """Publish an index anew if the catalog is far ahead of it; what went wrong, in words, or nothing.

        Not after a stop: whoever asked for it does not want to wait, and exact search answers meanwhile.
        """
        writer.tidy()
        remove_orphans(self._catalog.folder)
        state = writer.view.state()
        if state.chunks and self._shelf.is_near(writer.view, state):
            return ""
        if stop is not None and stop.is_set():
            return _NO_INDEX if state.chunks else ""
        return published(self._shelf, writer.view, announce)

    def remove(
        self, names: Sequence[str], *, for_good: bool = True, announce: Announce = unheard
    ) -> RemoveReport:
        """Remove documents by id, path or file name; all of them or, if one is unknown, none.

        For good: their text and vectors are gone from every generation and every file. Else they answer no
        more, and a rollback can bring them back until they are pruned. Raises UnknownDocumentError.
        """
        with writing(self._catalog, "remove") as writer:
            try:
                entries = {entry.id: entry for entry in map(writer.view.named, names)}
            except UnknownDocumentError:
                # It may be unknown because a kill cut its removal short: what that left behind goes now.
                self.finish(writer, announce)
                raise
            for name in entries:
                (writer.erase if for_good else writer.retire)(name)
            if for_good and entries:
                writer.shrink()
            notice = self.finish(writer, announce)
        removed = tuple(entry.path for entry in entries.values())
        return RemoveReport(removed=removed, for_good=for_good, notice=notice)

    def rollback(self, number: int, *, announce: Announce = unheard) -> RollbackReport:
        """Make live what was live in a kept generation, as a new one. Raises UnknownGenerationError."""
        with writing(self._catalog, f"rollback to {number}") as writer:
            writer.rollback(number)
            notice = self.finish(writer, announce)
            state = writer.view.state()
        return RollbackReport(
            generation=state.generation, documents=state.documents, chunks=state.chunks, notice=notice
        )

    def prune(self, keep: int, *, announce: Announce = unheard) -> PruneReport:
        """Keep the newest generations, drop what no kept one needs, and give the space back to the disk."""
        with writing(self._catalog, "prune") as writer:
            writer.tidy()
            before = writer.view.library_size()
            dropped = writer.prune(keep)
            writer.shrink()
            notice = self.finish(writer, announce)
            after = writer.view.library_size()
        return PruneReport(
            generations=dropped.generations,
            versions=dropped.versions,
            chunks=dropped.chunks,
            bytes_before=before,
            bytes_after=after,
            notice=notice,
        )

    def rebuild_index(self, *, announce: Announce = unheard) -> None:
        """Build the vector index anew from the catalog. Raises IndexUnusableError."""
        with writing(self._catalog, "rebuild") as writer:
            publish(self._shelf, writer.view, announce)
