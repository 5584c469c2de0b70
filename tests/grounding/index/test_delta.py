"""An index that is a little old finds what a new one would; one that is too old is published anew."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.catalog import Catalog, CatalogState, CatalogView
from grounding.documents import Chunk
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from grounding.index.choice import IndexChoice
from grounding.index.delta import FEW, delta_of, is_far, search
from grounding.index.manifest import Manifest
from grounding.index.shelf import IndexShelf
from grounding.ingest import Ingest
from grounding.library.writer import CatalogWriter, writing
from grounding.passages import Principal
from tests.contracts.index_contract import unit_vectors
from tests.grounding.small_library import (
    HashingEmbedder,
    InProcessReader,
    placed,
    version_of,
    write_files,
)

DIMENSION = 16
NAMES = ("a", "bb", "ccc", "dddd")


def change(folder: Path, what: str, name: str, seed: int) -> None:
    """One command: a document put with three chunks of random vectors, retired, or a step back."""
    with writing(Catalog(folder), what) as writer:
        writer.bind_embedder("random@1", DIMENSION)
        live = {entry.id for entry in writer.view.documents()}
        if what == "put":
            put_random(writer, name, seed)
        elif what == "retire" and f"id-{name}" in live:
            writer.retire(f"id-{name}")
        elif what == "rollback" and (generations := writer.view.generations()):
            writer.rollback(generations[seed % len(generations)].number)


def put_random(
    writer: CatalogWriter, name: str, seed: int, count: int = 3, dimension: int = DIMENSION
) -> None:
    version = version_of(name, str(seed))
    chunks = [
        Chunk(id=f"{version.id}-{number}", ordinal=number, text=f"{seed} {number}") for number in range(count)
    ]
    # The same content is the same version, with the vectors it was stored with.
    vectors = unit_vectors(count, seed=seed + 10 * len(name), dimension=dimension)
    writer.put(version, placed(name), chunks, vectors)


def manifest_of(state: CatalogState) -> Manifest:
    return Manifest(
        library=state.library,
        generation=state.generation,
        revision=state.revision,
        embedder=state.embedder,
        dimension=state.dimension,
        chroma="1",
        chunks=state.chunks,
        recall=1.0,
        files={},
    )


commands = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "retire", "rollback")), st.sampled_from(NAMES), st.integers(0, 5)
    ),
    max_size=6,
)


@given(before=commands, after=commands, limit=st.integers(1, 8), seed=st.integers(100, 200))
@settings(max_examples=25, deadline=None)
def test_an_old_index_and_what_changed_since_find_what_exact_search_finds(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]], limit: int, seed: int
) -> None:
    query = unit_vectors(1, seed=seed)[0]
    with TemporaryDirectory() as home:
        folder = Path(home)
        for command in [("put", "a", 0), *before]:
            change(folder, *command)
        with Catalog(folder).read() as view:
            if not view.state().chunks:
                return
            manifest, old = manifest_of(view.state()), ExactIndex(*view.vectors())
        for command in after:
            change(folder, *command)

        with Catalog(folder).read() as view:
            delta = delta_of(view, view.state(), manifest)
            found = search(old, delta, view.live_among, (query, limit))
            exact = ExactIndex(*view.vectors()).search(query, limit)

    assert [name for name, _ in found] == [name for name, _ in exact]
    assert np.allclose([near for _, near in found], [near for _, near in exact], atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "live", "far"),
    [
        pytest.param(FEW, 10, False, id="few changes, however small the library"),
        pytest.param(FEW + 1, 10, True, id="more than few in a small library"),
        pytest.param(10_000, 100_000, False, id="a tenth of a large library"),
        pytest.param(10_001, 100_000, True, id="more than a tenth of it"),
    ],
)
def test_when_an_index_is_too_old(changed: int, live: int, far: bool) -> None:
    assert is_far(changed, live) is far


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    ingest(tmp_path).add(
        [write_files(tmp_path / "papers", {"leave.md": "Five days.", "soup.md": "At noon."})]
    )
    return tmp_path


def ingest(home: Path) -> Ingest:
    return Ingest(Catalog(home / "kb"), HashingEmbedder(), InProcessReader(), home / "index")


def hits(choice: IndexChoice, view: CatalogView, text: str) -> tuple[list[str], str]:
    found, index, _ = choice.search(view, view.state(), HashingEmbedder().embed([text])[0], 3)
    return [name for name, _ in found], index


def test_adding_a_file_publishes_no_index_and_finds_it_at_once(home: Path) -> None:
    shelf, choice = IndexShelf(home / "index"), IndexChoice(home / "index")
    with Catalog(home / "kb").read() as view:
        hits(choice, view, "noon")
    token, opened = shelf.token(), sorted(home.glob("index/open-*"))

    ingest(home).add([write_files(home / "more", {"parking.md": "Twelve euros."})])

    assert shelf.token() == token
    with Catalog(home / "kb").read() as view:
        [parking] = [entry for entry in view.documents() if entry.path.endswith("parking.md")]
        found, index = hits(choice, view, "Twelve euros parking")
        assert view.passages(found[:1], Principal("anyone"))[found[0]].document_id == parking.id
    assert index == "chroma"
    assert sorted(home.glob("index/open-*")) == opened, "the open copy serves the later state as well"
    choice.close()


def test_a_retired_document_is_found_by_no_index_that_still_holds_it(home: Path) -> None:
    choice = IndexChoice(home / "index")
    with Catalog(home / "kb").read() as view:
        before, _ = hits(choice, view, "noon")

    ingest(home).remove(["soup.md"], for_good=False)

    with Catalog(home / "kb").read() as view:
        after, index = hits(choice, view, "noon")
    assert (len(before), len(after), index) == (2, 1, "chroma")
    choice.close()


def test_what_is_removed_for_good_leaves_the_index_at_once(home: Path) -> None:
    token = IndexShelf(home / "index").token()

    ingest(home).remove(["soup.md"])

    assert IndexShelf(home / "index").token() != token
    with Catalog(home / "kb").read() as view:
        assert IndexShelf(home / "index").manifest(view.state()).chunks == 1


def test_an_index_that_holds_what_was_erased_answers_no_more(home: Path) -> None:
    """As a kill between erasing and publishing leaves it."""
    with writing(Catalog(home / "kb"), "remove") as writer:
        writer.erase(writer.view.named("soup.md").id)

    choice = IndexChoice(home / "index")
    with Catalog(home / "kb").read() as view:
        found, index, notice = choice.search(view, view.state(), HashingEmbedder().embed(["noon"])[0], 3)
        assert choice.outlook(view, view.state()) == ("exact", notice)
    assert (len(found), index) == (1, "exact")
    assert "erased" in notice
    assert not list(home.glob("index/open-*"))


def test_after_many_changes_exact_search_answers_until_an_index_is_published(home: Path) -> None:
    choice = IndexChoice(home / "index")
    with writing(Catalog(home / "kb"), "add") as writer:
        put_random(writer, "long", 1, FEW + 1, HashingEmbedder.dimension)
    with Catalog(home / "kb").read() as view:
        assert not IndexShelf(home / "index").is_near(view, view.state())
        assert hits(choice, view, "noon")[1] == "exact"
        with pytest.raises(IndexUnusableError, match="too far behind"):
            IndexShelf(home / "index").manifest(view.state())

    ingest(home).rebuild_index()

    with Catalog(home / "kb").read() as view:
        assert hits(choice, view, "noon")[1] == "chroma"
    choice.close()
