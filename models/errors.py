"""Everything that can go wrong with a model, as the person in front of it sees it.

* ModelError
  - UnknownModelError       the name is not in the registry
  - ModelNameTakenError     another file is already registered under the name
  - WeightsMissingError     the file is not where the registry says
  - WeightsAlteredError     the file is there, but is not the one we were promised
  - WeightsUnusableError    what is there is no model of the kind that is needed
  - TemplateRefusedError    the model's chat template is missing, too large or does not render
  - PromptTooLongError      the request does not fit the context window
  - GpuRequiredError        settings demand a GPU and this build or machine has none
  - EngineLostError         the process that runs the model ended or hangs
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path


class ModelError(Exception):
    """Root of this package's errors. `remedy` is one sentence the user can act on."""

    remedy: str = ""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy


class UnknownModelError(ModelError):
    """The name is not in the registry."""

    remedy = "See `inhouse models list`."

    def __init__(self, asked_for: str, known: list[str]) -> None:
        nearest = get_close_matches(asked_for, known, n=1)
        super().__init__(
            f"There is no model named {asked_for!r}.",
            f"Did you mean {nearest[0]!r}?"
            if nearest
            else f"Known models: {', '.join(sorted(known)) or 'none installed'}.",
        )


class ModelNameTakenError(ModelError):
    """Another file is already registered under the name."""

    remedy = "Choose another name with --name, or remove the registered model first."


class WeightsMissingError(ModelError):
    """The weights are not where the registry says."""

    remedy = "Put the file back, or add the model again with `inhouse models add FILE`."


class WeightsAlteredError(ModelError):
    """The file is there, but is not the one we were promised."""

    remedy = "Fetch the file again; do not use this one."

    def __init__(self, weights: Path, expected: str, actual: str) -> None:
        super().__init__(f"{weights.name} has checksum {actual[:12]}…, expected {expected[:12]}….")


class WeightsUnusableError(ModelError):
    """What is there is no model of the kind that is needed."""

    remedy = "Use a GGUF file that this version of llama.cpp supports."


class TemplateRefusedError(ModelError):
    """The model's chat template is missing, too large, or does not render."""

    remedy = "Use an instruct model whose GGUF carries a chat template."


class PromptTooLongError(ModelError):
    """The request does not fit the context window."""

    remedy = "Shorten the prompt, or raise `context` under [model] in the settings."


class GpuRequiredError(ModelError):
    """Settings demand a GPU and this build or machine has none."""

    remedy = "Set INHOUSE_GPU and run scripts/chat again, or turn `require_gpu` off."


class EngineLostError(ModelError):
    """The process that runs the model ended or hangs; the conversation is safe."""

    remedy = "Ask again: the model is started anew."
