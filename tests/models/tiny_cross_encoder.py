"""A BERT of two small layers with random weights: everything about it is real but what it has learnt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SIGNS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make_cross_encoder(folder: Path, words: Sequence[str], labels: Sequence[str]) -> Path:
    """A folder with a model that knows `words` and gives one number for each of `labels`."""
    import torch
    import transformers

    untyped: Any = transformers
    folder.mkdir(parents=True)
    vocabulary = [*SIGNS, *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(7)
    config = untyped.BertConfig(
        vocab_size=len(vocabulary),
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
