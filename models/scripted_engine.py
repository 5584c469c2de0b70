"""A real engine without weights: it answers from a script, word by word.

For tests and demonstrations. It keeps the port's promises (exact counting, stopping between pieces,
one Finished at the end), so that everything above an engine can be tried without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from threading import Event
from time import perf_counter

from models.engine import ChatMessage, EngineDescription, Finished, GenerationEvent, GenerationRequest, Piece
from models.errors import PromptTooLongError

_WORD = re.compile(r"\s*\S+|\s+\Z")
_MESSAGE_OVERHEAD = 4
"""Tokens that a template adds to each message."""

Script = Callable[[GenerationRequest], str]


class ScriptedEngine:
    """Answers what `script` returns; one word is one token."""

    def __init__(self, script: Script | str, *, context: int = 4096, name: str = "scripted") -> None:
        self._script: Script = script if callable(script) else lambda _request: script
        self._description = EngineDescription(
            name=name,
            sha256="0" * 64,
            backend="scripted",
            layers=0,
            offloaded=0,
            context=context,
            reason="answers come from a script",
        )
        self._stop = Event()
        self._read: tuple[str, ...] = ()
        """What the last prompt said; a real engine keeps it in its cache."""

    def warm(self) -> EngineDescription:
        """Nothing to load."""
        return self._description

    def describe(self) -> EngineDescription:
        """What `warm` returned."""
        return self._description

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Words, plus a constant per message."""
        return sum(len(_WORD.findall(message.text)) + _MESSAGE_OVERHEAD for message in messages)

    def stream(self, request: GenerationRequest) -> Iterator[GenerationEvent]:
        """The script's answer, one word a piece; what the request begins with is not said again."""
        prompt_tokens = self.count_tokens(request.messages) + len(_WORD.findall(request.begun))
        if prompt_tokens >= self._description.context:
            raise PromptTooLongError(
                f"The prompt has {prompt_tokens} tokens, {self._description.context} fit."
            )
        self._stop.clear()
        return self._speak(request, prompt_tokens)

    def _speak(self, request: GenerationRequest, prompt_tokens: int) -> Iterator[GenerationEvent]:
        started = perf_counter()
        reused = self._reused(request.messages)
        words = _WORD.findall(self._script(request).removeprefix(request.begun))
        room = min(max(0, request.max_tokens), self._description.context - prompt_tokens)
        reason: str = "end" if len(words) <= room else "length"
        spoken = 0
        for word in words[:room]:
            if self._stop.is_set():
                reason = "stopped"
                break
            spoken += 1
            yield Piece(word)
        yield Finished(
            reason="stopped" if reason == "stopped" else "length" if reason == "length" else "end",
            prompt_tokens=prompt_tokens,
            reused_tokens=reused,
            generated_tokens=spoken,
            prefill_seconds=0.0,
            decode_seconds=perf_counter() - started,
        )

    def _reused(self, messages: Sequence[ChatMessage]) -> int:
        """Words that the prompt has in common with the last one, from the beginning on."""
        words = tuple(word for message in messages for word in (message.role, *_WORD.findall(message.text)))
        last, self._read = self._read, words
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(last, words, strict=False)))

    def stop(self) -> None:
        """End the running answer before its next word."""
        self._stop.set()
