"""Loads a GGUF file with llama.cpp and says what became of it; the only door to llama_cpp."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from models.chat_template import ChatTemplate, Segment, within_memory
from models.engine import ChatMessage, EngineDescription, GenerationRequest
from models.errors import GpuRequiredError, TemplateRefusedError, WeightsUnusableError
from models.hardware import usable_cores
from models.spec import ModelSpec

if TYPE_CHECKING:
    from llama_cpp import Llama

CONTEXT_LIMIT = 1 << 20
"""Tokens; a GGUF may claim any number."""

BATCH = 256
"""Prompt tokens between two looks at the stop signal."""

_VOCABULARY_MEMORY = 2 << 30
"""Bytes; 250,000 tokens with the room that llama_cpp makes for their scores need a quarter of it."""

_CELL = 256
"""Tokens; the context is a multiple of it."""

_PIECE_LIMIT = 1024
"""Bytes of one token's text."""

_DEBUG_LEVEL, _ERROR_LEVEL = 1, 4
"""GGML_LOG_LEVEL_DEBUG and GGML_LOG_LEVEL_ERROR in ggml.h."""

_OFFLOADED = re.compile(rb"offloaded (\d{1,5})/(\d{1,5}) layers")
_BACKENDS = {
    "CUDA": "cuda",
    "ROCm": "rocm",
    "Vulkan": "vulkan",
    "Metal": "metal",
    "MTL": "metal",
    "SYCL": "sycl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaSettings:
    """How to load a model."""

    context: int = 4096
    """Tokens; the model's own limit wins when it is smaller."""

    gpu_layers: int = -1
    """-1 for all."""

    threads: int = 0
    """0 for one per physical core."""

    require_gpu: bool = False


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Weights in memory with what is needed to speak with them."""

    llama: Llama
    template: ChatTemplate
    description: EngineDescription
    begin: tuple[int, ...]
    """The token that opens every text, if this vocabulary wants one."""

    def tokens(self, messages: Sequence[ChatMessage], begun: str = "") -> list[int]:
        """The rendered prompt; only the template's own parts may become control tokens.

        `begun` stands behind the prefix that opens the answer, as if the model had written it.
        """
        tokens: list[int] = []
        for segment in (*self.template.segments(messages), Segment(begun, is_template=False)):
            tokens += self.llama.tokenize(
                segment.text.encode("utf-8", "replace"), add_bos=False, special=segment.is_template
            )
        return tokens if tuple(tokens[: len(self.begin)]) == self.begin else [*self.begin, *tokens]

    def rewind_to_common_prefix(self, tokens: Sequence[int]) -> int:
        """Forget the cached tokens from the first difference on; how many stay.

        At least the prompt's last token is left to read: its logits begin the answer.
        """
        known = self.llama.input_ids[: self.llama.n_tokens]
        common = 0
        for cached, wanted in zip(known, tokens[:-1], strict=False):
            if cached != wanted:
                break
            common += 1
        # Recurrent models cannot forget a part of what they have read.
        if common < self.llama.n_tokens and not self.llama._ctx.kv_cache_seq_rm(-1, common, -1):
            self.llama.reset()  # type: ignore[no-untyped-call]  # llama_cpp is partly typed
            return 0
        self.llama.n_tokens = common
        return common

    def read(self, tokens: Sequence[int], stop: Event) -> bool:
        """Evaluate tokens behind those already read, batch by batch; False if stopped meanwhile."""
        for begin in range(0, len(tokens), BATCH):
            if stop.is_set():
                return False
            self.llama.eval(tokens[begin : begin + BATCH])
        return not stop.is_set()

    def sample(self, tokens: Sequence[int], request: GenerationRequest) -> Iterator[int]:
        """Tokens that follow `tokens`, of which all but the last have been read; endless."""
        self.llama.set_seed(request.seed)
        return iter(
            self.llama.generate(
                tokens, temp=request.temperature, repeat_penalty=request.repeat_penalty, reset=True
            )
        )

    def ends_generation(self, token: int) -> bool:
        """Whether the model says with this token that it is done."""
        import llama_cpp

        return bool(llama_cpp.llama_vocab_is_eog(self.llama._model.vocab, token))

    def bytes_of(self, token: int) -> bytes:
        """A token's text; Llama.detokenize would drop a leading space."""
        import llama_cpp

        buffer = ctypes.create_string_buffer(_PIECE_LIMIT)
        # Without `special`, control tokens that a model utters by itself stay invisible.
        length = llama_cpp.llama_token_to_piece(
            self.llama._model.vocab,
            token,
            buffer,
            _PIECE_LIMIT,
            0,
            False,  # noqa: FBT003 - C functions take no names
        )
        return buffer.raw[: max(0, length)]


def load(spec: ModelSpec, settings: LlamaSettings) -> LoadedModel:
    """Load the weights, offloading what this build and machine can. Raises ModelError."""
    import llama_cpp

    can_offload = bool(llama_cpp.llama_supports_gpu_offload())
    if settings.require_gpu and not can_offload:
        raise GpuRequiredError("The settings demand a GPU, but this build of llama.cpp has no GPU backend.")
    log = _Log()
    llama = _open(spec.path, settings, log, can_offload=can_offload)
    description = _describe(spec, llama, log, settings.gpu_layers, can_offload=can_offload)
    if settings.require_gpu and description.offloaded < description.layers:
        raise GpuRequiredError(f"The settings demand a GPU, but {description.reason}.")
    source = llama.metadata.get("tokenizer.chat_template", "")
    if not source:
        raise TemplateRefusedError(f"{spec.name} carries no chat template: it is not an instruct model.")
    template = ChatTemplate(
        source, bos=_text_of(llama, llama.token_bos()), eos=_text_of(llama, llama.token_eos())
    )
    begin = (llama.token_bos(),) if llama._model.add_bos_token() else ()
    return LoadedModel(llama, template, description, begin)


def _open(path: Path, settings: LlamaSettings, log: _Log, *, can_offload: bool) -> Llama:
    import llama_cpp

    threads = settings.threads or usable_cores()
    options: dict[str, Any] = {
        "n_gpu_layers": settings.gpu_layers if can_offload else 0,
        "n_threads": threads,
        "n_threads_batch": threads,
        "n_batch": BATCH,
        "verbose": False,
    }
    try:
        with log.listening():
            # llama_cpp compiles the file's templates while it loads, and Jinja computes constants then.
            with within_memory(_VOCABULARY_MEMORY):
                trained = llama_cpp.Llama(str(path), vocab_only=True, verbose=False).metadata
            return llama_cpp.Llama(str(path), n_ctx=_context(trained, settings.context), **options)
    except Exception as error:  # noqa: BLE001 - llama_cpp also compiles the file's templates, and they may be anything
        raise WeightsUnusableError(
            f"llama.cpp cannot load {path.name}: {log.last_error or type(error).__name__}"
        ) from None


def _context(metadata: dict[str, str], wanted: int) -> int:
    architecture = metadata.get("general.architecture", "")
    claimed = metadata.get(f"{architecture}.context_length", "")
    trained = (
        int(claimed) if claimed.isdecimal() and len(claimed) <= len(str(CONTEXT_LIMIT)) else CONTEXT_LIMIT
    )
    # llama.cpp rounds up to a whole cell, llama_cpp's own buffers do not: only whole cells are safe to fill.
    return max(_CELL, min(wanted, trained, CONTEXT_LIMIT) // _CELL * _CELL)


def _describe(
    spec: ModelSpec, llama: Llama, log: _Log, asked_for: int, *, can_offload: bool
) -> EngineDescription:
    import llama_cpp

    layers = int(llama_cpp.llama_model_n_layer(llama._model.model))
    offloaded = log.blocks_offloaded(layers)
    backend = next(
        (name for sign, name in _BACKENDS.items() if sign in log.devices), "gpu" if offloaded else "cpu"
    )
    reason = _reason(offloaded, layers, asked_for, can_offload=can_offload)
    return EngineDescription(
        name=spec.name,
        sha256=spec.sha256,
        backend=backend if offloaded else "cpu",
        layers=layers,
        offloaded=offloaded,
        context=llama.n_ctx(),
        reason=reason,
    )


def _reason(offloaded: int, layers: int, asked_for: int, *, can_offload: bool) -> str:
    if not can_offload:
        return "this build has no GPU backend"
    if offloaded == layers:
        return ""
    if 0 <= asked_for <= layers:
        return f"the settings ask for {asked_for} layers on the GPU"
    if not offloaded:
        return "no GPU was found"
    return f"llama.cpp put only {offloaded} of {layers} layers on the GPU"


def _text_of(llama: Llama, token: int) -> str:
    return llama._model.token_get_text(token) if token >= 0 else ""


class _Log:
    """Hears llama.cpp's log: the only place where it says how many layers it offloaded."""

    def __init__(self) -> None:
        import llama_cpp

        self.offloaded, self.offloadable = 0, 0
        self.devices = ""
        self.last_error = ""
        self.callback = llama_cpp.llama_log_callback(self._hear)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is logged within. A callback that dies before the library would end the process."""
        import llama_cpp
        from llama_cpp._logger import llama_log_callback

        llama_cpp.llama_log_set(self.callback, ctypes.c_void_p(0))
        try:
            yield
        finally:
            llama_cpp.llama_log_set(llama_log_callback, ctypes.c_void_p(0))

    def blocks_offloaded(self, layers: int) -> int:
        """How many of the model's `layers` blocks lie on the GPU.

        llama.cpp counts the output layer as one more and offloads it first: all of 30 blocks reads 31/31,
        and 30/31 is 29 of them.
        """
        counts_output = self.offloadable > layers
        return max(0, min(layers, self.offloaded - counts_output))

    def _hear(self, level: int, text: bytes, user_data: object) -> None:
        del user_data
        if match := _OFFLOADED.search(text):
            self.offloaded, self.offloadable = int(match.group(1)), int(match.group(2))
        if b"using device" in text or b"model buffer size" in text:
            self.devices += text.decode("utf-8", "replace")[:200]
        # Warnings and the dots of the progress line (level 5) say nothing about why it failed.
        if level == _ERROR_LEVEL and text.strip():
            self.last_error = text.decode("utf-8", "replace").strip()[:300]
        if level != _DEBUG_LEVEL:
            sys.stderr.write(text.decode("utf-8", "replace"))
