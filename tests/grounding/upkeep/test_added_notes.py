"""Files that are added one by one leave the same notes as a mirrored folder."""

from __future__ import annotations

from pathlib import Path

from grounding.intake import walk
from grounding.library.file_notes import FileNotes
from grounding.upkeep.added_notes import forget_removed, note_added
from tests.grounding.upkeep.test_sync import Mirror


def add(mirror: Mirror) -> None:
    report = mirror.ingest.add([mirror.folder])
    note_added(mirror.catalog, list(walk([mirror.folder])), report.files)


def test_copies_and_unread_files_are_remembered_until_they_are_so_no_more(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    mirror.write(one="Soup at noon.", two="Soup at noon.", bad="unreadable bytes", empty="")
    notes = FileNotes(mirror.catalog.folder)

    add(mirror)

    assert [one.name for one in notes.copies()] == ["papers/two.md"]
    assert {one.name: one.status for one in notes.unread()} == {
        "papers/bad.md": "failed",
        "papers/empty.md": "empty",
    }
    mirror.write(two="Something else.", bad="Mended.", empty="No longer.")
    add(mirror)
    assert (notes.copies(), notes.unread()) == ((), ())


def test_a_removed_document_leaves_no_note(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    mirror.write(one="Soup at noon.", two="Soup at noon.")
    add(mirror)
    notes = FileNotes(mirror.catalog.folder)

    mirror.ingest.remove(["one.md"])
    forget_removed(mirror.catalog)

    assert (notes.copies(), dict(notes.signatures())) == ((), {})
