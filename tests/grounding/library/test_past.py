"""An earlier generation is asked in a private copy, which does not outlive the question."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.catalog import Catalog
from grounding.errors import UnknownGenerationError
from grounding.ingest import Ingest
from grounding.library.past import past_catalog
from grounding.library.writer import writing
from grounding.passages import Principal
from grounding.retriever import HybridRetriever
from tests.grounding.small_library import HashingEmbedder, InProcessReader, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "kb"
    with writing(Catalog(place), "add") as writer:
        put(writer, "leave.md", "Leave lasts 25 days.")
    with writing(Catalog(place), "add") as writer:
        put(writer, "leave.md", "Leave lasts 27 days.")
    return place


def answer(catalog: Path) -> list[str]:
    retriever = HybridRetriever(catalog, HashingEmbedder(), catalog / "index")
    found = retriever.find("How many days does leave last?", principal=Principal("anna"), limit=3)
    retriever.close()
    return [passage.text for passage in found.passages]


def test_it_answers_as_it_did_then_and_the_library_as_it_does_now(folder: Path) -> None:
    with past_catalog(folder, 1) as copy:
        assert answer(copy) == ["Leave lasts 25 days."]
        assert (copy / "catalog.db").stat().st_mode & 0o077 == 0
        assert copy.stat().st_mode & 0o077 == 0
        assert answer(folder) == ["Leave lasts 27 days."]
    assert Catalog(folder).status().generation == 2


def test_nothing_of_it_is_left_behind(folder: Path) -> None:
    with past_catalog(folder, 1) as copy:
        pass
    assert not copy.exists()

    with pytest.raises(UnknownGenerationError), past_catalog(folder, 7):
        pass
    assert not list(folder.glob("past-*"))


def left_by_a_killed_process(folder: Path) -> Path:
    orphan = folder / "past-00c0ffee00c0ffee"
    orphan.mkdir()
    (orphan / "catalog.db").write_bytes(b"left over")
    orphan.with_name(f"{orphan.name}.lock").touch()
    return orphan


def test_what_a_killed_process_left_is_removed_by_the_next(folder: Path) -> None:
    orphan = left_by_a_killed_process(folder)

    with past_catalog(folder, 1):
        assert not orphan.exists()


def test_what_a_killed_process_left_goes_when_something_is_removed(folder: Path, tmp_path: Path) -> None:
    left_by_a_killed_process(folder)
    ingest = Ingest(Catalog(folder), HashingEmbedder(), InProcessReader(), tmp_path / "index")

    with past_catalog(folder, 1) as copy:
        ingest.remove(["leave.md"])
        assert [place for place in folder.glob("past-*") if place.is_dir()] == [copy]
    assert not list(folder.glob("past-*"))
