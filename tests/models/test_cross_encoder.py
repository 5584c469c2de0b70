"""A cross-encoder from a folder gives each passage a number between 0 and 1, or says why it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.cross_encoder import CrossEncoderReranker
from models.errors import WeightsMissingError, WeightsUnusableError
from tests.models.tiny_cross_encoder import make_cross_encoder

pytestmark = pytest.mark.real

WORDS = ["how", "many", "days", "of", "leave", "soup", "five"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-reranker", WORDS, ["score"])


def test_each_text_gets_a_number_between_0_and_1(folder: Path) -> None:
    reranker = CrossEncoderReranker(folder)
    reranker.warm()

    scores = reranker.score("how many days of leave", ["five days", "soup", "leave " * 2_000])

    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert ((scores > 0) & (scores < 1)).all()
    assert len(set(scores.tolist())) == 3


def test_a_text_has_the_same_number_in_any_company(folder: Path) -> None:
    reranker = CrossEncoderReranker(folder)

    together = reranker.score("leave", ["five days", "soup"])
    turned = reranker.score("leave", ["soup", "five days"])

    assert together == pytest.approx(turned[::-1], abs=1e-5)
    assert reranker.score("leave", []).shape == (0,)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param("config.json", WeightsMissingError, id="no configuration"),
        pytest.param(
            "model.safetensors", WeightsMissingError, id="no weights, or in a format that runs code"
        ),
        pytest.param("", WeightsUnusableError, id="weights that are none"),
    ],
)
def test_a_folder_without_a_model_is_named_with_a_remedy(
    tmp_path: Path, damage: str, error: type[Exception]
) -> None:
    folder = make_cross_encoder(tmp_path / "broken", WORDS, ["score"])
    if damage:
        (folder / damage).unlink()
    else:
        (folder / "model.safetensors").write_bytes(b"no tensors")

    with pytest.raises(error, match="broken") as refusal:
        CrossEncoderReranker(folder).warm()

    assert "folder" in vars(refusal.value)["remedy"]


def test_a_classifier_is_no_reranker(tmp_path: Path) -> None:
    folder = make_cross_encoder(tmp_path / "three", WORDS, ["a", "b", "c"])

    with pytest.raises(WeightsUnusableError, match="3 classes"):
        CrossEncoderReranker(folder).warm()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="nowhere"):
        CrossEncoderReranker(tmp_path / "nowhere").warm()


def test_the_configuration_of_the_test_is_a_real_one(folder: Path) -> None:
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "bert"
