"""Re-ranking by a cross-encoder: a model that reads a question and a passage together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cross_encoder_folder import load_cross_encoder, logits_of
from models.errors import WeightsUnusableError

_BATCH = 32
_REMEDY = "Name a folder with a cross-encoder that gives one number, or none."


class CrossEncoderReranker:
    """Implements `grounding.ranking.reranking.Reranker`; used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = folder.name
        self._model: Any = None

    def warm(self) -> None:
        """Load the weights; harmless when done before. Raises WeightsMissingError, WeightsUnusableError."""
        self._loaded()

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers, shape (len(texts),), 0 to 1: logistic function of the model's score.

        Raises WeightsMissingError, WeightsUnusableError.
        """
        model = self._loaded()
        if not texts:
            return np.zeros(0, dtype=np.float32)
        logits = logits_of(model, [(question, text) for text in texts], batch=_BATCH)
        if logits.shape != (len(texts),) or not np.isfinite(logits).all():
            raise _unusable(f"{self.name} gives no number for a question and a passage.")
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), dtype=np.float32)

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> Any:
        model = load_cross_encoder(self._folder, "cross-encoder", _REMEDY)
        if model.config.num_labels != 1:
            raise _unusable(f"{self.name} sorts into {model.config.num_labels} classes.")
        return model


def _unusable(message: str) -> WeightsUnusableError:
    return WeightsUnusableError(message, _REMEDY)
