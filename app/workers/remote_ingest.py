"""Changing the knowledge base in a child process; it starts a jailed grandchild for every file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.contract import (
    AddShape,
    FileShape,
    PruneShape,
    RebuildShape,
    RemoveShape,
    RollbackShape,
    SyncPlanShape,
    SyncShape,
)
from app.contract.documents import LeftOutShape
from app.errors import WorkerLostError
from app.workers.codec import understood
from app.workers.supervisor import Worker, WorkerPlan

Announce = Callable[[str, dict[str, Any]], None]
"""Called with the name of an ingest event and its fields."""

_FIELDS = TypeAdapter(dict[str, Any])
_FILES = TypeAdapter(list[FileShape])
_LEFT_OUT = TypeAdapter(list[LeftOutShape])
_REMOVED: TypeAdapter[RemoveShape] = TypeAdapter(RemoveShape)
_PLAN: TypeAdapter[SyncPlanShape] = TypeAdapter(SyncPlanShape)
_SYNC: TypeAdapter[SyncShape] = TypeAdapter(SyncShape)
_ROLLBACK: TypeAdapter[RollbackShape] = TypeAdapter(RollbackShape)
_PRUNE: TypeAdapter[PruneShape] = TypeAdapter(PruneShape)
_REBUILD: TypeAdapter[RebuildShape] = TypeAdapter(RebuildShape)


class RemoteIngest:
    """Changes the knowledge base; what was done before a crash stays done.

    Everything raises GroundingError, ModelError where documents are embedded, and WorkerLostError.
    """

    def __init__(self, configuration: dict[str, Any], *, log: Path) -> None:
        self._worker = Worker(WorkerPlan("ingest", configuration, log))

    def add(self, paths: Sequence[Path], announce: Announce, *, collection: str = "") -> AddShape:
        """Take in files and folders; a report for every file."""
        named = [str(path.absolute()) for path in paths]
        report = self._follow("add", announce, paths=named, collection=collection)
        entries = understood(_FILES, report.get("files"))
        totals: dict[str, int] = {}
        for entry in entries:
            totals[entry.status] = totals.get(entry.status, 0) + 1
        return AddShape(
            files=entries,
            totals=totals,
            left=int(report.get("left", 0)),
            left_out=understood(_LEFT_OUT, report.get("left_out")),
            notice=str(report.get("notice", "")),
        )

    def remove(self, names: Sequence[str], announce: Announce, *, for_good: bool = True) -> RemoveShape:
        """Take documents out, by name or id; for good, or so that a rollback can bring them back."""
        report = self._follow("remove", announce, names=list(names), for_good=for_good)
        return understood(_REMOVED, report)

    def plan(self, folder: Path, announce: Announce, **asked: Any) -> SyncPlanShape:
        """What `sync` would do."""
        report = self._follow("plan", announce, folder=str(folder.absolute()), **asked)
        return understood(_PLAN, report.get("plan"))

    def sync(self, folder: Path, announce: Announce, **asked: Any) -> SyncShape:
        """Mirror a folder. `asked` has the fields of `grounding.upkeep.sync.Wanted`."""
        named = str(folder.absolute())
        report = self._follow("sync", announce, folder=named, **asked)
        return understood(_SYNC, {**report, "folder": named})

    def watch(
        self, folders: Sequence[Path], announce: Announce, *, collection: str, poll: float | None
    ) -> None:
        """Mirror folders until `stop`."""
        asked = [{"folder": str(folder.absolute()), "collection": collection} for folder in folders]
        self._follow("watch", announce, folders=asked, poll=poll)

    def rollback(self, number: int, announce: Announce) -> RollbackShape:
        """Make a kept generation the newest one again."""
        return understood(_ROLLBACK, self._follow("rollback", announce, number=number))

    def prune(self, keep: int, announce: Announce) -> PruneShape:
        """Drop what the newest `keep` generations do not need."""
        return understood(_PRUNE, self._follow("prune", announce, keep=keep))

    def rebuild(self, announce: Announce, *, embedder: Path | None = None) -> RebuildShape:
        """Build the vector index anew, or embed everything with another embedder."""
        folder = str(embedder.absolute()) if embedder else ""
        return understood(_REBUILD, self._follow("rebuild", announce, embedder=folder))

    def collection(
        self, name: str, *, groups: Sequence[str] | None, move: Sequence[str] = (), drop: bool = False
    ) -> None:
        """Make a collection, change who reads it (None: leave that), move documents into it, or drop it."""
        given = None if groups is None else list(groups)
        self._follow("collection", lambda *_: None, name=name, groups=given, move=list(move), drop=drop)

    def stop(self) -> None:
        """End after the file under way."""
        self._worker.stop()

    def close(self) -> None:
        """End the child for good."""
        self._worker.close()

    def _follow(self, method: str, announce: Announce, **arguments: Any) -> dict[str, Any]:
        report: dict[str, Any] = {}
        for item in self._worker.stream(method, **arguments):
            event = understood(_FIELDS, item)
            value = understood(_FIELDS, event.get("value"))
            if event.get("kind") == "report":
                report = value
            else:
                announce(str(event.get("kind")), value)
        if not report:
            raise WorkerLostError("The process that reads documents ended without a report.")
        return report
