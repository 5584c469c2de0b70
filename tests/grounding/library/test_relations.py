"""Documents that nearly equal or replace each other are named when they arrive, and whenever it is asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grounding.errors import CatalogBusyError
from grounding.ingest import Ingest
from grounding.library.file_notes import Copy, FileNotes, Unread
from grounding.library.relations import Relations, superseded
from grounding.library.staleness import RecentStaleness, stale
from grounding.library.writer import writing
from grounding.passages import Principal
from grounding.upkeep.sync import Wanted
from tests.grounding.small_library import HashingEmbedder, InProcessReader, write_files
from tests.grounding.upkeep.test_sync import Mirror

LONG = " ".join(f"Rule {number} says that item {number * 7} is allowed." for number in range(60))


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path)


def replaced(mirror: Mirror) -> dict[str, str]:
    with mirror.catalog.read() as view:
        paths = {entry.id: entry.path for entry in view.documents()}
        return {paths[old]: paths[new] for old, new in superseded(view).items()}


def test_a_near_duplicate_is_named_in_the_report_and_found_later(mirror: Mirror) -> None:
    mirror.write(rules=LONG, other="Soup at noon.")
    mirror.run()
    mirror.write(rules_edited=LONG + " One more rule.")

    [report] = mirror.run().files

    assert "nearly equals papers/rules.md" in report.near
    with mirror.catalog.read() as view:
        [pair] = Relations(mirror.catalog.folder).near(view)
        paths = {entry.id: entry.path for entry in view.documents()}
    assert {paths[pair.first], paths[pair.second]} == {"papers/rules.md", "papers/rules_edited.md"}


def test_signatures_are_noted_while_documents_are_taken_in(mirror: Mirror) -> None:
    mirror.write(rules=LONG, other="Soup at noon.")

    mirror.run()

    with mirror.catalog.read() as view:
        live = {entry.version for entry in view.documents()}
    assert set(FileNotes(mirror.catalog.folder).signatures()) == live


def test_nothing_is_said_of_a_document_that_one_may_not_read(mirror: Mirror) -> None:
    with writing(mirror.catalog, "collection") as writer:
        writer.put_collection("hr", frozenset({"hr"}))
    mirror.write(pay=LONG)
    mirror.sync.run(Wanted(mirror.folder, collection="hr"))
    others = mirror.folder.parent / "others"
    write_files(others, {"pay.md": LONG + " One more rule."})
    said = []

    for principal in (Principal("ann"), Principal("harriet", frozenset({"hr"})), None):
        relations = Relations(mirror.catalog.folder, principal)
        ingest = Ingest(
            mirror.catalog, HashingEmbedder(), InProcessReader(), mirror.folder.parent / "index", relations
        )
        report = ingest.add([others])
        with mirror.catalog.read() as view:
            said.append((report.files[0].near != "", len(relations.near(view))))
        ingest.remove(["others/pay.md"])

    assert said == [(False, 0), (True, 1), (True, 1)]


def test_both_of_a_pair_may_come_in_one_command(mirror: Mirror) -> None:
    mirror.write(a=LONG, b=LONG + " One more rule.")

    reports = mirror.run().files

    assert [bool(report.near) for report in reports] == [False, True]


def test_a_new_edition_names_the_one_it_replaces(mirror: Mirror) -> None:
    mirror.write(**{"leave v1": "Five days."})
    mirror.run()
    mirror.write(**{"leave v2": "Six long days are now yours."})

    [report] = mirror.run().files

    assert report.near == "It replaces papers/leave v1.md."
    assert replaced(mirror) == {"papers/leave v1.md": "papers/leave v2.md"}


def test_an_old_edition_that_comes_late_says_so(mirror: Mirror) -> None:
    mirror.write(**{"leave v2": "Six days."})
    mirror.run()
    mirror.write(**{"leave v1": "Five days are what one had."})

    [report] = mirror.run().files

    assert report.near == "papers/leave v2.md is a newer edition of it."


def test_two_of_a_series_are_no_editions_of_each_other(mirror: Mirror) -> None:
    mirror.write(
        **{
            "minutes 2024-03-01": "We spoke about the canteen, its soup, and the new chairs.",
            "minutes 2024-04-01": "Trains to Berlin were late; Anna will write to the railway company.",
            "travel 2024": "The daily allowance for meals is 50 euros on every full day.",
            "travel 2025": "The daily allowance for meals is 55 euros on every full day.",
        }
    )
    mirror.run()

    assert replaced(mirror) == {"papers/travel 2024.md": "papers/travel 2025.md"}


def test_notes_that_were_lost_or_damaged_are_made_anew(mirror: Mirror) -> None:
    mirror.write(a=LONG, b=LONG + " One more rule.")
    mirror.run()
    place = mirror.catalog.folder / "notes.db"
    for damage in (b"", b"no database at all" * 100):
        place.write_bytes(damage)
        with mirror.catalog.read() as view:
            assert len(Relations(mirror.catalog.folder).near(view)) == 1
        assert FileNotes(mirror.catalog.folder).signatures()


def test_signatures_of_what_is_gone_are_forgotten(mirror: Mirror) -> None:
    mirror.write(a=LONG, b="Soup.")
    mirror.run()
    mirror.ingest.remove(["a.md"])
    with mirror.catalog.read() as view:
        Relations(mirror.catalog.folder).near(view)
        [version] = [entry.version for entry in view.documents()]

    assert set(FileNotes(mirror.catalog.folder).signatures()) == {version}


def test_notes_of_a_file_are_replaced_whole(tmp_path: Path) -> None:
    notes = FileNotes(tmp_path)
    notes.note(["/a"], copies=[Copy("/a", "a", 1, 2, "x")])
    notes.note(["/a"], unread=[Unread("/a", "a", 1, 2, "failed", "It is broken.")])

    assert notes.copies() == ()
    assert [one.reason for one in notes.unread()] == ["It is broken."]
    assert (tmp_path / "notes.db").stat().st_mode & 0o777 == 0o600


def staleness(mirror: Mirror) -> dict[str, str]:
    with mirror.catalog.read() as view:
        sources = view.sources()
    return {sources[name].name: what for name, what in stale(sources).items()}


def test_files_that_changed_or_went_are_stale(mirror: Mirror) -> None:
    mirror.write(same="Same.", longer="Long.", other="Other.", gone="Gone.", touched="Touched.")
    mirror.run()
    mirror.write(longer="Longer than before.", other="ehtOr.", touched="Touched.")
    (mirror.folder / "gone.md").unlink()

    assert staleness(mirror) == {
        "papers/longer.md": "changed",
        "papers/other.md": "changed",
        "papers/gone.md": "gone",
    }


def test_a_name_that_is_no_text_is_found_on_disk(mirror: Mirror) -> None:
    import os

    (mirror.folder / os.fsdecode(b"caf\xe9.md")).write_text("Espresso is free.")
    mirror.run()

    assert staleness(mirror) == {}


def test_a_verdict_is_remembered_for_some_seconds(mirror: Mirror) -> None:
    now = [0.0]
    recent = RecentStaleness(seconds=5, clock=lambda: now[0])
    mirror.write(gone="Gone.")
    mirror.run()
    with mirror.catalog.read() as view:
        sources = view.sources()
    assert recent.of(sources) == {}
    (mirror.folder / "gone.md").unlink()

    assert recent.of(sources) == {}
    now[0] = 5.0
    assert list(recent.of(sources).values()) == ["gone"]


def test_notes_outlive_another_process_that_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grounding.library.file_notes._BUSY_MS", 1)
    notes = FileNotes(tmp_path)
    notes.note([], unread=[Unread("/a.pdf", "a.pdf", 1, 2, "empty", "12 pages without text")])

    with closing(sqlite3.connect(tmp_path / "notes.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CatalogBusyError):
            notes.note(["/a.pdf"])

    assert [one.name for one in notes.unread()] == ["a.pdf"]


def test_looking_at_the_library_needs_no_room_on_the_disk(mirror: Mirror) -> None:
    mirror.write(a="One two three.", b="One two three four.")
    mirror.run()
    with closing(sqlite3.connect(mirror.catalog.folder / "notes.db")) as sql:
        sql.execute("DELETE FROM signatures")
        sql.execute("CREATE TRIGGER full BEFORE INSERT ON signatures BEGIN SELECT RAISE(ABORT, 'full'); END")
        sql.commit()

    with mirror.catalog.read() as view:
        assert len(Relations(mirror.catalog.folder).signatures(view)) == 2
