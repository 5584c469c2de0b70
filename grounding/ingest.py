"""Takes files into the knowledge base: read, cut, embedded first; then made live in one transaction.

Promises
    * A file that cannot be taken in costs itself its place in the report, and no other file anything.
    * A kill at any point leaves each document at its old or its new content, never without either.
    * A file that can no longer be read leaves its earlier content answering; the report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogState, DocumentEntry
from grounding.catalog_writer import CatalogWriter, NewVersion, writing
from grounding.chunking import chunk, embedding_text
from grounding.documents import LoadedDocument
from grounding.errors import (
    FileEmptyError,
    FileRefusedError,
    GroundingError,
    IndexUnusableError,
    IntakeError,
)
from grounding.index_shelf import IndexShelf
from grounding.intake import Admitted, Candidate, admit, walk
from grounding.intake_report import (
    FileReport,
    FileStarted,
    IndexBuilding,
    IngestEvent,
    IngestReport,
    RemoveReport,
    Status,
)

CHUNKER = "sentences-1"
"""Recorded with each version; a file cut by another chunker is taken in anew."""


class Reader(Protocol):
    """Turns an admitted file into text; where it runs is the caller's business."""

    def read(self, admitted: Admitted) -> LoadedDocument:
        """Text with positions. Raises IntakeError."""
        ...


class DocumentEmbedder(Protocol):
    """What taking in documents needs of an embedder."""

    name: str
    dimension: int
    max_tokens: int

    def warm(self) -> None:
        """Load the weights."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length in the embedder's own tokens."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension)."""
        ...


class Ingest:
    """Adds and removes documents. Cheap to make."""

    def __init__(
        self, catalog: Catalog, embedder: DocumentEmbedder, reader: Reader, index_folder: Path
    ) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._reader = reader
        self._shelf = IndexShelf(index_folder)

    def add(
        self,
        paths: Sequence[Path],
        *,
        announce: Callable[[IngestEvent], None] = lambda _: None,
        stop: Event | None = None,
        groups: frozenset[str] = frozenset(),
    ) -> IngestReport:
        """Take in files and folders, then build the vector index anew if anything changed.

        `stop` ends it before the next file; what was added until then stays. `groups`, if not empty, are
        the only ones who may read the documents that are added.

        Raises:
            CatalogBusyError: another process is changing the knowledge base.
            CatalogUnusableError: the knowledge base cannot be opened or written.
            EmbedderMismatchError: the documents that stand were embedded with another model.
        """
        self._embedder.warm()
        reports: list[FileReport] = []
        with writing(self._catalog, "add") as writer:
            writer.bind_embedder(self._embedder.name, self._embedder.dimension)
            candidates = list(walk(paths))
            for number, candidate in enumerate(candidates, start=1):
                if stop is not None and stop.is_set():
                    break
                announce(FileStarted(candidate.name, number, len(candidates)))
                report = self._take_in(writer, candidate, groups)
                reports.append(report)
                announce(report)
            notice = self._finish(
                writer, announce, tidy=any(report.status == "updated" for report in reports)
            )
        return IngestReport(files=tuple(reports), left=len(candidates) - len(reports), notice=notice)

    def remove(
        self, names: Sequence[str], *, announce: Callable[[IngestEvent], None] = lambda _: None
    ) -> RemoveReport:
        """Remove documents by id, path or file name; all of them or, if one is unknown, none.

        Afterwards their text is gone from the tables, the full-text index and the vector index.
        Raises UnknownDocumentError, CatalogBusyError, CatalogUnusableError.
        """
        with writing(self._catalog, "remove") as writer:
            entries = {entry.id: entry for entry in map(writer.view.named, names)}
            for name in entries:
                writer.remove(name)
            notice = self._finish(writer, announce, tidy=bool(entries))
        return RemoveReport(removed=tuple(entry.path for entry in entries.values()), notice=notice)

    def rebuild_index(self, *, announce: Callable[[IngestEvent], None] = lambda _: None) -> None:
        """Build the vector index anew from the catalog. Raises IndexUnusableError, CatalogBusyError."""
        with writing(self._catalog, "rebuild") as writer:
            self._publish(writer, writer.view.state(), announce)

    def _take_in(self, writer: CatalogWriter, candidate: Candidate, groups: frozenset[str]) -> FileReport:
        source = _stored(candidate.path)
        earlier = writer.view.document_at(source)
        try:
            if candidate.problem is not None:
                raise candidate.problem
            admitted = admit(candidate.path, root=candidate.root)
            known = _already_there(writer, admitted, earlier)
            if known is not None:
                return known
            return self._make_live(writer, source, admitted, groups)
        except IntakeError as fault:
            return _not_taken_in(candidate.name, fault, earlier)

    def _make_live(
        self, writer: CatalogWriter, source: str, admitted: Admitted, groups: frozenset[str]
    ) -> FileReport:
        earlier = writer.view.document_at(source)
        document = self._reader.read(admitted)
        identity = hashlib.sha256(source.encode()).hexdigest()[:16]
        version = NewVersion(
            id=hashlib.sha256(f"{identity}\0{admitted.sha256}\0{CHUNKER}".encode()).hexdigest()[:24],
            document_id=identity,
            source=source,
            name=admitted.name,
            sha256=admitted.sha256,
            kind=document.kind,
            title=document.title,
            pages=document.pages,
            characters=document.characters,
            chunker=CHUNKER,
            groups=groups or (earlier.groups if earlier else frozenset()),
        )
        chunks = chunk(document, version=version.id, count_tokens=self._embedder.count_tokens)
        if not chunks:
            raise FileEmptyError("It holds no text.")
        vectors = self._embedder.embed([embedding_text(document.title, piece) for piece in chunks])
        writer.put(version, chunks, vectors)
        return FileReport(
            path=admitted.name,
            status="updated" if earlier else "added",
            reason=" ".join(document.warnings),
            pages=document.pages,
            characters=document.characters,
            chunks=len(chunks),
        )

    def _finish(self, writer: CatalogWriter, announce: Callable[[IngestEvent], None], *, tidy: bool) -> str:
        """Bring the index up to the catalog; what went wrong with it, in words, or nothing."""
        if tidy:
            writer.tidy()
        state = writer.view.state()
        try:
            if state.chunks:
                self._shelf.manifest(state)
                return ""
        except IndexUnusableError:
            pass
        try:
            self._publish(writer, state, announce)
        except IndexUnusableError as fault:
            return f"{fault} {fault.remedy}"
        return ""

    def _publish(
        self, writer: CatalogWriter, state: CatalogState, announce: Callable[[IngestEvent], None]
    ) -> None:
        announce(IndexBuilding(state.chunks))
        self._shelf.publish(state, *writer.view.vectors())


def _already_there(
    writer: CatalogWriter, admitted: Admitted, earlier: DocumentEntry | None
) -> FileReport | None:
    """A report if this content needs no reading: it is live under this path or another one."""
    if earlier and earlier.sha256 == admitted.sha256 and earlier.chunker == CHUNKER:
        return FileReport(
            path=admitted.name,
            status="unchanged",
            pages=earlier.pages,
            characters=earlier.characters,
            chunks=earlier.chunks,
        )
    twin = writer.view.document_with_content(admitted.sha256)
    if twin is None or (earlier and twin.id == earlier.id):
        return None
    if earlier:
        # What this path held before is held by no file any more.
        writer.remove(earlier.id)
    return FileReport(
        path=admitted.name, status="duplicate", reason=f"It has the same content as {twin.path}."
    )


def _not_taken_in(name: str, fault: GroundingError, earlier: DocumentEntry | None) -> FileReport:
    status: Status = "failed"
    if isinstance(fault, FileEmptyError):
        status = "empty"
    elif isinstance(fault, FileRefusedError):
        status = "skipped"
    kept = " What was read of it before still answers." if earlier else ""
    return FileReport(path=name, status=status, reason=f"{fault} {fault.remedy}{kept}".strip())


def _stored(path: Path) -> str:
    """A path as text SQLite can hold; bytes that are no UTF-8 become escapes and stay distinct."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
