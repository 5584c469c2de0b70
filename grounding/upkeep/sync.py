"""Mirrors a folder: what is new comes in, what has gone goes out, what has moved keeps its vectors.

Promises
    * One sync is one generation, which can be taken back; what it removes stays until it is pruned.
    * Each file is a step of its own: a sync that was interrupted goes on where it was when it is run again.
    * Size and time are a hint alone, used where the hash of that size and time is on record.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

from grounding.catalog import Catalog, CatalogView
from grounding.errors import SyncRefusedError
from grounding.ingest import Ingest
from grounding.library.file_notes import Copy, FileNotes, Unread
from grounding.library.writer import CatalogWriter, Placed, writing
from grounding.upkeep.intake_report import FileReport, Watching, surveyed
from grounding.upkeep.rereading import outdated as is_outdated
from grounding.upkeep.survey import Survey, Wanted
from grounding.upkeep.sync_plan import Found, Known, Step, SyncPlan, below, plan
from grounding.upkeep.taking_in import document_id, stored_path

__all__ = ["Sync", "SyncReport", "Wanted"]

_ROUNDS = 3
"""Files that swapped contents need two; a folder that changes all the time is left to the next sync."""

_CUT_SHORT = "It was stopped before all of the folder had been looked at; nothing was changed."
_AGAIN = "Run the same command again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did."""

    plan: SyncPlan
    files: tuple[FileReport, ...] = ()
    """What became of those that were taken in."""

    moved: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left: int = 0
    """Files that were not taken in because it was stopped; the next sync goes on with them."""

    notice: str = ""


class Sync:
    """Mirrors folders into the catalog. Cheap to make."""

    def __init__(self, catalog: Catalog, ingest: Ingest) -> None:
        self._catalog = catalog
        self._ingest = ingest
        self._notes = FileNotes(catalog.folder)

    def plan(
        self,
        asked: Wanted,
        *,
        announce: Callable[[Any], None] = lambda _: None,
        stop: Event | None = None,
    ) -> SyncPlan:
        """What a sync would do; changes nothing. Raises SyncRefusedError, FileRefusedError."""
        watching = Watching(announce, stop)
        with self._catalog.read() as view:
            planned = self._planned(view, asked, watching)
        if watching.stopped:
            raise SyncRefusedError(_CUT_SHORT, _AGAIN)
        return planned

    def run(
        self,
        asked: Wanted,
        *,
        announce: Callable[[Any], None] = lambda _: None,
        stop: Event | None = None,
    ) -> SyncReport:
        """Make the library hold what the folder holds. `stop` ends it after the file under way.

        Raises SyncRefusedError (also for a stop before all of the folder was seen), FileRefusedError (an
        ignore file cannot be read), CatalogBusyError, CollectionError, EmbedderMismatchError.
        """
        watching = Watching(announce, stop)
        with writing(self._catalog, "sync") as writer:
            if asked.collection:
                writer.refuse_unknown_collection(asked.collection)
            first = self._planned(writer.view, asked, watching)
            if watching.stopped:
                raise SyncRefusedError(_CUT_SHORT, _AGAIN)
            first.refuse(confirmed=asked.confirmed)
            report = self._carried_out(writer, first, asked, watching)
            for _ in range(_ROUNDS - 1):
                if watching.stopped or not first.changes:
                    break
                again = self._planned(writer.view, replace(asked, checksum=False), watching)
                if watching.stopped:
                    break
                # What went meanwhile is for the next sync, which counts it.
                again = replace(again, removed=())
                if not again.changes:
                    break
                report = _joined(report, self._carried_out(writer, again, asked, watching))
            notice = self._ingest.finish(writer, announce, stop)
            self._notes.forget_contents(source.sha256 for source in writer.view.sources().values())
        return replace(report, notice=notice)

    def _planned(self, view: CatalogView, asked: Wanted, watching: Watching) -> SyncPlan:
        """A plan; of a part of the folder, and not to be used, if it was stopped."""
        root = _root(asked)
        if not os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises
            raise SyncRefusedError("The folder is not there, or cannot be seen by you.", "Check the path.")
        outdated = frozenset(entry.id for entry in view.documents() if is_outdated(entry))
        survey = Survey(view, self._notes, root, asked)
        # After a stop, what was not seen looks as if it had gone: the caller throws such a plan away.
        found = list(surveyed(survey.files(), watching))
        planned = plan(stored_path(root), found, Known(sources=view.sources(), outdated=outdated))
        return replace(planned, left_out=survey.left_out())

    def _carried_out(
        self, writer: CatalogWriter, planned: SyncPlan, asked: Wanted, watching: Watching
    ) -> SyncReport:
        replaced = [step for step in planned.duplicate if step.document]
        takes = [step for step in (*planned.added, *planned.updated, *replaced) if step.found]
        if takes:
            self._ingest.ready(writer, asked.collection)
        moved, removed = _moved(writer, planned, asked, watching), _removed(writer, planned, watching)
        files = [step.found.candidate for step in takes if step.found]
        reports = self._ingest.take_in(writer, files, asked.collection, watching) if files else []
        self._note(stored_path(_root(asked)), planned, takes, reports)
        return SyncReport(
            plan=planned,
            files=tuple(reports),
            moved=moved,
            removed=removed,
            left=len(files) - len(reports),
        )

    def _note(
        self, folder: str, planned: SyncPlan, takes: Sequence[Step], reports: Sequence[FileReport]
    ) -> None:
        """Remember copies and what was not read; what is neither any more is forgotten."""
        every = (
            *planned.added,
            *planned.updated,
            *planned.moved,
            *planned.duplicate,
            *planned.unchanged,
            *planned.unreadable,
        )
        on_disk = [step.found for step in every if step.found]
        unread = [
            _unread(step.found, report.status, report.reason)
            for step, report in zip(takes, reports, strict=False)
            if step.found and report.status in {"empty", "failed", "skipped"}
        ]
        unread += [_unread(one, one.status, one.problem) for one in on_disk if one.problem]
        copies = [
            Copy(one.source, one.candidate.name, one.size, one.mtime_ns, one.sha256)
            for one in (step.found for step in planned.duplicate)
            if one
        ]
        noted = [one.source for one in self._notes.copies()] + [one.source for one in self._notes.unread()]
        of_this_folder = [source for source in noted if below(source, folder)]
        self._notes.note([*of_this_folder, *(one.source for one in on_disk)], copies, unread)


def _root(asked: Wanted) -> Path:
    return Path(os.path.abspath(asked.folder))  # noqa: PTH100 - Path.resolve would follow links


def _moved(writer: CatalogWriter, planned: SyncPlan, asked: Wanted, watching: Watching) -> tuple[str, ...]:
    """Carry out the moves, and note new times of files whose content is as it was."""
    sources = writer.view.sources()
    for step in planned.unchanged:
        if step.found and sources[step.document].mtime_ns != step.found.mtime_ns:
            writer.seen(step.document, step.found.mtime_ns)
    done = []
    for step in planned.moved:
        if step.found and not watching.stopped:
            home = asked.collection or sources[step.document].collection
            writer.hand_over(step.document, _placed(step.found, home))
            done.append(step.path)
    return tuple(done)


def _removed(writer: CatalogWriter, planned: SyncPlan, watching: Watching) -> tuple[str, ...]:
    done = []
    for step in planned.removed:
        if not watching.stopped:
            writer.retire(step.document)
            done.append(step.path)
    return tuple(done)


def _placed(found: Found, collection: str) -> Placed:
    return Placed(
        document_id=document_id(found.source),
        source=found.source,
        name=found.candidate.name,
        root=stored_path(found.candidate.root) if found.candidate.root else "",
        collection=collection,
        mtime_ns=found.mtime_ns,
    )


def _unread(found: Found, status: str, reason: str) -> Unread:
    return Unread(found.source, found.candidate.name, found.size, found.mtime_ns, status, reason)


def _joined(one: SyncReport, other: SyncReport) -> SyncReport:
    """Both rounds; of a file that was looked at twice, the last word counts."""
    files = {report.path: report for report in (*one.files, *other.files)}
    return SyncReport(
        plan=one.plan,
        files=tuple(files.values()),
        moved=one.moved + other.moved,
        removed=one.removed + other.removed,
        left=other.left,
    )
