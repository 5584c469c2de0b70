"""Each file is taken in whole or not at all, is reported with its reason, and costs no other its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event

import pytest

from grounding.catalog import Catalog, CatalogView
from grounding.documents import LoadedDocument
from grounding.errors import (
    CatalogBusyError,
    EmbedderMismatchError,
    FileRefusedError,
    FileUnreadableError,
    UnknownDocumentError,
)
from grounding.index.shelf import IndexShelf
from grounding.ingest import Ingest
from grounding.intake import Admitted
from grounding.library.writer import writing
from grounding.passages import Passage, Principal
from grounding.retriever import HybridRetriever
from grounding.upkeep.ignore import LeftOut
from grounding.upkeep.intake_report import (
    FileReport,
    FileStarted,
    IndexBuilding,
    IngestEvent,
    Progress,
    Surveyed,
)
from tests.contracts.embedder_contract import EmbedderContract
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files

ANYONE = Principal("anyone")
LEAVE = "# Leave\n\nEmployees may carry five days of leave into the next year.\n"
CANTEEN = "# Canteen\n\nThe canteen opens at noon and serves soup.\n"


class TestHashingEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> HashingEmbedder:
        return HashingEmbedder()


class BreaksOn:
    """Reads, except for files with a word in their name."""

    def __init__(self, word: str) -> None:
        self._word = word

    def read(self, admitted: Admitted) -> LoadedDocument:
        if self._word in admitted.name:
            raise FileUnreadableError("The parser ran out of memory.")
        return InProcessReader().read(admitted)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "papers", {"leave.md": LEAVE, "canteen.md": CANTEEN})


def ingest(
    home: Path, *, reader: InProcessReader | BreaksOn | None = None, name: str = "hashing@1"
) -> Ingest:
    return Ingest(Catalog(home / "kb"), HashingEmbedder(name), reader or InProcessReader(), home / "index")


def answers(home: Path, query: str) -> list[str]:
    retriever = HybridRetriever(home / "kb", HashingEmbedder(), home / "index")
    try:
        return [passage.document for passage in retriever.find(query, principal=ANYONE, limit=5).passages]
    finally:
        retriever.close()


def test_a_folder_is_taken_in_and_can_be_asked(home: Path, folder: Path) -> None:
    report = ingest(home).add([folder])

    assert report.totals == {"added": 2}
    assert report.notice == ""
    assert all(file.chunks and file.characters for file in report.files)
    assert answers(home, "carry days of leave")[0] == "papers/leave.md"


def test_the_same_again_changes_nothing(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    before = Catalog(home / "kb").status()

    report = ingest(home).add([folder])

    assert report.totals == {"unchanged": 2}
    assert Catalog(home / "kb").status() == before


def test_new_content_takes_the_place_of_the_old(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    write_files(folder, {"leave.md": "# Leave\n\nVacation requests need the manager's signature.\n"})

    report = ingest(home).add([folder / "leave.md"])

    assert report.totals == {"updated": 1}
    assert answers(home, "carry days")[:1] != ["papers/leave.md"]
    assert "leave.md" in answers(home, "vacation signature")[0]


def test_the_same_content_under_another_name_names_the_first(home: Path, folder: Path) -> None:
    write_files(folder, {"copy of leave.md": LEAVE})

    report = ingest(home).add([folder])

    [duplicate] = [file for file in report.files if file.status == "duplicate"]
    assert "copy of leave.md" in duplicate.reason or duplicate.path.endswith("copy of leave.md")
    assert Catalog(home / "kb").status().documents == 2


def test_a_file_that_became_a_copy_of_another_loses_its_old_content(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    write_files(folder, {"canteen.md": LEAVE})

    ingest(home).add([folder])

    assert answers(home, "canteen soup") == []
    assert Catalog(home / "kb").status().documents == 1


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        pytest.param("empty.md", "", "empty", id="zero bytes"),
        pytest.param("blank.txt", "  \n\t\n ", "empty", id="white space only"),
        pytest.param("table.xyz", "a,b", "skipped", id="an unknown kind"),
        pytest.param("false.pdf", "no PDF at all", "skipped", id="a false name"),
        pytest.param("broken.md", "text", "failed", id="a parser that fails"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_reported_and_the_others_go_on(
    home: Path, folder: Path, name: str, content: str, status: str
) -> None:
    write_files(folder, {name: content})

    report = ingest(home, reader=BreaksOn("broken")).add([folder])

    [bad] = [file for file in report.files if file.path.endswith(name)]
    assert bad.status == status
    assert bad.reason
    assert report.totals["added"] == 2


def test_a_path_that_does_not_exist_is_reported(home: Path, folder: Path) -> None:
    report = ingest(home).add([folder / "absent.md", folder])

    assert report.totals == {"skipped": 1, "added": 2}


def test_a_file_that_can_no_longer_be_read_keeps_its_earlier_content(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    write_files(folder, {"leave.md": "damaged"})

    report = ingest(home, reader=BreaksOn("leave")).add([folder])

    [bad] = [file for file in report.files if file.status == "failed"]
    assert "still answers" in bad.reason
    assert answers(home, "carry days of leave")[0] == "papers/leave.md"


def test_small_files_are_announced_one_by_one_and_embedded_together(home: Path, folder: Path) -> None:
    heard: list[IngestEvent] = []

    ingest(home).add([folder], announce=heard.append)

    assert [type(event) for event in heard] == [
        FileStarted,
        FileStarted,
        FileReport,
        FileReport,
        Progress,
        IndexBuilding,
    ]
    assert heard[1] == FileStarted("papers/leave.md", 2, 2)
    [progress] = [event for event in heard if isinstance(event, Progress)]
    assert (progress.files, progress.of, progress.chunks, progress.seconds_left) == (2, 2, 2, 0)


def test_stopping_keeps_what_was_added_and_says_how_much_is_left(home: Path, folder: Path) -> None:
    stop = Event()

    def stop_after_the_first(event: IngestEvent) -> None:
        if isinstance(event, FileStarted):
            stop.set()

    report = ingest(home).add([folder], announce=stop_after_the_first, stop=stop)

    assert (len(report.files), report.left) == (1, 1)
    assert answers(home, "canteen soup") == ["papers/canteen.md"]
    assert ingest(home).add([folder]).totals == {"unchanged": 1, "added": 1}


def test_stopping_while_a_large_folder_is_looked_through_changes_nothing_and_says_so(
    home: Path, tmp_path: Path
) -> None:
    large = write_files(tmp_path / "large", {f"{number:03}.md": LEAVE for number in range(250)})
    stop, seen = Event(), list[int]()

    def stop_early(event: IngestEvent) -> None:
        assert isinstance(event, Surveyed)
        seen.append(event.files)
        stop.set()

    report = ingest(home).add([large], announce=stop_early, stop=stop)

    assert (report.files, seen, report.left) == ((), [100], 101)
    assert report.notice.startswith("It was stopped before all of what was named had been looked through")


def test_one_command_is_one_generation(home: Path, folder: Path) -> None:
    ingest(home).add([folder])

    assert Catalog(home / "kb").status().generation == 1


def test_removed_documents_answer_no_more_and_leave_no_vector(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    with Catalog(home / "kb").read() as view:
        ids, vectors = view.vectors()
        places = view.passages(ids, ANYONE)
    gone = next(place for place, name in enumerate(ids) if places[name].document == "papers/canteen.md")
    trace = vectors[gone].tobytes()
    assert any(trace in place.read_bytes() for place in home.rglob("*") if place.is_file())

    report = ingest(home).remove(["canteen.md"])

    assert report.removed == ("papers/canteen.md",)
    assert answers(home, "canteen soup") == []
    files = [place for place in home.rglob("*") if place.is_file()]
    assert not [place.name for place in files if trace in place.read_bytes()]
    assert not [place.name for place in files if b"serves soup" in place.read_bytes()]


def test_a_removal_that_was_cut_short_is_completed_when_it_is_asked_for_again(
    home: Path, folder: Path
) -> None:
    ingest(home).add([folder])
    with Catalog(home / "kb").read() as view:
        entry = view.named("canteen.md")
        trace = view.vectors()[1][[one.document_id for one in passages_in_order(view)].index(entry.id)]
    [published] = (home / "index").glob("gen-*")
    shutil.copytree(published, home / "index" / "open-0123456789abcdef")
    with writing(Catalog(home / "kb"), "remove") as writer:
        # Where a kill would end it: before anything was given back or published.
        writer.erase(entry.id)

    with pytest.raises(UnknownDocumentError):
        ingest(home).remove(["canteen.md"])

    files = {place.name: place.read_bytes() for place in home.rglob("*") if place.is_file()}
    assert not [name for name, data in files.items() if trace.tobytes() in data or b"soup" in data]


def passages_in_order(view: CatalogView) -> list[Passage]:
    ids, _ = view.vectors()
    found = view.passages(ids, ANYONE)
    return [found[name] for name in ids]


def test_removing_is_all_or_nothing(home: Path, folder: Path) -> None:
    ingest(home).add([folder])

    with pytest.raises(UnknownDocumentError):
        ingest(home).remove(["leave.md", "absent.md"])

    assert Catalog(home / "kb").status().documents == 2


def test_removing_the_last_document_removes_the_index(home: Path, folder: Path) -> None:
    ingest(home).add([folder])

    ingest(home).remove(["leave.md", "canteen.md"])

    assert list((home / "index").iterdir()) == []
    assert answers(home, "leave") == []


def test_another_embedder_is_refused_before_any_file_is_read(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    heard: list[IngestEvent] = []

    with pytest.raises(EmbedderMismatchError, match="hashing@1"):
        ingest(home, name="another@2").add([folder], announce=heard.append)

    assert heard == []


def test_a_second_writer_is_refused(home: Path, folder: Path) -> None:
    with writing(Catalog(home / "kb"), "add"), pytest.raises(CatalogBusyError):
        ingest(home).add([folder])


def test_the_index_is_rebuilt_from_the_catalog_alone(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    token = IndexShelf(home / "index").token()
    for place in folder.iterdir():
        place.unlink()

    ingest(home).rebuild_index()

    assert IndexShelf(home / "index").token() != token
    assert answers(home, "carry days of leave")[0] == "papers/leave.md"


def test_an_index_that_went_missing_comes_back_with_the_next_command(home: Path, folder: Path) -> None:
    ingest(home).add([folder])
    (home / "index" / "CURRENT").unlink()

    assert ingest(home).add([folder]).totals == {"unchanged": 2}

    with Catalog(home / "kb").read() as view:
        assert IndexShelf(home / "index").manifest(view.state()).chunks == 2


def test_documents_of_a_collection_are_read_by_those_groups_alone(home: Path, folder: Path) -> None:
    with writing(Catalog(home / "kb"), "collection") as writer:
        writer.put_collection("personnel", frozenset({"hr"}))
    ingest(home).add([folder], collection="personnel")

    assert answers(home, "leave") == []
    with Catalog(home / "kb").read() as view:
        assert view.readable_chunks(Principal("harriet", frozenset({"hr"}))) == 2


def test_a_name_that_is_no_text_is_taken_in_too(home: Path, folder: Path) -> None:
    import os

    (folder / os.fsdecode(b"caf\xe9.md")).write_text("# Coffee\n\nEspresso is free.\n")

    report = ingest(home).add([folder])

    assert report.totals == {"added": 3}
    assert ingest(home).add([folder]).totals == {"unchanged": 3}
    report.files[0].path.encode()


def test_what_an_ignore_file_hides_is_left_out_and_counted(home: Path, tmp_path: Path) -> None:
    papers = write_files(
        tmp_path / "shelf", {"a.md": "Soup.", "b.md": "Salaries.", ".inhouseignore": "b.md\n"}
    )

    report = ingest(home).add([papers])
    named = ingest(home).add([papers / "b.md"])

    assert [one.path for one in report.files] == ["shelf/a.md"]
    assert report.left_out == (LeftOut("shelf/.inhouseignore", files=1, folders=0),)
    assert (named.totals, named.left_out) == ({"added": 1}, ())


def test_an_ignore_file_that_cannot_be_read_lets_nothing_in(home: Path, tmp_path: Path) -> None:
    papers = write_files(tmp_path / "shelf", {"a.md": "Soup."})
    (papers / ".inhouseignore").mkdir()

    with pytest.raises(FileRefusedError, match="ignore file"):
        ingest(home).add([papers])

    assert Catalog(home / "kb").status().documents == 0
