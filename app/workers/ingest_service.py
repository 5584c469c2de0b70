"""Taking documents in and out behind names: what runs in the ingest worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from app.workers.codec import dump
from app.workers.dispatch import dispatch


class IngestService:
    """Takes documents in, and out; beside the worker that answers, so that chatting goes on meanwhile."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from app.workers.jailed_reader import JailedReader
        from grounding.catalog import Catalog
        from grounding.ingest import Ingest
        from models.sentence_embedder import SentenceEmbedder

        self._stop = Event()
        self._ingest = Ingest(
            Catalog(Path(configuration["catalog"])),
            SentenceEmbedder(Path(configuration["embedder"])),
            JailedReader(),
            Path(configuration["index"]),
        )

    def expect(self) -> None:
        """Forget a stop that was meant for an earlier call."""
        self._stop.clear()

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """`add` or `remove`, both as streams of events with the report last."""
        return dispatch({"add": self._add, "remove": self._remove}, method, arguments)

    def stop(self) -> None:
        """End after the file under way; what was taken in stays."""
        self._stop.set()

    def _add(self, paths: list[str]) -> Iterator[Any]:
        return _announced(
            lambda announce: self._ingest.add(
                [Path(path) for path in paths], announce=announce, stop=self._stop
            )
        )

    def _remove(self, names: list[str]) -> Iterator[Any]:
        return _announced(lambda announce: self._ingest.remove(names, announce=announce))


def _announced(work: Callable[[Callable[[Any], None]], Any]) -> Iterator[Any]:
    """Turn a function that announces into an iterator: events as they come, its result last."""
    import queue
    import threading

    events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            result = work(lambda event: events.put((type(event).__name__, event)))
            events.put(("report", result))
        except Exception as error:  # noqa: BLE001 - carried over to the thread that serves the call
            events.put(("error", error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while True:
        name, value = events.get()
        if name == "error":
            raise value
        yield {"kind": name, "value": dump(value)}
        if name == "report":
            thread.join()
            return
