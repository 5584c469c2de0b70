"""An Engine whose work is done in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from app.errors import WorkerLostError
from app.workers.codec import COUNT, DESCRIPTION, EVENT, dump, understood
from app.workers.supervisor import Worker, WorkerPlan
from models.engine import ChatMessage, EngineDescription, GenerationEvent, GenerationRequest
from models.errors import EngineLostError
from models.llama_weights import LlamaSettings
from models.spec import ModelSpec


class RemoteEngine:
    """The engine's port; a crash of native code becomes EngineLostError, and the next call starts anew."""

    def __init__(self, spec: ModelSpec, settings: LlamaSettings, *, verified: Path, log: Path) -> None:
        configuration = {"spec": dump(spec), "settings": asdict(settings), "verified": str(verified)}
        self._worker = Worker(WorkerPlan("engine", configuration, log))
        self._description: EngineDescription | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the child while it runs."""
        return self._worker.pid

    @property
    def described(self) -> EngineDescription | None:
        """What `warm` returned last; None before, without waiting for it."""
        return self._description

    def warm(self) -> EngineDescription:
        """Start the child and load the weights. Raises ModelError."""
        try:
            self._description = understood(DESCRIPTION, self._worker.call("warm"))
        except WorkerLostError as loss:
            raise _lost(loss) from None
        return self._description

    def describe(self) -> EngineDescription:
        """What `warm` returned last."""
        return self._description or self.warm()

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Exact length of the rendered prompt."""
        try:
            return understood(COUNT, self._worker.call("count_tokens", messages=dump(tuple(messages))))
        except WorkerLostError as loss:
            raise _lost(loss) from None

    def stream(self, request: GenerationRequest) -> Iterator[GenerationEvent]:
        """The child's events as they come."""
        try:
            for item in self._worker.stream("stream", request=dump(request)):
                yield understood(EVENT, item)
        except WorkerLostError as loss:
            raise _lost(loss) from None

    def stop(self) -> None:
        """End the running stream."""
        self._worker.stop()

    def close(self) -> None:
        """End the child for good."""
        self._worker.close()


def _lost(loss: WorkerLostError) -> EngineLostError:
    return EngineLostError(str(loss), loss.remedy)
