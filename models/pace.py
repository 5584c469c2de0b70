"""How fast each model reads a prompt on this machine, remembered between starts.

Kept are a digest of the weights and a number; never a text.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from math import isfinite
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from models.engine import EngineDescription, Finished

UNMEASURED = 180.0
"""Tokens per second taken for a CPU until there is a measurement: the built-in model on two cores."""

LEAST_TOKENS = 64
"""Fewer evaluated tokens say little about the speed of reading."""

_SHARE_OF_NEWEST = 0.5
_FASTEST = 1e6
_MOST_ENTRIES = 200
_CEILING = 64 * 1024


class Pace:
    """Remembers reading speeds in `file`. Cheap to make; a lost or damaged file costs only the memory."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._known: dict[str, float] | None = None

    def tokens_per_second(self, model: EngineDescription) -> float | None:
        """Prompt tokens evaluated per second; None if the whole model lies on a GPU and was not measured."""
        with self._lock:
            known = self._read().get(_key(model))
        if known is not None:
            return known
        return None if model.layers and model.offloaded >= model.layers else UNMEASURED

    def learn(self, model: EngineDescription, usage: Finished) -> None:
        """Take a finished answer into account; one too short to tell is ignored."""
        evaluated = usage.prompt_tokens - usage.reused_tokens
        if evaluated < LEAST_TOKENS or usage.prefill_seconds <= 0:
            return
        speed = min(evaluated / usage.prefill_seconds, _FASTEST)
        with self._lock:
            known = self._read()
            before = known.pop(_key(model), speed)
            # Newest last: the oldest are forgotten first.
            known[_key(model)] = round(before + _SHARE_OF_NEWEST * (speed - before), 1)
            for name in list(known)[:-_MOST_ENTRIES]:
                del known[name]
            self._write(known)

    def _read(self) -> dict[str, float]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError, RecursionError):
                with self._file.open("rb") as stream:
                    content = json.loads(stream.read(_CEILING))
                if isinstance(content, dict):
                    self._known = {
                        name: float(speed)
                        for name, speed in list(content.items())[-_MOST_ENTRIES:]
                        if isinstance(speed, int | float) and isfinite(speed) and 0 < speed <= _FASTEST
                    }
        return self._known

    def _write(self, known: dict[str, float]) -> None:
        # A full disk must not cost an answer: the speed is measured again with the next one.
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._file.parent, delete=False) as stream:
                stream.write(json.dumps(known))
            os.replace(stream.name, self._file)  # noqa: PTH105 - Path.replace reads less clearly here


def _key(model: EngineDescription) -> str:
    return f"{model.sha256[:16]} {model.backend} {model.offloaded}/{model.layers}"
