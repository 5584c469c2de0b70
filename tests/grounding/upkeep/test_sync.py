"""After a sync the library holds what the folder holds; what cannot be read, and what is not there, stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from grounding.catalog import Catalog
from grounding.documents import Block, LoadedDocument
from grounding.errors import CollectionError, FileEmptyError, FileUnreadableError, SyncRefusedError
from grounding.ingest import Ingest
from grounding.intake import Admitted
from grounding.library.file_notes import FileNotes
from grounding.library.relations import Relations
from grounding.loaders import ocr
from grounding.upkeep.ignore import NAME, LeftOut
from grounding.upkeep.intake_report import FileReport
from grounding.upkeep.sync import Sync, SyncReport, Wanted
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files


class CountingReader:
    """Reads, counts, and fails for content that says so."""

    def __init__(self) -> None:
        self.read_names: list[str] = []

    def read(self, admitted: Admitted) -> LoadedDocument:
        self.read_names.append(admitted.name)
        if b"unreadable" in admitted.data:
            raise FileUnreadableError("The parser ran out of memory.")
        return InProcessReader().read(admitted)


class Mirror:
    """A folder and a library of its own."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "papers"
        self.folder.mkdir()
        self.catalog = Catalog(place / "kb")
        self.reader = CountingReader()
        self.ingest = Ingest(
            self.catalog, HashingEmbedder(), self.reader, place / "index", Relations(place / "kb")
        )
        self.sync = Sync(self.catalog, self.ingest)

    def write(self, **files: str) -> None:
        write_files(self.folder, {name.replace("__", "/") + ".md": text for name, text in files.items()})

    def run(self, **more: bool) -> SyncReport:
        return self.sync.run(Wanted(self.folder, **more))  # type: ignore[arg-type]  # only flags are given

    def held(self) -> dict[str, str]:
        """Path within the folder to text."""
        with self.catalog.read() as view:
            return {
                entry.path.removeprefix("papers/"): " ".join(view.texts(entry.id))
                for entry in view.documents()
            }


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    mirror = Mirror(tmp_path)
    mirror.write(leave="Five days of leave.", canteen="Soup at noon.", a__travel="By train.")
    return mirror


def counts(report: SyncReport) -> dict[str, int]:
    lists = ("added", "updated", "moved", "duplicate", "unchanged", "removed", "unreadable")
    return {name: len(getattr(report.plan, name)) for name in lists if getattr(report.plan, name)}


def test_a_folder_comes_in_and_stays_as_it_is(mirror: Mirror) -> None:
    assert counts(mirror.run()) == {"added": 3}
    before = mirror.catalog.status()

    assert counts(mirror.run()) == {"unchanged": 3}
    assert mirror.catalog.status() == before


def test_a_plan_says_what_a_sync_would_do_and_does_nothing(mirror: Mirror) -> None:
    mirror.run()
    mirror.write(leave="Six days of leave.", new="New.")
    (mirror.folder / "canteen.md").unlink()
    before = mirror.catalog.status()

    planned = mirror.sync.plan(Wanted(mirror.folder))

    assert [step.path for step in planned.added] == ["papers/new.md"]
    assert [step.path for step in planned.updated] == ["papers/leave.md"]
    assert [step.path for step in planned.removed] == ["papers/canteen.md"]
    assert mirror.catalog.status() == before


def test_a_moved_file_is_not_read_again(mirror: Mirror) -> None:
    mirror.run()
    mirror.reader.read_names.clear()
    (mirror.folder / "leave.md").rename(mirror.folder / "a" / "days.md")

    report = mirror.run()

    assert report.moved == ("papers/a/days.md",)
    assert mirror.reader.read_names == []
    assert mirror.held()["a/days.md"] == "Five days of leave."
    assert "leave.md" not in mirror.held()


def test_a_renamed_folder_keeps_every_vector(mirror: Mirror) -> None:
    mirror.run()
    mirror.reader.read_names.clear()
    (mirror.folder / "a").rename(mirror.folder / "b")

    assert counts(mirror.run()) == {"moved": 1, "unchanged": 2}
    assert mirror.reader.read_names == []


def test_files_that_swap_their_contents_are_both_there_afterwards(mirror: Mirror) -> None:
    mirror.run()
    mirror.write(leave="Soup at noon.", canteen="Five days of leave.")

    mirror.run()

    assert mirror.held() == {
        "leave.md": "Soup at noon.",
        "canteen.md": "Five days of leave.",
        "a/travel.md": "By train.",
    }


def test_a_copy_is_stored_once_and_takes_over_when_the_first_one_goes(mirror: Mirror) -> None:
    mirror.write(z="Soup at noon.")
    assert counts(mirror.run()) == {"added": 3, "duplicate": 1}
    assert counts(mirror.run()) == {"unchanged": 3, "duplicate": 1}
    (mirror.folder / "canteen.md").unlink()

    assert mirror.run().moved == ("papers/z.md",)
    assert "z.md" in mirror.held()


def test_one_sync_is_one_generation_and_can_be_taken_back(mirror: Mirror) -> None:
    mirror.run()
    first = mirror.held()
    mirror.write(leave="Six days.", new="New.")
    (mirror.folder / "canteen.md").rename(mirror.folder / "kitchen.md")

    mirror.run()

    assert mirror.catalog.status().generation == 2
    mirror.ingest.rollback(1)
    assert mirror.held() == first


def vanish(mirror: Mirror) -> None:
    shutil.rmtree(mirror.folder)


def empty(mirror: Mirror) -> None:
    shutil.rmtree(mirror.folder)
    mirror.folder.mkdir()


def hide_all(mirror: Mirror) -> None:
    (mirror.folder / NAME).write_text("*\n")


@pytest.mark.parametrize("confirmed", [False, True], ids=["unconfirmed", "confirmed"])
@pytest.mark.parametrize("trouble", [vanish, empty, hide_all])
def test_a_folder_that_shows_nothing_never_wipes_the_library(
    mirror: Mirror, trouble: Callable[[Mirror], None], confirmed: bool
) -> None:
    mirror.run()
    before = mirror.held()
    trouble(mirror)

    with pytest.raises(SyncRefusedError):
        mirror.run(confirmed=confirmed)

    assert mirror.held() == before


@pytest.mark.parametrize(
    ("files", "gone", "refused"),
    [
        pytest.param(10, 2, False, id="a fifth goes"),
        pytest.param(10, 3, True, id="more than a fifth does not"),
        pytest.param(4, 1, True, id="one of four is more than a fifth"),
    ],
)
def test_removing_much_needs_a_word(tmp_path: Path, files: int, gone: int, refused: bool) -> None:
    mirror = Mirror(tmp_path)
    mirror.write(**{f"n{number}": f"Text number {number}." for number in range(files)})
    mirror.run()
    for number in range(gone):
        (mirror.folder / f"n{number}.md").unlink()

    assert bool(mirror.sync.plan(Wanted(mirror.folder)).refusal()) is refused
    if refused:
        with pytest.raises(SyncRefusedError, match=rf"remove {gone} of the {files} documents"):
            mirror.run()
        assert len(mirror.held()) == files
    assert len(mirror.run(confirmed=True).removed) == gone
    assert len(mirror.held()) == files - gone


def test_what_can_no_longer_be_read_stays_and_is_named(mirror: Mirror) -> None:
    mirror.run()
    mirror.write(leave="unreadable bytes")

    report = mirror.run()

    [failed] = [file for file in report.files if file.status == "failed"]
    assert "still answers" in failed.reason
    assert mirror.held()["leave.md"] == "Five days of leave."
    mirror.reader.read_names.clear()
    assert [step.path for step in mirror.run().plan.unreadable] == ["papers/leave.md"]
    assert mirror.reader.read_names == [], "nothing has changed, so it is not tried again"
    mirror.run(checksum=True)
    assert mirror.reader.read_names == ["papers/leave.md"], "unless that is asked for"


def test_a_file_that_became_a_link_keeps_its_document(mirror: Mirror) -> None:
    mirror.run()
    (mirror.folder / "leave.md").unlink()
    (mirror.folder / "leave.md").symlink_to(mirror.folder / "canteen.md")

    report = mirror.run()

    assert [step.path for step in report.plan.unreadable] == ["papers/leave.md"]
    assert "leave.md" in mirror.held()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_below_a_closed_folder_nothing_is_removed(mirror: Mirror) -> None:
    mirror.run()
    (mirror.folder / "a").chmod(0)
    try:
        assert [step.path for step in mirror.run().plan.unreadable] == ["papers/a", "papers/a/travel.md"]
        assert "a/travel.md" in mirror.held()
    finally:
        (mirror.folder / "a").chmod(0o700)


def test_what_is_hidden_by_an_ignore_file_goes(mirror: Mirror) -> None:
    mirror.run()
    (mirror.folder / NAME).write_text("a/\n")

    assert mirror.run(confirmed=True).removed == ("papers/a/travel.md",)


def test_a_document_added_by_itself_is_not_the_folders_to_remove(mirror: Mirror) -> None:
    mirror.write(own="Added by itself.")
    mirror.ingest.add([mirror.folder / "own.md"])
    mirror.run()
    (mirror.folder / "own.md").unlink()

    assert mirror.run(confirmed=True).removed == ()
    assert "own.md" in mirror.held()


def test_equal_size_and_time_hide_a_change_until_checksums_are_asked_for(mirror: Mirror) -> None:
    mirror.run()
    place = mirror.folder / "leave.md"
    before = place.stat()
    place.write_text("Nine days of leave.")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert counts(mirror.run()) == {"unchanged": 3}
    assert counts(mirror.run(checksum=True)) == {"unchanged": 2, "updated": 1}


def test_a_new_time_alone_is_no_change(mirror: Mirror) -> None:
    mirror.run()
    os.utime(mirror.folder / "leave.md", ns=(0, 0))

    assert counts(mirror.run()) == {"unchanged": 3}
    assert mirror.catalog.status().generation == 1
    with mirror.catalog.read() as view:
        assert 0 in {source.mtime_ns for source in view.sources().values()}


def test_a_plan_counts_what_ignore_files_hide(mirror: Mirror) -> None:
    (mirror.folder / NAME).write_text("leave.md\n")

    assert mirror.sync.plan(Wanted(mirror.folder)).left_out == (LeftOut(f"papers/{NAME}", 1, 0),)
    assert mirror.run().plan.left_out == (LeftOut(f"papers/{NAME}", 1, 0),)


def test_a_stopped_sync_goes_on_where_it_was(mirror: Mirror) -> None:
    stop = Event()

    def stop_after_the_first(event: object) -> None:
        if not isinstance(event, FileReport):
            stop.set()

    report = mirror.sync.run(Wanted(mirror.folder), announce=stop_after_the_first, stop=stop)

    assert report.left == 2
    assert counts(mirror.run()) == {"unchanged": 1, "added": 2}


@pytest.mark.parametrize("only_plan", [True, False])
def test_a_sync_that_is_stopped_while_it_looks_at_the_folder_changes_nothing(
    mirror: Mirror, *, only_plan: bool
) -> None:
    mirror.run()
    before = mirror.held()
    shutil.rmtree(mirror.folder)
    mirror.folder.mkdir()
    mirror.write(new="Something else.")
    stop = Event()
    stop.set()

    asked = mirror.sync.plan if only_plan else mirror.sync.run

    with pytest.raises(SyncRefusedError, match="stopped before all of the folder"):
        asked(Wanted(mirror.folder, confirmed=True), stop=stop)

    assert mirror.held() == before


def test_a_folder_goes_into_its_collection(mirror: Mirror) -> None:
    with pytest.raises(CollectionError):
        mirror.sync.run(Wanted(mirror.folder, collection="hr"))
    from grounding.library.writer import writing

    with writing(mirror.catalog, "collection") as writer:
        writer.put_collection("hr", frozenset({"hr"}))
    mirror.run()

    mirror.sync.run(Wanted(mirror.folder, collection="hr"))
    (mirror.folder / "leave.md").rename(mirror.folder / "days.md")
    mirror.run()

    assert {entry.collection for entry in mirror.catalog.documents()} == {"hr"}, "also after a move"


@pytest.mark.parametrize("how", ["synced", "synced from above", "added"])
def test_what_comes_into_a_restricted_folder_is_not_open(mirror: Mirror, how: str) -> None:
    from grounding.library.writer import writing

    with writing(mirror.catalog, "collection") as writer:
        writer.put_collection("hr", frozenset({"hr"}))
    mirror.sync.run(Wanted(mirror.folder / "a", collection="hr"))
    mirror.write(a__pay="Everyone earns the same.", a__deep__bonus="Paid in June.")

    if how == "added":
        mirror.ingest.add([mirror.folder / "a"])
    else:
        mirror.sync.run(Wanted(mirror.folder / "a" if how == "synced" else mirror.folder))
    mirror.run()

    homes = {Path(entry.path).stem: entry.collection for entry in mirror.catalog.documents()}
    restricted = {"travel": "hr", "pay": "hr", "bonus": "hr"}
    assert homes == restricted | {"leave": "documents", "canteen": "documents"}


def test_a_copy_outside_a_restricted_collection_is_a_document_of_its_own(
    mirror: Mirror, tmp_path: Path
) -> None:
    """Whoever may read the copy must find it, and whoever may not read the original must not."""
    from grounding.library.writer import writing

    with writing(mirror.catalog, "collection") as writer:
        writer.put_collection("hr", frozenset({"hr"}))
    mirror.sync.run(Wanted(mirror.folder, collection="hr"))
    other = write_files(tmp_path / "open", {"leave.md": "Five days of leave."})

    report = mirror.sync.run(Wanted(other))

    assert [file.status for file in report.files] == ["added"]


def test_what_is_known_of_copies_and_unread_files_goes_with_them(mirror: Mirror) -> None:
    mirror.write(copy="Soup at noon.", bad="unreadable bytes")
    mirror.run()
    notes = FileNotes(mirror.catalog.folder)
    assert [one.name for one in notes.copies()] == ["papers/copy.md"]
    assert [one.status for one in notes.unread()] == ["failed"]
    mirror.run()
    assert [one.status for one in notes.unread()] == ["failed"], "as its reader said it"

    (mirror.folder / "copy.md").unlink()
    (mirror.folder / "bad.md").unlink()
    assert notes.copies_there() == ()
    mirror.run()

    assert (notes.copies(), notes.unread()) == ((), ())


def test_scans_are_read_as_soon_as_they_can_be(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ScanReader(CountingReader):
        """Reads a second page only with Tesseract, as the loader of PDFs does."""

        def read(self, admitted: Admitted) -> LoadedDocument:
            document = super().read(admitted)
            if admitted.name.endswith("leave.md") and not ocr.program():
                return replace(document, warnings=(f"No text on page 2; {ocr.ADVICE} to read it.",))
            if admitted.name.endswith("canteen.md") and not ocr.program():
                raise FileEmptyError(f"1 page without text, {ocr.ADVICE} to read it.")
            if ocr.program():
                return replace(document, blocks=(*document.blocks, Block(text="Seen on a picture.")))
            return document

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    mirror.reader = ScanReader()
    mirror.ingest = Ingest(mirror.catalog, HashingEmbedder(), mirror.reader, tmp_path / "index")
    mirror.sync = Sync(mirror.catalog, mirror.ingest)
    mirror.run()
    mirror.run()
    assert len(mirror.reader.read_names) == 3, "while nothing has changed, nothing is read again"

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tesseract").touch(mode=0o700)
    mirror.run()
    mirror.ingest.add([mirror.folder])

    assert sorted(mirror.reader.read_names[3:]) == ["papers/canteen.md", "papers/leave.md"]
    assert mirror.held() == {
        "leave.md": "Five days of leave.\nSeen on a picture.",
        "canteen.md": "Soup at noon.\nSeen on a picture.",
        "a/travel.md": "By train.",
    }
