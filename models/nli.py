"""Natural language inference from a folder: models that say whether one text follows from another.

Nothing is downloaded; the folder holds the weights, as safetensors: other formats can carry code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from models.errors import WeightsMissingError, WeightsUnusableError

_MOST_TOKENS = 512
"""Of premise and hypothesis together; longer ones are cut at their end."""

_BATCH = 16
_NEEDED = ("config.json", "model.safetensors")
_REMEDY = "Name a folder with a cross-encoder that has a label “entailment”, or none."


class EntailmentModel:
    """Implements `grounding.meaning.Entailment`; safe to use from several threads, one at a time inside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = folder.name
        self._lock = Lock()
        self._model: Any = None
        self._entailment = 0

    def warm(self) -> None:
        """Load the weights; harmless when done before. Raises WeightsMissingError, WeightsUnusableError."""
        with self._lock:
            self._load()

    def entails(self, pairs: Sequence[tuple[str, str]]) -> tuple[float, ...]:
        """For each (premise, hypothesis) the softmax probability of entailment, 0 to 1.

        Raises WeightsMissingError, WeightsUnusableError.
        """
        if not pairs:
            return ()
        with self._lock:
            self._load()
            found = self._model.predict(
                [list(pair) for pair in pairs],
                batch_size=_BATCH,
                show_progress_bar=False,
                activation_fn=_as_it_is(),
            )
        logits = np.asarray(found, dtype=np.float64)
        if not np.isfinite(logits).all():
            raise _unusable(f"{self.name} gives no numbers.")
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = powers[:, self._entailment] / powers.sum(axis=1)
        return tuple(float(share) for share in shares)

    def _load(self) -> None:
        if self._model is not None:
            return
        missing = [name for name in _NEEDED if not (self._folder / name).is_file()]
        if missing:
            raise WeightsMissingError(
                f"The entailment model {self.name} lacks {', '.join(missing)}.", _REMEDY
            )
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(
                str(self._folder), max_length=_MOST_TOKENS, device="cpu", local_files_only=True
            )
        except (OSError, ValueError, RuntimeError, LookupError, TypeError, SafetensorError) as reason:
            raise _unusable(f"{self.name} holds no cross-encoder ({type(reason).__name__}).") from reason
        labels: dict[int, str] = model.config.id2label or {}
        places = [place for place, label in labels.items() if label.casefold() == "entailment"]
        if len(labels) < 2 or not places:  # noqa: PLR2004 - a choice needs two
            raise _unusable(f"{self.name} has no label “entailment”.")
        self._entailment = int(places[0])
        self._model = model


def _unusable(message: str) -> WeightsUnusableError:
    return WeightsUnusableError(message, _REMEDY)


def _as_it_is() -> Any:
    from torch.nn import Identity

    return Identity()
