"""Cross-encoders from a folder: models that read a question and a passage together.

Nothing is downloaded; the folder holds the weights, as safetensors: other formats can carry code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import WeightsMissingError, WeightsUnusableError

_MOST_TOKENS = 512
"""Of question and passage together; what the usual models read. Longer passages are cut at their end."""

_BATCH = 32
_NEEDED = ("config.json", "model.safetensors")
_REMEDY = "Name a folder with a cross-encoder that gives one number, or none."


class CrossEncoderReranker:
    """Implements `grounding.reranking.Reranker`; used by one thread at a time."""

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
        pairs = [(question, text) for text in texts]
        logits = np.asarray(
            model.predict(pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=_as_it_is()),
            dtype=np.float64,
        )
        if logits.shape != (len(texts),) or not np.isfinite(logits).all():
            raise _unusable(f"{self.name} gives no number for a question and a passage.")
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), dtype=np.float32)

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _load(self) -> Any:
        missing = [name for name in _NEEDED if not (self._folder / name).is_file()]
        if missing:
            raise WeightsMissingError(f"The cross-encoder {self.name} lacks {', '.join(missing)}.", _REMEDY)
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(
                str(self._folder), max_length=_MOST_TOKENS, device="cpu", local_files_only=True
            )
        except (OSError, ValueError, RuntimeError, LookupError, TypeError, SafetensorError) as reason:
            raise _unusable(f"{self.name} holds no cross-encoder ({type(reason).__name__}).") from reason
        if model.config.num_labels != 1:
            raise _unusable(f"{self.name} sorts into {model.config.num_labels} classes.")
        return model


def _unusable(message: str) -> WeightsUnusableError:
    return WeightsUnusableError(message, _REMEDY)


def _as_it_is() -> Any:
    from torch.nn import Identity

    return Identity()
