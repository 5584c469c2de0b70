"""Taking documents in and out in a child process; it starts a jailed grandchild for every file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.contract import AddShape, FileShape, RemoveShape
from app.errors import WorkerLostError
from app.workers.codec import understood
from app.workers.supervisor import Worker, WorkerPlan

Announce = Callable[[str, dict[str, Any]], None]
"""Called with the name of an ingest event and its fields."""


_FIELDS = TypeAdapter(dict[str, Any])
_FILES = TypeAdapter(list[FileShape])
_NAMES = TypeAdapter(list[str])


class RemoteIngest:
    """Adds and removes documents; what was taken in before a crash stays taken in."""

    def __init__(self, configuration: dict[str, Any], *, log: Path) -> None:
        self._worker = Worker(WorkerPlan("ingest", configuration, log))

    def add(self, paths: Sequence[Path], announce: Announce) -> AddShape:
        """Take in files and folders; a report for every file. Raises GroundingError, ModelError."""
        report = self._follow("add", announce, paths=[str(path.absolute()) for path in paths])
        entries = understood(_FILES, report.get("files"))
        totals: dict[str, int] = {}
        for entry in entries:
            totals[entry.status] = totals.get(entry.status, 0) + 1
        return AddShape(files=entries, totals=totals, notice=str(report.get("notice", "")))

    def remove(self, names: Sequence[str], announce: Announce) -> RemoveShape:
        """Take documents out, by name or id. Raises GroundingError."""
        report = self._follow("remove", announce, names=list(names))
        return RemoveShape(
            removed=understood(_NAMES, report.get("removed")), notice=str(report.get("notice", ""))
        )

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
