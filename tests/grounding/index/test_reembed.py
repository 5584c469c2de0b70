"""The embedder changes without a moment in which vectors of two embedders are mixed or missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from grounding.catalog import Catalog
from grounding.errors import EmbedderMismatchError
from grounding.index.reembed import Reembed, ReembedReport
from grounding.index.shelf import IndexShelf
from grounding.ingest import Ingest
from grounding.library.writer import writing
from grounding.upkeep.intake_report import IndexBuilding, IngestEvent, Progress
from tests.grounding.small_library import DIMENSION, HashingEmbedder, InProcessReader, put

PAPERS = 300


class OtherEmbedder(HashingEmbedder):
    """Another model: its vectors are the first half of the other's; counts what it was asked."""

    dimension = DIMENSION // 2

    def __init__(self) -> None:
        super().__init__("other@1")
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        return super().embed(texts)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with writing(Catalog(tmp_path / "kb"), "add") as writer:
        put(writer, "a.md", *(f"Room {number} holds chairs." for number in range(PAPERS)))
    with writing(Catalog(tmp_path / "kb"), "add") as writer:
        put(writer, "a.md", *(f"Room {number} holds tables." for number in range(10)))
    return tmp_path


def reembed(home: Path, embedder: HashingEmbedder, stop: Event | None = None) -> ReembedReport:
    return Reembed(Catalog(home / "kb"), embedder, home / "index").run(stop=stop)


def test_every_chunk_also_of_earlier_generations_gets_a_vector_of_the_new_embedder(home: Path) -> None:
    report = reembed(home, OtherEmbedder())

    assert (report.embedder, report.chunks, report.left) == ("other@1", PAPERS + 10, 0)
    with Catalog(home / "kb").read() as view:
        state = view.state()
        ids, vectors = view.vectors()
        assert (state.embedder, state.dimension) == ("other@1", DIMENSION // 2)
        assert vectors.shape == (10, DIMENSION // 2)
        assert IndexShelf(home / "index").manifest(state).chunks == len(ids)
    with writing(Catalog(home / "kb"), "rollback") as writer:
        writer.rollback(1)
        assert len(writer.view.vectors()[0]) == PAPERS


def stop_after_a_batch(home: Path, embedder: HashingEmbedder) -> ReembedReport:
    stop = Event()

    def hear(event: IngestEvent) -> None:
        if isinstance(event, Progress):
            stop.set()

    return Reembed(Catalog(home / "kb"), embedder, home / "index").run(hear, stop)


def test_until_all_is_embedded_the_old_embedder_answers_and_takes_documents_in(home: Path) -> None:
    report = stop_after_a_batch(home, OtherEmbedder())

    assert 0 < report.chunks < PAPERS
    assert report.chunks + report.left == PAPERS + 10
    with writing(Catalog(home / "kb"), "add") as writer:
        assert writer.view.state().embedder == "hashing@1"
        put(writer, "b.md", "The canteen opens at noon.")
        with pytest.raises(EmbedderMismatchError, match="hashing@1") as refusal:
            writer.bind_embedder("other@1", DIMENSION // 2)
        assert "docs rebuild --embedder" in refusal.value.remedy


def test_the_next_run_goes_on_where_the_last_one_stopped(home: Path) -> None:
    first = stop_after_a_batch(home, OtherEmbedder())
    with writing(Catalog(home / "kb"), "add") as writer:
        put(writer, "b.md", "The canteen opens at noon.")
    embedder = OtherEmbedder()

    second = reembed(home, embedder)

    assert embedder.asked == second.chunks == first.left + 1
    assert Catalog(home / "kb").status().embedder == "other@1"


def test_a_third_embedder_throws_the_unfinished_second_away(home: Path) -> None:
    stop_after_a_batch(home, OtherEmbedder())

    report = reembed(home, HashingEmbedder("third@1"))

    assert report.chunks == PAPERS + 10
    with Catalog(home / "kb").read() as view:
        assert [row[0] for row in view._sql.execute("SELECT embedder FROM spaces")] == ["third@1"]


def test_going_back_to_the_embedder_in_use_ends_an_unfinished_change(home: Path) -> None:
    stop_after_a_batch(home, OtherEmbedder())

    report = reembed(home, HashingEmbedder())

    assert (report.chunks, report.left) == (0, 0)
    with Catalog(home / "kb").read() as view:
        assert [row[0] for row in view._sql.execute("SELECT embedder FROM spaces")] == ["hashing@1"]


def test_the_change_is_a_generation_and_announced(home: Path) -> None:
    heard: list[IngestEvent] = []

    Reembed(Catalog(home / "kb"), OtherEmbedder(), home / "index").run(heard.append)

    progress = [event for event in heard if isinstance(event, Progress)]
    assert [event.chunks for event in progress] == sorted({event.chunks for event in progress})
    assert progress[-1].seconds_left == 0
    assert isinstance(heard[-1], IndexBuilding)
    with Catalog(home / "kb").read() as view:
        assert view.generations()[0].what == "embed with other@1"


def test_chunks_that_the_new_embedder_cannot_read_whole_are_counted(home: Path) -> None:
    short = OtherEmbedder()
    short.max_tokens = 6

    assert "310 chunks are longer" in reembed(home, short).notice


def test_an_empty_library_simply_takes_the_new_embedder(tmp_path: Path) -> None:
    assert reembed(tmp_path, OtherEmbedder()).left == 0

    report = Ingest(Catalog(tmp_path / "kb"), OtherEmbedder(), InProcessReader(), tmp_path / "index").add([])

    assert report.notice == ""
