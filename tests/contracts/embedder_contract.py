"""What every embedder must do. Subclass it once per embedder; add no embedder-specific test."""

from __future__ import annotations

import numpy as np
import pytest

from models.embedder import Embedder

TEXTS = [
    "Employees may carry five days of leave into the next year.",
    "The canteen opens at noon.",
    "a",
    "Travel costs are paid back within thirty days. " * 8,
]


class EmbedderContract:
    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError("return the embedder under test")

    def test_warming_twice_is_harmless(self, embedder: Embedder) -> None:
        embedder.warm()
        embedder.warm()

    def test_vectors_have_the_promised_shape_and_unit_length(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)

        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.dimension)

    def test_the_empty_text_has_a_vector_too(self, embedder: Embedder) -> None:
        assert np.isfinite(embedder.embed([""])).all()

    def test_vectors_come_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)
        alone = np.vstack([embedder.embed([text]) for text in TEXTS])

        assert (np.sum(together * alone, axis=1) > 0.999).all()

    def test_the_same_text_gives_the_same_vector(self, embedder: Embedder) -> None:
        assert np.array_equal(embedder.embed([TEXTS[0]]), embedder.embed([TEXTS[0]]))

    def test_a_longer_text_never_has_fewer_tokens(self, embedder: Embedder) -> None:
        counts = [embedder.count_tokens(text) for text in ("", "one", "one two", "one two three")]

        assert counts == sorted(counts)
        assert counts[-1] > counts[0]

    def test_once_warm_its_name_does_not_change(self, embedder: Embedder) -> None:
        embedder.warm()
        before = embedder.name
        embedder.embed(TEXTS)

        assert before == embedder.name != ""
