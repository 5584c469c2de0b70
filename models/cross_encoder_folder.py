"""Cross-encoders as a site supplies them: a folder whose model reads two texts together.

Nothing is downloaded; the folder holds the weights as safetensors: other formats can carry code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import WeightsMissingError, WeightsUnusableError

_MOST_TOKENS = 512
"""Of both texts together; what the usual models read. Longer pairs are cut at their end."""

_NEEDED = ("config.json", "model.safetensors")


def load_cross_encoder(folder: Path, what: str, remedy: str) -> Any:
    """The model of a folder, on the CPU; `what` names its use in messages.

    Raises WeightsMissingError, WeightsUnusableError, both with `remedy`.
    """
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise WeightsMissingError(f"The {what} {folder.name} lacks {', '.join(missing)}.", remedy)
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(str(folder), max_length=_MOST_TOKENS, device="cpu", local_files_only=True)
    except (OSError, ValueError, RuntimeError, LookupError, TypeError, SafetensorError) as reason:
        raise WeightsUnusableError(
            f"{folder.name} holds no cross-encoder ({type(reason).__name__}).", remedy
        ) from reason


def logits_of(model: Any, pairs: Sequence[tuple[str, str]], *, batch: int) -> NDArray[np.float64]:
    """What the model gives for each pair before any activation: shape (pairs,), or (pairs, labels)."""
    from torch.nn import Identity

    found = model.predict(
        [list(pair) for pair in pairs], batch_size=batch, show_progress_bar=False, activation_fn=Identity()
    )
    return np.asarray(found, dtype=np.float64)
