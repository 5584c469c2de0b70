"""What each kind of worker serves: a port's methods by name, arguments and results as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from pydantic import TypeAdapter

from app.errors import SetupError
from app.workers.codec import CITED, MESSAGES, REQUEST, dump
from grounding.passages import Passage, Principal


class Service(Protocol):
    """One port, behind names."""

    def expect(self) -> None:
        """A call has arrived and will be served next; whatever was asked to stop is over."""
        ...

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """The result as a JSON value, or an iterator of items."""
        ...

    def stop(self) -> None:
        """End the call under way early; called from another thread."""
        ...


def open_service(kind: str, configuration: dict[str, Any]) -> Service:
    """The service of a worker; cheap, nothing heavy is imported yet."""
    kinds: dict[str, Callable[[dict[str, Any]], Service]] = {
        "engine": EngineService,
        "grounding": GroundingService,
        "ingest": IngestService,
    }
    return kinds[kind](configuration)


def _dispatch(methods: dict[str, Callable[..., Any]], method: str, arguments: dict[str, Any]) -> Any:
    if method not in methods:
        raise SetupError(f"This worker has no method {method!r}.")
    return methods[method](**arguments)


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
        return _dispatch(methods, method, arguments)

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


class GroundingService:
    """Everything that needs the embedder, Chroma or spaCy at asking time."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from grounding.entity_linker import EntityLinker
        from grounding.retriever import HybridRetriever
        from grounding.support import SupportChecker
        from models.sentence_embedder import SentenceEmbedder

        self._retriever = HybridRetriever(
            Path(configuration["catalog"]),
            SentenceEmbedder(Path(configuration["embedder"])),
            Path(configuration["index"]),
        )
        self._linker = EntityLinker()
        self._support = SupportChecker(self._linker)
        self._catalogue = _Catalogue(Path(configuration["catalog"]))

    def expect(self) -> None:
        """Nothing to forget."""

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """`warm`, `find`, `link`, `stand_alone`, `judge` or `status`."""
        methods: dict[str, Callable[..., Any]] = {
            "warm": self._warm,
            "find": self._find,
            "link": self._link,
            "stand_alone": self._stand_alone,
            "judge": self._judge,
            "status": lambda: dump(self._retriever.status()),
        }
        return _dispatch(methods, method, arguments)

    def stop(self) -> None:
        """Searches are short; there is nothing to end."""

    def _warm(self) -> None:
        self._retriever.warm()
        self._linker.warm()

    def _find(self, query: str, principal: Any, limit: int) -> Any:
        who = TypeAdapter(Principal).validate_python(principal)
        return dump(self._retriever.find(query, principal=who, limit=limit))

    def _link(self, text: str, principal: Any) -> Any:
        who = TypeAdapter(Principal).validate_python(principal)
        return dump(self._linker.link(text, self._catalogue.of(who)))

    def _stand_alone(self, question: str, earlier: list[tuple[str, str]]) -> str:
        from grounding.follow_up import stand_alone

        return stand_alone(question, [(prompt, answer) for prompt, answer in earlier], self._linker)

    def _judge(self, sentences: Any, shown: Any, question: str) -> Any:
        cited = CITED.validate_python(sentences)
        passages = TypeAdapter(tuple[Passage, ...]).validate_python(shown)
        return dump(self._support.judge(cited, passages, question=question))


class _Catalogue:
    """What the documents a person may read define; mined again when they have changed."""

    def __init__(self, folder: Path) -> None:
        from grounding.catalog import Catalog

        self._catalog = Catalog(folder)
        self._mined: dict[Principal, tuple[int, Any]] = {}

    def of(self, principal: Principal) -> Any:
        from grounding.entity_catalogue import EntityCatalogue

        generation = self._catalog.status().generation
        known = self._mined.get(principal)
        if known is None or known[0] != generation:
            with self._catalog.read() as view:
                ids, _ = view.vectors(principal)
                passages = view.passages(ids, principal)
            chunks = [(passage.id, passage.text, passage.title) for passage in passages.values()]
            known = (generation, EntityCatalogue.mine(chunks))
            self._mined = {principal: known}
        return known[1]


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
        return _dispatch({"add": self._add, "remove": self._remove}, method, arguments)

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
