"""The port through which a language model is used.

An engine is cheap to construct. `warm` loads the weights and says what became of them; the
other methods warm the engine themselves if nobody has. An engine serves one request at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat, before the model's template is applied."""

    role: Role
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """What to generate. Rendering and tokenising happen inside the engine."""

    messages: tuple[ChatMessage, ...] = field(repr=False)
    max_tokens: int
    begun: str = field(default="", repr=False)
    """How the answer begins already; the pieces go on from there and do not repeat it."""

    temperature: float = 0.0
    """Zero takes the likeliest token every time."""

    seed: int = 0
    repeat_penalty: float = 1.0
    """1.0 leaves the probabilities as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDescription:
    """What is really running, read back from the loaded library."""

    name: str
    sha256: str
    backend: str
    """"cpu", "cuda", "vulkan", "metal" or "scripted"."""

    layers: int
    offloaded: int
    """How many of `layers` lie on the GPU, as llama.cpp reported it."""

    context: int
    """Tokens that fit, prompt and answer together."""

    reason: str = ""
    """Why layers are not on the GPU; empty when all are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of the answer; pieces joined are the answer."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Last event of every stream that was not lost."""

    reason: Literal["end", "length", "stopped"]
    """"end": the model was done. "length": `max_tokens` or the context was reached."""

    prompt_tokens: int
    reused_tokens: int
    """Prompt tokens that were still in the key-value cache."""

    generated_tokens: int
    prefill_seconds: float
    decode_seconds: float


GenerationEvent = Piece | Finished


class Engine(Protocol):
    """A language model behind one method that streams."""

    def warm(self) -> EngineDescription:
        """Load the weights; harmless when done before. Raises ModelError."""
        ...

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Exact length of the rendered prompt, template and generation prefix included."""
        ...

    def stream(self, request: GenerationRequest) -> Iterator[GenerationEvent]:
        """Pieces, then one Finished. Closing the iterator abandons the answer.

        Raises PromptTooLongError before the first piece, EngineLostError at any time.
        """
        ...

    def stop(self) -> None:
        """Ask the running stream to end; safe from another thread, harmless when idle."""
        ...

    def describe(self) -> EngineDescription:
        """What `warm` returned."""
        ...
