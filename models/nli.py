"""Natural language inference: a model that says whether one text follows from another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from models.cross_encoder_folder import load_cross_encoder, logits_of
from models.errors import WeightsUnusableError

_BATCH = 16
_REMEDY = "Name a folder with a cross-encoder that has a label “entailment”, or none."


class EntailmentModel:
    """Implements `grounding.claims.meaning.Entailment`; safe in several threads, one at a time inside."""

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
            logits = logits_of(self._model, pairs, batch=_BATCH)
        if not np.isfinite(logits).all():
            raise _unusable(f"{self.name} gives no numbers.")
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = powers[:, self._entailment] / powers.sum(axis=1)
        return tuple(float(share) for share in shares)

    def _load(self) -> None:
        if self._model is not None:
            return
        model = load_cross_encoder(self._folder, "entailment model", _REMEDY)
        labels: dict[int, str] = model.config.id2label or {}
        places = [place for place, label in labels.items() if label.casefold() == "entailment"]
        if len(labels) < 2 or not places:  # noqa: PLR2004 - a choice needs two
            raise _unusable(f"{self.name} has no label “entailment”.")
        self._entailment = int(places[0])
        self._model = model


def _unusable(message: str) -> WeightsUnusableError:
    return WeightsUnusableError(message, _REMEDY)
