"""A published index is used whole and unaltered and for its own catalog, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grounding.catalog import CatalogState
from grounding.chroma_index import build
from grounding.errors import IndexUnusableError
from grounding.index.shelf import FILES, IndexShelf
from tests.contracts.index_contract import names, unit_vectors

COUNT = 150
STATE = CatalogState(
    library="ours",
    generation=3,
    revision=7,
    updated=None,
    documents=1,
    chunks=COUNT,
    embedder="hashing@1",
    dimension=16,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def shelf(folder: Path) -> IndexShelf:
    shelf = IndexShelf(folder)
    shelf.publish(STATE, names(COUNT), unit_vectors(COUNT))
    return shelf


def published(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text().split()[0]


def test_what_was_published_is_found(shelf: IndexShelf) -> None:
    index = shelf.open(STATE)

    assert index.search(unit_vectors(COUNT)[5], 1)[0][0] == "chunk-0005"
    index.close()


def test_two_readers_work_beside_each_other_and_leave_nothing(shelf: IndexShelf, folder: Path) -> None:
    first, second = shelf.open(STATE), IndexShelf(folder).open(STATE)
    query = unit_vectors(COUNT)[5]

    assert first.search(query, 10) == second.search(query, 10)

    first.close()
    assert second.search(query, 1)
    second.close()
    assert {place.name for place in folder.iterdir()} == {"CURRENT", published(folder).name}


def test_reading_changes_no_published_file(shelf: IndexShelf, folder: Path) -> None:
    before = {place: place.read_bytes() for place in published(folder).rglob("*") if place.is_file()}

    index = shelf.open(STATE)
    index.search(unit_vectors(1)[0], 10)
    index.close()

    after = {place: place.read_bytes() for place in published(folder).rglob("*") if place.is_file()}
    assert before == after


def test_a_new_index_replaces_the_old_one_and_its_vectors(shelf: IndexShelf, folder: Path) -> None:
    old = published(folder)
    token = shelf.token()
    newer = replace(STATE, generation=4, revision=8, chunks=10)

    shelf.publish(newer, names(10), unit_vectors(10))

    assert not old.exists()
    assert shelf.token() != token
    with pytest.raises(IndexUnusableError, match="not of this state"):
        shelf.open(STATE)
    shelf.open(newer).close()


def test_an_empty_library_has_no_index_and_keeps_no_vectors(shelf: IndexShelf, folder: Path) -> None:
    shelf.publish(replace(STATE, chunks=0), [], np.zeros((0, 16), dtype=np.float32))

    assert list(folder.iterdir()) == []


def test_an_index_of_an_earlier_state_is_still_opened(shelf: IndexShelf) -> None:
    shelf.open(replace(STATE, generation=4, revision=8, chunks=COUNT + 5)).close()


def test_a_library_that_grew_much_tells_by_its_size_that_its_index_is_too_old(shelf: IndexShelf) -> None:
    with pytest.raises(IndexUnusableError, match="too far behind"):
        shelf.manifest(replace(STATE, revision=8, chunks=COUNT + 2_001))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(replace(STATE, library="theirs"), "another knowledge base", id="another catalog"),
        pytest.param(replace(STATE, revision=6), "not of this state", id="an earlier revision"),
        pytest.param(replace(STATE, chunks=151), "not of this state", id="another number of chunks"),
        pytest.param(replace(STATE, embedder="other@2"), "another embedder", id="another embedder"),
        pytest.param(replace(STATE, dimension=17), "another embedder", id="another dimension"),
    ],
)
def test_an_index_of_something_else_is_not_opened(shelf: IndexShelf, state: CatalogState, words: str) -> None:
    with pytest.raises(IndexUnusableError, match=words) as refusal:
        shelf.open(state)

    assert refusal.value.remedy


def test_an_index_of_another_chroma_is_not_opened(shelf: IndexShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grounding.index.shelf.chroma_version", lambda: "0.0.1")

    with pytest.raises(IndexUnusableError, match="version of Chroma"):
        shelf.open(STATE)


def truncate(place: Path) -> None:
    place.write_bytes(b"")


def halve(place: Path) -> None:
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])


def flip_one_bit(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[len(content) // 3] ^= 1
    place.write_bytes(bytes(content))


def remove(place: Path) -> None:
    place.unlink()


def replace_by_link(place: Path) -> None:
    elsewhere = place.parents[3] / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)


@pytest.mark.parametrize("damage", [truncate, halve, flip_one_bit, remove, replace_by_link])
def test_every_damage_to_every_file_is_noticed_before_anything_is_opened(
    shelf: IndexShelf, folder: Path, damage: Callable[[Path], None]
) -> None:
    files = [place for place in published(folder).rglob("*") if place.is_file()] + [folder / "CURRENT"]
    assert len(files) >= 7
    for place in files:
        before = place.read_bytes()
        if not before:
            continue
        damage(place)

        with pytest.raises(IndexUnusableError):
            shelf.open(STATE)

        place.unlink(missing_ok=True)
        place.write_bytes(before)
    shelf.open(STATE).close()
    assert not list(folder.glob("open-*"))


def test_a_file_too_many_is_noticed(shelf: IndexShelf, folder: Path) -> None:
    (published(folder) / FILES / "extra.pickle").write_bytes(b"cos\nsystem\n")

    with pytest.raises(IndexUnusableError, match="added"):
        shelf.open(STATE)


@pytest.mark.parametrize("name", ["../../catalog.db", "/etc/passwd", ".hidden", "a/../../b", "a\x00b"])
def test_a_manifest_that_names_files_elsewhere_is_refused(name: str) -> None:
    from grounding.index.manifest import Manifest

    content = {
        "library": "l",
        "generation": 1,
        "revision": 1,
        "embedder": "e",
        "dimension": 3,
        "chroma": "1",
        "chunks": 1,
        "recall": 1.0,
        "files": {name: [1, "0" * 64]},
    }

    with pytest.raises(IndexUnusableError):
        Manifest.of(json.dumps(content).encode())


def test_an_index_too_inexact_is_not_published(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors were mixed up between the catalog and the index, say."""
    monkeypatch.setattr(
        "grounding.index.shelf.build", lambda place, ids, vectors: build(place, ids, np.roll(vectors, 1, 1))
    )

    with pytest.raises(IndexUnusableError, match="finds only"):
        IndexShelf(folder).publish(STATE, names(COUNT), unit_vectors(COUNT))

    assert list(folder.iterdir()) == []
