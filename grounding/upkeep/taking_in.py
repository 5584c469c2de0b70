"""Takes files in, several at a time: read side by side, embedded together, made live one by one.

Promises
    * A file that cannot be taken in costs itself its place in the report, and no other file anything.
    * A kill costs at most the work on one batch; what was stored of it is found again and not embedded twice.
    * Reports come in the order of the files.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import DocumentEntry
from grounding.chunking import chunk, embedding_text
from grounding.documents import Chunk, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, GroundingError, IntakeError
from grounding.intake import Admitted, Candidate, admit
from grounding.library.identity import CHUNKER, document_id, stored_path
from grounding.library.writer import CatalogWriter, NewVersion, Placed
from grounding.upkeep.intake_ports import Arrival, Tools
from grounding.upkeep.intake_report import FileReport, FileStarted, Progress, Status, Watching
from grounding.upkeep.rereading import outdated, version_name

__all__ = ["TakingIn", "document_id", "stored_path"]

_BATCH_CHUNKS = 128
"""Chunks that are embedded together, at least; on two cores that is a second or two of work."""

_SLICE = 512
"""Chunks between two announcements while one large file is embedded."""

_AHEAD_FILES, _AHEAD_BYTES = 32, 4 << 20
"""Files that may wait to be read: so many, or so large together."""

_READERS = 4
"""Read side by side, at most: each has a process of its own."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A file on its way into the catalog."""

    placed: Placed
    version: NewVersion
    status: Status
    chunks: tuple[Chunk, ...] = field(default=(), repr=False)
    """Empty if the version is stored already."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file that is being read."""

    placed: Placed
    admitted: Admitted
    earlier: DocumentEntry | None
    document: Future[LoadedDocument]


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
        self._queue: list[_Reading | _Pending | FileReport] = []
        self._reports: list[FileReport] = []
        self._embedded = self._of = 0
        self._began = time.monotonic()
        self._pool = ThreadPoolExecutor(min(_READERS, os.cpu_count() or 1), "reader")

    def run(self, candidates: Sequence[Candidate]) -> list[FileReport]:
        """A report for each file that was taken in or refused, in order; fewer if it was stopped."""
        self._of = len(candidates)
        try:
            for number, candidate in enumerate(candidates, start=1):
                if self._watching.stopped:
                    break
                self._watching.announce(FileStarted(candidate.name, number, len(candidates)))
                found = self._looked_at(candidate)
                self._queue.append(found)
                ahead = [one.admitted.size for one in self._queue if isinstance(one, _Reading)]
                if len(self._queue) >= _AHEAD_FILES or sum(ahead) >= _AHEAD_BYTES:
                    self._flush()
            self._flush()
        finally:
            # Nobody waits for files that are read in vain.
            self._pool.shutdown(wait=not self._watching.stopped, cancel_futures=True)
        return self._reports

    def _looked_at(self, candidate: Candidate) -> _Reading | _Pending | FileReport:
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
            return self._known(placed, admitted, earlier) or self._begun(placed, admitted, earlier)
        except IntakeError as fault:
            return _not_taken_in(candidate.name, fault, earlier)

    def _placed(self, source: str, candidate: Candidate, name: str, mtime_ns: int) -> Placed:
        root = stored_path(candidate.root) if candidate.root else ""
        return Placed(
            document_id=document_id(source),
            source=source,
            name=name,
            root=root,
            collection=self._collection or self._writer.view.home_of(source, root),
            mtime_ns=mtime_ns,
        )

    def _flush_if_same(self, source: str, sha256: str) -> None:
        """What is on its way counts as there."""
        if any(
            not isinstance(one, FileReport) and (one.placed.source == source or _content(one) == sha256)
            for one in self._queue
        ):
            self._flush()

    def _known(self, placed: Placed, admitted: Admitted, earlier: DocumentEntry | None) -> FileReport | None:
        """A report if this content needs no reading: it is live under this path or another one."""
        if earlier and earlier.sha256 == admitted.sha256 and not outdated(earlier):
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

    def _begun(
        self, placed: Placed, admitted: Admitted, earlier: DocumentEntry | None
    ) -> _Reading | _Pending:
        stored = self._writer.stored(version_name(self._writer, placed.document_id, admitted.sha256))
        if stored is not None:
            return _Pending(placed, stored, "updated" if earlier else "added")
        document = self._pool.submit(self._tools.reader.read, admitted)
        return _Reading(placed, admitted, earlier, document)

    def _read(self, one: _Reading) -> _Pending | FileReport:
        try:
            document = one.document.result()
            name = version_name(self._writer, one.placed.document_id, one.admitted.sha256)
            chunks = chunk(document, version=name, count_tokens=self._tools.embedder.count_tokens)
            if not chunks:
                raise FileEmptyError("It holds no text.")
        except IntakeError as fault:
            return _not_taken_in(one.placed.name, fault, one.earlier)
        version = NewVersion(
            id=name,
            document_id=one.placed.document_id,
            sha256=one.admitted.sha256,
            kind=document.kind,
            title=document.title,
            pages=document.pages,
            characters=document.characters,
            chunker=CHUNKER,
            size=one.admitted.size,
            dated=document.dated,
            warnings=" ".join(document.warnings),
        )
        return _Pending(one.placed, version, "updated" if one.earlier else "added", chunks)

    def _flush(self) -> None:
        """Take in what waits, in batches; once it is stopped, what has been read until then and no more."""
        queue, self._queue = self._queue, []
        batch: list[_Pending | FileReport] = []
        for number, one in enumerate(queue, start=1):
            batch.append(self._read(one) if isinstance(one, _Reading) else one)
            chunks = sum(len(ready.chunks) for ready in batch if isinstance(ready, _Pending))
            stopped = self._watching.stopped
            if chunks >= _BATCH_CHUNKS or number == len(queue) or stopped:
                self._settle(batch)
                batch = []
            if stopped or self._watching.stopped:
                return

    def _settle(self, batch: Sequence[_Pending | FileReport]) -> None:
        """Embed a batch, store it, make it live, and report it."""
        fresh = [one for one in batch if isinstance(one, _Pending) and one.chunks]
        vectors = iter(self._vectors(fresh))
        for one in batch:
            if isinstance(one, _Pending):
                if one.chunks:
                    self._writer.stage(one.version, one.chunks, next(vectors))
                report = self._live(one)
            else:
                report = one
            self._reports.append(report)
            self._watching.announce(report)
        if any(isinstance(one, _Pending) for one in batch):
            self._tools.kin.keep()
            self._watching.announce(self._progress())

    def _vectors(self, fresh: Sequence[_Pending]) -> list[NDArray[np.float32]]:
        """One array a file; all are embedded together, because the embedder groups texts of like length."""
        texts = [embedding_text(one.version.title, piece) for one in fresh for piece in one.chunks]
        parts: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), _SLICE):
            parts.append(self._tools.embedder.embed(texts[start : start + _SLICE]))
            self._embedded += len(parts[-1])
            if start + _SLICE < len(texts):
                self._watching.announce(self._progress())
        borders = np.cumsum([len(one.chunks) for one in fresh])[:-1]
        return np.split(np.concatenate(parts), borders) if parts else []

    def _live(self, one: _Pending) -> FileReport:
        texts = tuple(piece.text for piece in one.chunks) or self._writer.view.texts_of(one.version.id)
        arrival = Arrival(
            document_id=one.placed.document_id,
            version=one.version.id,
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


def _content(one: _Reading | _Pending) -> str:
    return one.admitted.sha256 if isinstance(one, _Reading) else one.version.sha256


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
