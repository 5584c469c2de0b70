"""An entailment model from a folder says how surely one text follows from another, or why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.errors import WeightsMissingError, WeightsUnusableError
from models.nli import EntailmentModel

pytestmark = pytest.mark.real

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "meals", "are", "not", "refunded", "soup", "five"]


def make_entailment_model(folder: Path, labels: list[str]) -> Path:
    """A BERT of two small layers with random weights: everything is real but what it has learnt."""
    import torch
    import transformers

    untyped: Any = transformers
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(7)
    config = untyped.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    untyped.BertForSequenceClassification(config).save_pretrained(folder)
    untyped.BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ["contradiction", "entailment", "neutral"]
    return make_entailment_model(tmp_path_factory.mktemp("models") / "tiny-nli", names)


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
    other = make_entailment_model(tmp_path / "moods", ["good", "bad"])

    with pytest.raises(WeightsUnusableError, match="entailment"):
        EntailmentModel(other).warm()
