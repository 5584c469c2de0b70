"""Changes the embedder: new vectors are made beside the old ones, which answer until all are there.

Promises
    * A kill or a stop loses at most one batch; the next run goes on where this one ended.
    * One transaction switches. Before it only the old embedder is served, after it only the new one.
    * Documents may be added with the old embedder between two runs; what came is embedded by the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from grounding.catalog import Catalog
from grounding.chunking import embedding_text
from grounding.embedder import Embedder
from grounding.errors import IndexUnusableError
from grounding.index.publishing import published
from grounding.index.shelf import IndexShelf
from grounding.library.writer import CatalogWriter, writing
from grounding.upkeep.intake_report import IngestEvent, Progress, Watching, unheard

_BATCH = 128
_TOO_LONG = (
    "{count} chunks are longer than this embedder reads at once; the ends of them are found by their words "
    "alone. Erase those documents and add them again to have them cut anew."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReembedReport:
    """What became of a change of embedder."""

    embedder: str
    chunks: int
    """Embedded in this run."""

    left: int
    """Chunks that still lack a vector, because it was stopped; the old embedder answers until none does."""

    notice: str = ""
    """What went wrong with the vector index, or chunks that are too long for the embedder."""


class Reembed:
    """Embeds everything in the catalog with another embedder. Cheap to make."""

    def __init__(self, catalog: Catalog, embedder: Embedder, index_folder: Path) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._shelf = IndexShelf(index_folder)

    def run(
        self, announce: Callable[[IngestEvent], None] = unheard, stop: Event | None = None
    ) -> ReembedReport:
        """Embed what lacks a vector of this embedder, then switch. `stop` ends it before the next batch.

        Raises CatalogBusyError, CatalogUnusableError, and what the embedder raises.
        """
        self._embedder.warm()
        watching = Watching(announce, stop)
        with writing(self._catalog, f"embed with {self._embedder.name}") as writer:
            space = writer.begin_space(self._embedder.name, self._embedder.dimension)
            done, too_long = self._fill(writer, space, watching)
            left = writer.unembedded(space)
            notices = [_TOO_LONG.format(count=too_long)] if too_long else []
            if not left:
                writer.switch_space(space)
                notices.append(self._published(writer, announce))
        notice = " ".join(filter(None, notices))
        return ReembedReport(embedder=self._embedder.name, chunks=done, left=left, notice=notice)

    def _fill(self, writer: CatalogWriter, space: int, watching: Watching) -> tuple[int, int]:
        """How many chunks were embedded, and how many of them are longer than the embedder reads."""
        began, of = time.monotonic(), writer.unembedded(space)
        done = too_long = row = 0
        while not watching.stopped:
            batch = writer.next_unembedded(space, row, _BATCH)
            if not batch:
                break
            texts = [embedding_text(one.title, one.chunk) for one in batch]
            writer.fill_space(space, batch, self._embedder.embed(texts))
            too_long += sum(self._embedder.count_tokens(text) > self._embedder.max_tokens for text in texts)
            done += len(batch)
            row = batch[-1].row
            watching.announce(_progress(done, of, time.monotonic() - began))
        return done, too_long

    def _published(self, writer: CatalogWriter, announce: Callable[[IngestEvent], None]) -> str:
        writer.shrink()
        try:
            self._shelf.manifest(writer.view.state())
        except IndexUnusableError:
            return published(self._shelf, writer.view, announce)
        return ""


def _progress(done: int, of: int, seconds: float) -> Progress:
    rate = done / max(seconds, 1e-3)
    return Progress(
        files=0,
        of=0,
        chunks=done,
        files_per_second=0.0,
        chunks_per_second=rate,
        seconds_left=max(of - done, 0) / rate,
    )
