"""Files are read side by side and embedded together, and still stand or fall one by one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from grounding.catalog import Catalog, CatalogView
from grounding.documents import Block, LoadedDocument
from grounding.errors import CatalogUnusableError, FileUnreadableError
from grounding.ingest import Ingest
from grounding.intake import Admitted
from grounding.passages import Principal
from grounding.upkeep.intake_ports import Arrival, Kin
from grounding.upkeep.intake_report import FileReport, FileStarted, IngestEvent, Progress
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files

ANYONE = Principal("anyone")


class CountingEmbedder(HashingEmbedder):
    """Notes how many texts it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        return super().embed(texts)


class Slides:
    """Reads every file as two slides of a dated presentation."""

    def read(self, admitted: Admitted) -> LoadedDocument:
        blocks = tuple(Block(text=f"Slide {n} shows growth.", place=f"slide {n}") for n in (1, 2))
        return LoadedDocument(
            title="Growth", kind="pptx", blocks=blocks, dated="2026-03", warnings=("One slide is hidden.",)
        )


class Interrupted:
    """Fails between storing a version and making it live, as a lost disk would."""

    def relate(self, view: CatalogView, arrival: Arrival) -> str:
        raise CatalogUnusableError("The disk is gone.")

    def keep(self) -> None:
        """It never comes to that."""


class NamesThem:
    """Says of each document which others are live already."""

    def __init__(self) -> None:
        self.heard: list[Arrival] = []

    def relate(self, view: CatalogView, arrival: Arrival) -> str:
        self.heard.append(arrival)
        return ", ".join(one.path for one in view.documents() if one.id != arrival.document_id)

    def keep(self) -> None:
        """The arrivals are kept as they come."""


class Rereading(InProcessReader):
    """Notes which files it was given; fails on those with "broken" in their name."""

    def __init__(self) -> None:
        self.read_files: list[str] = []

    def read(self, admitted: Admitted) -> LoadedDocument:
        self.read_files.append(admitted.name)
        if "broken" in admitted.name:
            raise FileUnreadableError("The parser ran out of memory.")
        return super().read(admitted)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def papers(tmp_path: Path, *names: str) -> Path:
    return write_files(
        tmp_path / "papers", {name: f"# {name}\n\nOnly {name} says {name}.\n" for name in names}
    )


def ingest(home: Path, embedder: HashingEmbedder | None = None, kin: Kin | None = None) -> Ingest:
    catalog = Catalog(home / "kb")
    return Ingest(catalog, embedder or HashingEmbedder(), InProcessReader(), home / "index", kin)


def test_small_files_are_embedded_in_one_call(home: Path, tmp_path: Path) -> None:
    embedder = CountingEmbedder()

    ingest(home, embedder).add([papers(tmp_path, *(f"{number}.md" for number in range(20)))])

    assert embedder.calls == [20]


def test_a_large_file_is_embedded_in_parts_with_progress_between(home: Path, tmp_path: Path) -> None:
    embedder, heard = CountingEmbedder(), list[IngestEvent]()
    rooms = "".join(f"# Room {number}\n\nIt holds {number * 7} chairs.\n\n" for number in range(1_300))

    ingest(home, embedder).add([write_files(tmp_path / "p", {"rooms.md": rooms})], announce=heard.append)

    done = [event.chunks for event in heard if isinstance(event, Progress)]
    assert embedder.calls == [512, 138]
    assert done == [512, 650]


def test_reports_come_in_the_order_of_the_files_whatever_becomes_of_each(home: Path, tmp_path: Path) -> None:
    folder = papers(tmp_path, "a.md", "b broken.md", "c.md", "e broken.md")
    write_files(folder, {"b2.md": "  ", "d.md": (folder / "a.md").read_text(), "f.xyz": "x"})
    reader = Rereading()

    report = Ingest(Catalog(home / "kb"), HashingEmbedder(), reader, home / "index").add([folder])

    assert [(one.path.removeprefix("papers/"), one.status) for one in report.files] == [
        ("a.md", "added"),
        ("b broken.md", "failed"),
        ("b2.md", "empty"),
        ("c.md", "added"),
        ("d.md", "duplicate"),
        ("e broken.md", "failed"),
        ("f.xyz", "skipped"),
    ]


def test_what_was_stored_before_an_interruption_is_neither_read_nor_embedded_again(
    home: Path, tmp_path: Path
) -> None:
    folder = papers(tmp_path, "a.md", "b.md")
    with pytest.raises(CatalogUnusableError):
        ingest(home, kin=Interrupted()).add([folder / "a.md"])
    assert Catalog(home / "kb").documents() == ()
    embedder, reader = CountingEmbedder(), Rereading()

    report = Ingest(Catalog(home / "kb"), embedder, reader, home / "index").add([folder])

    assert report.totals == {"added": 2}
    assert report.files[0].chunks == 1
    assert embedder.calls == [1]
    assert reader.read_files == ["papers/b.md"]


def test_content_that_comes_back_is_not_embedded_again(home: Path, tmp_path: Path) -> None:
    folder = papers(tmp_path, "a.md")
    first = (folder / "a.md").read_text()
    ingest(home).add([folder])
    write_files(folder, {"a.md": "Something else."})
    ingest(home).add([folder])
    write_files(folder, {"a.md": first})
    embedder = CountingEmbedder()

    assert ingest(home, embedder).add([folder]).totals == {"updated": 1}
    assert embedder.calls == []


def test_a_document_is_related_to_those_that_are_live_and_its_report_says_so(
    home: Path, tmp_path: Path
) -> None:
    kin = NamesThem()

    report = ingest(home, kin=kin).add([papers(tmp_path, "a.md", "b.md")])

    assert [one.near for one in report.files] == ["", "papers/a.md"]
    assert [(one.path, one.title) for one in kin.heard] == [("papers/a.md", "a.md"), ("papers/b.md", "b.md")]
    assert "Only b.md says b.md." in kin.heard[1].texts[0]


def test_a_stop_ends_it_after_the_file_that_is_being_read(home: Path, tmp_path: Path) -> None:
    stop = Event()

    class StopsAtTheThird(Rereading):
        def read(self, admitted: Admitted) -> LoadedDocument:
            if admitted.name.endswith("02.md"):
                stop.set()
            elif admitted.name.endswith("03.md"):
                raise FileUnreadableError("It must not be waited for.")
            return super().read(admitted)

    folder = papers(tmp_path, *(f"{number:02}.md" for number in range(40)))
    library = Ingest(Catalog(home / "kb"), HashingEmbedder(), StopsAtTheThird(), home / "index")

    report = library.add([folder], stop=stop)

    assert len(report.files) < 32, "a batch has 32 files"
    assert len(report.files) + report.left == 40
    assert Catalog(home / "kb").status().documents == report.totals.get("added", 0)


def test_a_stop_ends_it_after_the_batch_under_way(home: Path, tmp_path: Path) -> None:
    stop = Event()
    seen: list[str] = []

    def hear(event: IngestEvent) -> None:
        if isinstance(event, FileReport):
            seen.append(event.path)
            stop.set()

    report = ingest(home).add(
        [papers(tmp_path, *(f"{number:02}.md" for number in range(40)))], announce=hear, stop=stop
    )

    assert (len(report.files), report.left) == (32, 8)
    assert [one.path for one in report.files] == seen
    assert Catalog(home / "kb").status().documents == 32


def test_a_stop_before_the_first_file_takes_nothing_in(home: Path, tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    heard: list[IngestEvent] = []

    report = ingest(home).add([papers(tmp_path, "a.md")], announce=heard.append, stop=stop)

    assert (report.files, report.left) == ((), 1)
    assert not [event for event in heard if isinstance(event, FileStarted)]


def test_place_date_and_warnings_travel_with_a_document(home: Path, tmp_path: Path) -> None:
    add = Ingest(Catalog(home / "kb"), HashingEmbedder(), Slides(), home / "index").add
    [report] = add([papers(tmp_path, "growth.md")]).files

    assert report.reason == "One slide is hidden."
    with Catalog(home / "kb").read() as view:
        [entry] = view.documents()
        quoted = view.passages(view.vectors()[0], ANYONE)
        assert (entry.dated, entry.warnings) == ("2026-03", "One slide is hidden.")
        assert [
            (one.place, one.dated, one.collection) for one in map(quoted.__getitem__, view.vectors()[0])
        ] == [
            ("slide 1", "2026-03", "documents"),
            ("slide 2", "2026-03", "documents"),
        ]


def test_the_file_behind_a_document_is_known_as_it_was_taken_in(home: Path, tmp_path: Path) -> None:
    folder = papers(tmp_path, "a.md", "b.md")
    ingest(home).add([folder / "a.md"])
    ingest(home).add([folder])

    with Catalog(home / "kb").read() as view:
        sources = {source.name: source for source in view.sources().values()}
        assert view.library_size() > 0
    for name, root in (("a.md", ""), ("papers/b.md", str(folder))):
        file = folder / Path(name).name
        source = sources[name]
        assert (source.source, source.root) == (str(file), root)
        assert (source.size, source.mtime_ns) == (file.stat().st_size, file.stat().st_mtime_ns)


def test_a_file_that_was_only_touched_makes_no_generation(home: Path, tmp_path: Path) -> None:
    import os

    folder = papers(tmp_path, "a.md")
    ingest(home).add([folder])
    before = Catalog(home / "kb").status()
    os.utime(folder / "a.md", ns=(1, 1))

    assert ingest(home).add([folder]).totals == {"unchanged": 1}
    assert Catalog(home / "kb").status() == before
    with Catalog(home / "kb").read() as view:
        assert [source.mtime_ns for source in view.sources().values()] == [1]


def test_a_document_removed_with_its_history_kept_comes_back_by_a_rollback(
    home: Path, tmp_path: Path
) -> None:
    ingest(home).add([papers(tmp_path, "a.md", "b.md")])

    removed = ingest(home).remove(["a.md"], for_good=False)
    back = ingest(home).rollback(1)

    assert (removed.removed, removed.for_good) == (("papers/a.md",), False)
    assert (back.generation, back.documents, back.chunks, back.notice) == (3, 2, 2, "")


def test_pruning_says_what_was_dropped_and_what_that_gave_back(home: Path, tmp_path: Path) -> None:
    folder = papers(tmp_path, "a.md")
    for number in range(3):
        write_files(folder, {"a.md": "".join(f"# {n}\n\nLine {n * number}.\n\n" for n in range(200))})
        ingest(home).add([folder])

    report = ingest(home).prune(1)

    assert (report.generations, report.versions, report.chunks) == (2, 2, 200)
    assert 0 < report.bytes_after < report.bytes_before
    assert report.notice == ""
