"""A stop reaches the engine while it still reads the prompt, long before its first piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event, Thread

from app.stages.stage import Channel
from app.stages.write_answer import WriteAnswer
from app.turn import Turn
from models.engine import ChatMessage, EngineDescription, Finished, GenerationEvent, GenerationRequest
from models.scripted_engine import ScriptedEngine


class ReadsUntilStopped:
    """An engine with a prompt that takes for ever to read; ends as a real one does when told to."""

    def __init__(self) -> None:
        self._scripted = ScriptedEngine("never said")
        self.is_reading = Event()
        self._told = Event()

    def warm(self) -> EngineDescription:
        return self._scripted.warm()

    def describe(self) -> EngineDescription:
        return self._scripted.describe()

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return self._scripted.count_tokens(messages)

    def stream(self, request: GenerationRequest) -> Iterator[GenerationEvent]:
        self.is_reading.set()
        was_told = self._told.wait(timeout=20)
        yield Finished(
            reason="stopped" if was_told else "end",
            prompt_tokens=self.count_tokens(request.messages),
            reused_tokens=0,
            generated_tokens=0,
            prefill_seconds=0.0,
            decode_seconds=0.0,
        )

    def stop(self) -> None:
        self._told.set()


def test_a_stop_during_the_prompt_ends_the_turn_as_stopped() -> None:
    engine = ReadsUntilStopped()
    channel = Channel(lambda event: None)
    request = GenerationRequest(messages=(ChatMessage("user", "a long prompt"),), max_tokens=8)

    def stop_once_it_reads() -> None:
        engine.is_reading.wait(10)
        channel.stop.set()

    Thread(target=stop_once_it_reads).start()

    turn = WriteAnswer(engine).run(Turn(conversation="c", id="t", prompt="p", request=request), channel)

    assert turn.outcome == "stopped"
    assert turn.usage is not None
    assert turn.usage.reason == "stopped"
