"""What a folder holds just now, as far as a mirror of it must know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grounding.catalog import CatalogView
from grounding.errors import IntakeError
from grounding.intake import Candidate, admit
from grounding.library.file_notes import FileNotes
from grounding.loaders.ocr import was_missing
from grounding.upkeep.ignore import LeftOut, Tally, wanted
from grounding.upkeep.sync_plan import Found
from grounding.upkeep.taking_in import stored_path


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a sync."""

    folder: Path
    collection: str = ""
    """Into which all documents of the folder go; empty leaves each where it is, and puts a new one where
    those of its folder are."""

    confirmed: bool = False
    """More than a fifth of the folder's documents may be removed."""

    checksum: bool = False
    """Read every file, also where size and time are as recorded."""


class Survey:
    """Looks at every file of a folder; reads those whose content is not on record."""

    def __init__(self, view: CatalogView, notes: FileNotes, root: Path, asked: Wanted) -> None:
        """`root` is the folder that was asked for, absolute."""
        self._view = view
        self._root = root
        self._asked = asked
        self._tally = Tally()
        self._sources = {one.source: one for one in view.sources().values()}
        self._copies = {one.source: one for one in notes.copies()}
        self._unread = {one.source: one for one in notes.unread()}

    def files(self) -> Iterator[Found]:
        """In order of name. Raises FileRefusedError for an ignore file that cannot be read."""
        for candidate in wanted(self._root, tally=self._tally):
            yield self._looked_at(candidate)

    def left_out(self) -> tuple[LeftOut, ...]:
        """What ignore files hid of the files asked for so far."""
        return self._tally.left_out()

    def _looked_at(self, candidate: Candidate) -> Found:
        source = stored_path(candidate.path)
        home = self._asked.collection or self._view.home_of(source, stored_path(self._root))
        found = Found(candidate=candidate, source=source, home=home)
        try:
            if candidate.problem is not None:
                raise candidate.problem
            status = candidate.path.lstat()
            found = replace(found, size=status.st_size, mtime_ns=status.st_mtime_ns)
            known = self._on_record(found)
            found = replace(found, sha256=known or admit(candidate.path, root=candidate.root).sha256)
        except IntakeError as fault:
            return replace(found, problem=f"{fault} {fault.remedy}".strip())
        except OSError:
            return replace(found, problem="It vanished while the folder was looked at.")
        return self._as_it_failed(found)

    def _on_record(self, found: Found) -> str:
        if self._asked.checksum:
            return ""
        for one in (self._sources.get(found.source), self._copies.get(found.source)):
            if one and (one.size, one.mtime_ns) == (found.size, found.mtime_ns):
                return one.sha256
        return ""

    def _as_it_failed(self, found: Found) -> Found:
        """With what its reader said of this very file: to read it again would take time and say the same."""
        one = self._unread.get(found.source)
        if one is None or self._asked.checksum or one.status == "skipped" or was_missing(one.reason):
            return found
        same = (one.size, one.mtime_ns) == (found.size, found.mtime_ns)
        return replace(found, problem=one.reason, status=one.status) if same else found
