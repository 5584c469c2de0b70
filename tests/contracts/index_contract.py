"""What every vector index must do. Subclass it once per index; add no index-specific test."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from grounding.vector_index import VectorIndex

Vectors = NDArray[np.float32]
MakeIndex = Callable[[Sequence[str], Vectors], VectorIndex]


def unit_vectors(count: int, *, seed: int = 0, dimension: int = 16) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def names(count: int) -> list[str]:
    return [f"chunk-{number:04d}" for number in range(count)]


class IndexContract:
    @pytest.fixture
    def make(self) -> MakeIndex:
        raise NotImplementedError("return a function that makes the index under test")

    @pytest.mark.parametrize("count", [1, 2, 3, 300])
    def test_each_vector_finds_itself_first(self, make: MakeIndex, count: int) -> None:
        vectors = unit_vectors(count)
        index = make(names(count), vectors)

        for place in range(0, count, 17):
            [(name, similarity)] = index.search(vectors[place], 1)
            assert name == names(count)[place]
            assert similarity == pytest.approx(1.0, abs=1e-4)

    def test_hits_come_nearest_first_with_their_cosine(self, make: MakeIndex) -> None:
        vectors = unit_vectors(200)
        query = unit_vectors(1, seed=1)[0]

        hits = make(names(200), vectors).search(query, 10)

        similarities = [similarity for _, similarity in hits]
        assert similarities == sorted(similarities, reverse=True)
        for name, similarity in hits:
            assert similarity == pytest.approx(float(vectors[int(name[-4:])] @ query), abs=1e-4)

    @pytest.mark.parametrize(
        ("limit", "expected"),
        [
            pytest.param(5, 5, id="as many as asked for"),
            pytest.param(100, 20, id="never more than there are"),
            pytest.param(0, 0, id="none if none are wanted"),
        ],
    )
    def test_how_many_hits_come_back(self, make: MakeIndex, limit: int, expected: int) -> None:
        vectors = unit_vectors(20)

        hits = make(names(20), vectors).search(vectors[0], limit)

        assert len({name for name, _ in hits}) == expected == len(hits)

    def test_the_opposite_direction_is_found_with_a_negative_cosine(self, make: MakeIndex) -> None:
        vectors = unit_vectors(1)

        [(_, similarity)] = make(names(1), vectors).search(-vectors[0], 1)

        assert similarity == pytest.approx(-1.0, abs=1e-4)

    def test_the_same_vector_twice_is_found_twice(self, make: MakeIndex) -> None:
        vectors = np.repeat(unit_vectors(1), 2, axis=0)

        found = {name for name, _ in make(names(2), vectors).search(vectors[0], 2)}

        assert found == set(names(2))

    def test_closing_twice_is_harmless(self, make: MakeIndex) -> None:
        index = make(names(3), unit_vectors(3))

        index.close()
        index.close()
