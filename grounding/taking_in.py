"""Takes files in, several at a time: read and cut one by one, embedded together, made live one by one.

Promises
    * A file that cannot be taken in costs itself its place in the report, and no other file anything.
    * A kill costs at most the work on one batch; what was stored of it is found again and not embedded twice.
    * Reports come in the order of the files.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import DocumentEntry
from grounding.catalog_schema import DEFAULT_COLLECTION
from grounding.catalog_writer import CatalogWriter, NewVersion, Placed
from grounding.chunking import chunk, embedding_text
from grounding.documents import Chunk
from grounding.errors import FileEmptyError, FileRefusedError, GroundingError, IntakeError
from grounding.intake import Admitted, Candidate, admit
from grounding.intake_ports import Arrival, Tools
from grounding.intake_report import FileReport, FileStarted, Progress, Status, Watching

CHUNKER = "sentences-2"
"""Recorded with each version; a file cut by another chunker is taken in anew."""

_BATCH_CHUNKS = 128
_BATCH_FILES = 32
"""A batch is embedded when it has so many; on two cores that is a second or two of work."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A file that was read, on its way into the catalog."""

    placed: Placed
    version: NewVersion
    status: Status
    chunks: tuple[Chunk, ...] = field(default=(), repr=False)
    """Empty if the version is stored already."""


class TakingIn:
    """One run over some files, inside one writer's command."""

    def __init__(
        self, writer: CatalogWriter, tools: Tools, collection: str = "", watching: Watching | None = None
    ) -> None:
        """`collection` empty: documents stay where they are, new ones go into the default collection."""
        self._writer = writer
        self._tools = tools
        self._collection = collection
        self._watching = watching or Watching()
        self._queue: list[_Pending | FileReport] = []
        self._reports: list[FileReport] = []
        self._embedded = self._of = 0
        self._began = time.monotonic()

    def run(self, candidates: Sequence[Candidate]) -> list[FileReport]:
        """A report for each file that was looked at, in order; fewer than candidates if it was stopped."""
        self._of = len(candidates)
        for number, candidate in enumerate(candidates, start=1):
            if self._watching.stopped:
                break
            self._watching.announce(FileStarted(candidate.name, number, len(candidates)))
            found = self._looked_at(candidate)
            self._queue.append(found)
            waiting = [one for one in self._queue if isinstance(one, _Pending)]
            if len(waiting) >= _BATCH_FILES or sum(len(one.chunks) for one in waiting) >= _BATCH_CHUNKS:
                self._flush()
        self._flush()
        return self._reports

    def _looked_at(self, candidate: Candidate) -> _Pending | FileReport:
        source = stored_path(candidate.path)
        earlier = self._writer.view.document_at(source)
        try:
            if candidate.problem is not None:
                raise candidate.problem
            # Taken before the bytes are read: a change between the two shows as a change afterwards.
            mtime_ns = _modified(candidate.path)
            admitted = admit(candidate.path, root=candidate.root)
            placed = self._placed(source, candidate, admitted.name, mtime_ns)
            self._flush_if_same(source, admitted.sha256)
            return self._known(placed, admitted, earlier) or self._read(placed, admitted, earlier)
        except IntakeError as fault:
            return _not_taken_in(candidate.name, fault, earlier)

    def _placed(self, source: str, candidate: Candidate, name: str, mtime_ns: int) -> Placed:
        return Placed(
            document_id=document_id(source),
            source=source,
            name=name,
            root=stored_path(candidate.root) if candidate.root else "",
            # A document that was restricted once stays so until somebody names another collection.
            collection=self._collection or self._writer.view.home_of(source) or DEFAULT_COLLECTION,
            mtime_ns=mtime_ns,
        )

    def _flush_if_same(self, source: str, sha256: str) -> None:
        """What is on its way counts as there."""
        if any(
            isinstance(one, _Pending) and (one.placed.source == source or one.version.sha256 == sha256)
            for one in self._queue
        ):
            self._flush()

    def _known(self, placed: Placed, admitted: Admitted, earlier: DocumentEntry | None) -> FileReport | None:
        """A report if this content needs no reading: it is live under this path or another one."""
        if earlier and earlier.sha256 == admitted.sha256 and earlier.chunker == CHUNKER:
            return self._unchanged(placed, earlier)
        twin = self._writer.view.document_with_content(admitted.sha256, placed.collection)
        if twin is None or (earlier and twin.id == earlier.id):
            return None
        if earlier:
            # What this path held before is held by no file any more.
            self._writer.retire(earlier.id)
        return FileReport(
            path=admitted.name, status="duplicate", reason=f"It has the same content as {twin.path}."
        )

    def _unchanged(self, placed: Placed, earlier: DocumentEntry) -> FileReport:
        moved = earlier.collection != placed.collection
        if moved:
            self._writer.move(earlier.id, placed.collection)
        if earlier.mtime_ns != placed.mtime_ns:
            self._writer.seen(earlier.id, placed.mtime_ns)
        return FileReport(
            path=placed.name,
            status="unchanged",
            reason=f"Moved from {earlier.collection} to {placed.collection}." if moved else "",
            pages=earlier.pages,
            characters=earlier.characters,
            chunks=earlier.chunks,
        )

    def _read(self, placed: Placed, admitted: Admitted, earlier: DocumentEntry | None) -> _Pending:
        status: Status = "updated" if earlier else "added"
        name = version_id(placed.document_id, admitted.sha256)
        stored = self._writer.stored(name)
        if stored is not None:
            return _Pending(placed, stored, status)
        document = self._tools.reader.read(admitted)
        chunks = chunk(document, version=name, count_tokens=self._tools.embedder.count_tokens)
        if not chunks:
            raise FileEmptyError("It holds no text.")
        version = NewVersion(
            id=name,
            document_id=placed.document_id,
            sha256=admitted.sha256,
            kind=document.kind,
            title=document.title,
            pages=document.pages,
            characters=document.characters,
            chunker=CHUNKER,
            size=admitted.size,
            dated=document.dated,
            warnings=" ".join(document.warnings),
        )
        return _Pending(placed, version, status, chunks)

    def _flush(self) -> None:
        """Embed what waits, store it, make it live, and report it."""
        queue, self._queue = self._queue, []
        waiting = [one for one in queue if isinstance(one, _Pending)]
        vectors = iter(self._vectors([one for one in waiting if one.chunks]))
        for one in queue:
            if isinstance(one, _Pending):
                if one.chunks:
                    self._writer.stage(one.version, one.chunks, next(vectors))
                report = self._live(one)
            else:
                report = one
            self._reports.append(report)
            self._watching.announce(report)
        if waiting:
            self._watching.announce(self._progress())

    def _vectors(self, waiting: Sequence[_Pending]) -> list[NDArray[np.float32]]:
        """One array a file; all are embedded together, because the embedder groups texts of like length."""
        texts = [embedding_text(one.version.title, piece) for one in waiting for piece in one.chunks]
        if not texts:
            return []
        embedded = self._tools.embedder.embed(texts)
        self._embedded += len(texts)
        borders = np.cumsum([len(one.chunks) for one in waiting])[:-1]
        return np.split(embedded, borders)

    def _live(self, one: _Pending) -> FileReport:
        texts = tuple(piece.text for piece in one.chunks) or self._writer.view.texts_of(one.version.id)
        arrival = Arrival(
            document_id=one.placed.document_id,
            path=one.placed.name,
            title=one.version.title,
            dated=one.version.dated,
            texts=texts,
        )
        near = self._tools.kin.relate(self._writer.view, arrival)
        self._writer.go_live(one.version.id, one.placed)
        return FileReport(
            path=one.placed.name,
            status=one.status,
            reason=one.version.warnings,
            pages=one.version.pages,
            characters=one.version.characters,
            chunks=len(texts),
            near=near,
        )

    def _progress(self) -> Progress:
        seconds = max(time.monotonic() - self._began, 1e-3)
        done = len(self._reports)
        return Progress(
            files=done,
            of=self._of,
            chunks=self._embedded,
            files_per_second=done / seconds,
            chunks_per_second=self._embedded / seconds,
            seconds_left=(self._of - done) * seconds / done if done else None,
        )


def document_id(source: str) -> str:
    """The id of the document at this absolute path."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def version_id(document: str, sha256: str) -> str:
    """The id of a document's version with this content, as it is cut now."""
    return hashlib.sha256(f"{document}\0{sha256}\0{CHUNKER}".encode()).hexdigest()[:24]


def stored_path(path: Path) -> str:
    """A path as text SQLite can hold; bytes that are no UTF-8 become escapes and stay distinct."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _modified(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        # The gate says what is wrong with it.
        return 0


def _not_taken_in(name: str, fault: GroundingError, earlier: DocumentEntry | None) -> FileReport:
    status: Status = "failed"
    if isinstance(fault, FileEmptyError):
        status = "empty"
    elif isinstance(fault, FileRefusedError):
        status = "skipped"
    kept = " What was read of it before still answers." if earlier else ""
    return FileReport(path=name, status=status, reason=f"{fault} {fault.remedy}{kept}".strip())
