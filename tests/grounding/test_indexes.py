"""Chroma and exact search keep the same contract, and agree on whatever they are given."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding.chroma_index import ChromaIndex, build
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from tests.contracts.index_contract import IndexContract, MakeIndex, Vectors, names, unit_vectors


class TestExactIndex(IndexContract):
    @pytest.fixture
    def make(self) -> MakeIndex:
        return ExactIndex


@pytest.fixture
def make_chroma(tmp_path: Path) -> Iterator[MakeIndex]:
    made: list[ChromaIndex] = []
    numbers = count()

    def make(ids: Sequence[str], vectors: Vectors) -> ChromaIndex:
        folder = tmp_path / f"index-{next(numbers)}"
        build(folder, ids, vectors)
        made.append(ChromaIndex(folder))
        return made[-1]

    yield make
    for index in made:
        index.close()


class TestChromaIndex(IndexContract):
    @pytest.fixture
    def make(self, make_chroma: MakeIndex) -> MakeIndex:
        return make_chroma


@given(size=st.integers(1, 120), limit=st.integers(1, 15), seed=st.integers(0, 2**31))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_chroma_finds_what_exact_search_finds(
    make_chroma: MakeIndex, size: int, limit: int, seed: int
) -> None:
    vectors = unit_vectors(size, seed=seed)
    query = unit_vectors(1, seed=seed + 1)[0]

    found = make_chroma(names(size), vectors).search(query, limit)
    exact = ExactIndex(names(size), vectors).search(query, limit)

    assert [name for name, _ in found] == [name for name, _ in exact]
    assert np.allclose([s for _, s in found], [s for _, s in exact], atol=1e-4)


@pytest.mark.real
def test_chroma_misses_almost_nothing_among_thousands_of_random_vectors(make_chroma: MakeIndex) -> None:
    vectors = unit_vectors(5_000, dimension=384)
    index, exact = make_chroma(names(5_000), vectors), ExactIndex(names(5_000), vectors)
    queries = unit_vectors(100, seed=5, dimension=384)

    agreed = [
        len({name for name, _ in index.search(query, 10)} & {name for name, _ in exact.search(query, 10)})
        for query in queries
    ]

    assert sum(agreed) / (10 * len(queries)) >= 0.99


def test_exact_search_needs_one_vector_an_id() -> None:
    with pytest.raises(ValueError, match="one vector"):
        ExactIndex(["only one id"], unit_vectors(2))


def test_a_folder_that_is_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError) as refusal:
        ChromaIndex(tmp_path)

    assert refusal.value.remedy


def test_a_collection_that_carries_an_embedding_function_is_refused(tmp_path: Path) -> None:
    """The client would load and run the function that a stored collection names."""
    folder = tmp_path / "index"
    build(folder, names(3), unit_vectors(3))
    with sqlite3.connect(folder / "chroma.sqlite3") as database:
        database.execute(
            "UPDATE collections SET schema_str = replace(schema_str, ?, ?)",
            ('{"type":"legacy"}', '{"type":"known","name":"default","config":{}}'),
        )
    database.close()

    with pytest.raises(IndexUnusableError):
        ChromaIndex(folder)


def test_building_leaves_nothing_for_others_to_read(tmp_path: Path) -> None:
    build(tmp_path / "index", names(3), unit_vectors(3))

    assert {place.stat().st_mode & 0o077 for place in (tmp_path / "index").rglob("*")} == {0}
