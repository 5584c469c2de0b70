"""An entailment model from a folder says how surely one text follows from another, or why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import WeightsMissingError, WeightsUnusableError
from models.nli import EntailmentModel
from tests.models.tiny_cross_encoder import make_cross_encoder

pytestmark = pytest.mark.real

WORDS = ["meals", "are", "not", "refunded", "soup", "five"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ["contradiction", "entailment", "neutral"]
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-nli", WORDS, names)


def test_each_pair_gets_a_probability(folder: Path) -> None:
    model = EntailmentModel(folder)
    model.warm()

    found = model.entails([("meals are refunded", "soup"), ("five meals", "meals are not refunded")])

    assert len(found) == 2
    assert all(0 < share < 1 for share in found)
    assert found[0] != found[1]


def test_no_pairs_need_no_weights(tmp_path: Path) -> None:
    assert EntailmentModel(tmp_path / "nowhere").entails([]) == ()


def test_a_missing_folder_is_said_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"config\.json") as error:
        EntailmentModel(tmp_path / "nowhere").warm()

    assert "folder" in error.value.remedy


def test_a_model_without_entailment_is_refused(tmp_path: Path) -> None:
    other = make_cross_encoder(tmp_path / "moods", WORDS, ["good", "bad"])

    with pytest.raises(WeightsUnusableError, match="entailment"):
        EntailmentModel(other).warm()
