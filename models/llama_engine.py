"""llama.cpp in the process that calls it; `llama_weights` is its door to llama_cpp.

Native code can end the process (a CUDA allocation that fails, a file cut short under a memory map),
so the program uses this engine through a child process; see `app.workers`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from typing import Literal

from models.engine import ChatMessage, EngineDescription, Finished, GenerationEvent, GenerationRequest, Piece
from models.errors import PromptTooLongError
from models.llama_weights import LlamaSettings, LoadedModel, load
from models.spec import ModelSpec


class LlamaEngine:
    """One GGUF model. Not thread-safe except for `stop`: one request at a time."""

    def __init__(self, spec: ModelSpec, settings: LlamaSettings | None = None) -> None:
        self._spec = spec
        self._settings = settings or LlamaSettings()
        self._loaded: LoadedModel | None = None
        self._stop = Event()

    def warm(self) -> EngineDescription:
        """Load the weights and read back where they went. Raises ModelError."""
        if self._loaded is None:
            self._loaded = load(self._spec, self._settings)
        return self._loaded.description

    def describe(self) -> EngineDescription:
        """What `warm` returned."""
        return self.warm()

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Exact length of the rendered prompt."""
        return len(self._ready().tokens(messages))

    def stream(self, request: GenerationRequest) -> Iterator[GenerationEvent]:
        """Read the prompt, reusing what the cache still holds of it, then speak."""
        self._stop.clear()  # first: a stop that comes while the weights are loaded counts
        loaded = self._ready()
        tokens = loaded.tokens(request.messages, request.begun)
        if len(tokens) >= loaded.description.context:
            raise PromptTooLongError(
                f"The prompt has {len(tokens)} tokens; {loaded.description.context} fit, answer included."
            )
        return self._generate(loaded, tokens, request)

    def stop(self) -> None:
        """End the running stream after the batch or token it is at."""
        self._stop.set()

    def close(self) -> None:
        """Free the weights; the next call loads them again."""
        if self._loaded is not None:
            self._loaded.llama.close()
            self._loaded = None

    def _ready(self) -> LoadedModel:
        self.warm()
        assert self._loaded is not None
        return self._loaded

    def _generate(
        self, loaded: LoadedModel, tokens: list[int], request: GenerationRequest
    ) -> Iterator[GenerationEvent]:
        started = perf_counter()
        reused = loaded.rewind_to_common_prefix(tokens)
        run = _Run(reason="length", read_until=started)
        if not loaded.read(tokens[reused:-1], self._stop):
            run.reason = "stopped"
        elif request.max_tokens > 0:
            yield from self._speak(loaded, tokens, request, run)
        if run.generated == 0:
            run.read_until = perf_counter()
        yield Finished(
            reason=run.reason,
            prompt_tokens=len(tokens),
            reused_tokens=reused,
            generated_tokens=run.generated,
            prefill_seconds=run.read_until - started,
            decode_seconds=perf_counter() - run.read_until,
        )

    def _speak(
        self, loaded: LoadedModel, tokens: list[int], request: GenerationRequest, run: _Run
    ) -> Iterator[Piece]:
        room = min(request.max_tokens, loaded.description.context - len(tokens))
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for token in loaded.sample(tokens, request):
            if run.generated == 0:
                run.read_until = perf_counter()
            if loaded.ends_generation(token):
                run.reason = "end"
                break
            run.generated += 1
            if text := decoder.decode(loaded.bytes_of(token)):
                yield Piece(text)
            if self._stop.is_set():
                run.reason = "stopped"
                break
            if run.generated >= room:
                break
        if rest := decoder.decode(b"", final=True):
            yield Piece(rest)


@dataclass(slots=True)
class _Run:
    """What one stream has come to so far."""

    reason: Literal["end", "length", "stopped"]
    read_until: float
    generated: int = 0
