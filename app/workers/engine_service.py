"""A model behind names: what runs in the engine worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import TypeAdapter

from app.workers.codec import MESSAGES, REQUEST, dump
from app.workers.dispatch import dispatch


class EngineService:
    """A llama.cpp engine."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from models.llama_engine import LlamaEngine
        from models.llama_weights import LlamaSettings
        from models.spec import ModelSpec

        self._spec = TypeAdapter(ModelSpec).validate_python(configuration["spec"])
        self._verified = Path(configuration["verified"])
        self._engine = LlamaEngine(self._spec, LlamaSettings(**configuration["settings"]))
        self._is_verified = False
        self._stopped = Event()

    def expect(self) -> None:
        """Forget a stop that was meant for an earlier call."""
        self._stopped.clear()

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """`warm`, `count_tokens` or `stream`."""
        self._verify()
        methods: dict[str, Callable[..., Any]] = {
            "warm": self._warm,
            "count_tokens": self._count_tokens,
            "stream": self._stream,
        }
        return dispatch(methods, method, arguments)

    def stop(self) -> None:
        """End the stream under way, or the one that is about to begin."""
        self._stopped.set()
        self._engine.stop()

    def _verify(self) -> None:
        if not self._is_verified:
            from models.registry import verify

            verify(self._spec, self._verified)
            self._is_verified = True

    def _warm(self) -> Any:
        return dump(self._engine.warm())

    def _count_tokens(self, messages: Any) -> int:
        return self._engine.count_tokens(MESSAGES.validate_python(messages))

    def _stream(self, request: Any) -> Iterator[Any]:
        events = self._engine.stream(REQUEST.validate_python(request))
        # The engine forgets earlier stops when a stream begins; loading weights may have taken long.
        if self._stopped.is_set():
            self._engine.stop()
        for event in events:
            yield dump(event)
