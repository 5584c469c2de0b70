"""What adding and removing leave in the notes: which files are copies, and which could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.catalog import Catalog
from grounding.errors import IntakeError
from grounding.intake import Candidate, admit
from grounding.library.file_notes import Copy, FileNotes, Unread
from grounding.upkeep.intake_report import FileReport
from grounding.upkeep.taking_in import stored_path

_UNREAD = frozenset({"empty", "skipped", "failed"})


def note_added(catalog: Catalog, candidates: Sequence[Candidate], reports: Sequence[FileReport]) -> None:
    """Remember what became of files that were added."""
    named = {candidate.name: candidate for candidate in candidates}
    looked_at, copies, unread = [], [], []
    for report in reports:
        candidate = named.get(report.path)
        if candidate is None:
            continue
        source = stored_path(candidate.path)
        looked_at.append(source)
        size, mtime_ns = _stamp(candidate)
        if report.status in _UNREAD:
            unread.append(Unread(source, report.path, size, mtime_ns, report.status, report.reason))
        elif report.status == "duplicate" and (digest := _digest(candidate)):
            copies.append(Copy(source, report.path, size, mtime_ns, digest))
    FileNotes(catalog.folder).note(looked_at, copies, unread)
    forget_removed(catalog)


def forget_removed(catalog: Catalog) -> None:
    """Forget what the notes hold of documents that are live no more."""
    notes = FileNotes(catalog.folder)
    with catalog.read() as view:
        notes.forget_contents(source.sha256 for source in view.sources().values())
        notes.keep_signatures({}, [entry.version for entry in view.documents()])


def _stamp(candidate: Candidate) -> tuple[int, int]:
    try:
        status = candidate.path.lstat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _digest(candidate: Candidate) -> str:
    try:
        return admit(candidate.path, root=candidate.root).sha256
    except IntakeError:
        return ""
