"""Taking documents in and out behind names: what runs in the ingest worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

from app.workers.codec import dump
from app.workers.dispatch import dispatch

Announce = Callable[[Any], None]


class IngestService:
    """Changes the knowledge base; beside the worker that answers, so that chatting goes on meanwhile."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from app.listing import list_reader
        from app.workers.jailed_reader import JailedReader
        from grounding.catalog import Catalog
        from grounding.ingest import Ingest
        from grounding.library.relations import Relations
        from models.sentence_embedder import SentenceEmbedder

        self._stop = Event()
        self._catalog = Catalog(Path(configuration["catalog"]))
        self._index = Path(configuration["index"])
        self._ingest = Ingest(
            self._catalog,
            SentenceEmbedder(Path(configuration["embedder"])),
            JailedReader(),
            self._index,
            Relations(self._catalog.folder, list_reader(self._catalog.folder)),
        )

    def expect(self) -> None:
        """Forget a stop that was meant for an earlier call."""
        self._stop.clear()

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """One command, as a stream of events with the report last."""
        methods: dict[str, Callable[..., Any]] = {
            "add": self._add,
            "remove": self._remove,
            "plan": self._plan,
            "sync": self._sync,
            "watch": self._watch,
            "rollback": self._rollback,
            "prune": self._prune,
            "rebuild": self._rebuild,
            "collection": self._collection,
        }
        if method not in methods:
            return dispatch(methods, method, arguments)
        return _announced(lambda announce: methods[method](announce, **arguments))

    def stop(self) -> None:
        """End after the file under way; what was taken in stays."""
        self._stop.set()

    def _add(self, announce: Announce, paths: list[str], collection: str = "") -> Any:
        from grounding.upkeep.added_notes import note_added
        from grounding.upkeep.ignore import chosen

        named = [Path(path) for path in paths]
        report = self._ingest.add(named, collection=collection, announce=announce, stop=self._stop)
        # A stop is to be prompt: what was not taken in is not looked through again.
        note_added(self._catalog, list(islice(chosen(named), len(report.files))), report.files)
        return dump(report)

    def _remove(self, announce: Announce, names: list[str], *, for_good: bool = True) -> Any:
        from grounding.upkeep.added_notes import forget_removed

        report = self._ingest.remove(names, for_good=for_good, announce=announce)
        forget_removed(self._catalog)
        return dump(report)

    def _plan(self, announce: Announce, **asked: Any) -> Any:
        from grounding.upkeep.sync import Sync

        plan = Sync(self._catalog, self._ingest).plan(_wanted(asked), announce=announce, stop=self._stop)
        return {"plan": _plan_values(plan)}

    def _sync(self, announce: Announce, **asked: Any) -> Any:
        from grounding.upkeep.sync import Sync

        report = Sync(self._catalog, self._ingest).run(_wanted(asked), announce=announce, stop=self._stop)
        return {
            "plan": _plan_values(report.plan),
            "files": dump(report.files),
            "moved": report.moved,
            "removed": report.removed,
            "left": report.left,
            "notice": report.notice,
        }

    def _watch(self, announce: Announce, folders: list[dict[str, Any]], poll: float | None) -> Any:
        from grounding.upkeep.sync import Sync
        from grounding.watch import Watch, WatchPace

        sync = Sync(self._catalog, self._ingest)
        Watch(sync, [_wanted(one) for one in folders], WatchPace(poll=poll)).run(announce, self._stop)
        return {"stopped": True}

    def _rollback(self, announce: Announce, number: int) -> Any:
        return dump(self._ingest.rollback(number, announce=announce))

    def _prune(self, announce: Announce, keep: int) -> Any:
        return dump(self._ingest.prune(keep, announce=announce))

    def _rebuild(self, announce: Announce, embedder: str = "") -> Any:
        if embedder:
            from grounding.index.reembed import Reembed
            from models.sentence_embedder import SentenceEmbedder

            work = Reembed(self._catalog, SentenceEmbedder(Path(embedder)), self._index)
            return dump(work.run(announce, self._stop))
        self._ingest.rebuild_index(announce=announce)
        with self._catalog.read() as view:
            return {"embedder": view.state().embedder, "chunks": 0, "left": 0, "notice": ""}

    def _collection(
        self, announce: Announce, name: str, groups: list[str] | None, move: list[str], *, drop: bool
    ) -> Any:
        from grounding.library.writer import writing

        with writing(self._catalog, "collection") as writer:
            entries = [writer.view.named(document) for document in move]
            if drop:
                writer.drop_collection(name)
                return {"dropped": True}
            known = {one.name for one in writer.view.collections()}
            if groups is not None or name not in known:
                writer.put_collection(name, frozenset(groups or ()))
            for entry in entries:
                writer.move(entry.id, name)
            if entries or groups is not None:
                self._ingest.finish(writer, announce)
        return {"dropped": False}


def _wanted(asked: dict[str, Any]) -> Any:
    from grounding.upkeep.sync import Wanted

    return Wanted(**{**asked, "folder": Path(asked["folder"])})


def _plan_values(plan: Any) -> dict[str, Any]:
    """A plan without what only the process that made it can use."""
    kinds = ("added", "updated", "moved", "duplicate", "removed", "unreadable")
    return {
        **{
            kind: [{"path": step.path, "reason": step.reason} for step in getattr(plan, kind)]
            for kind in kinds
        },
        "unchanged": len(plan.unchanged),
        "documents": plan.documents,
        "left_out": dump(plan.left_out),
        "refused": plan.refusal(),
    }


def _announced(work: Callable[[Announce], Any]) -> Iterator[Any]:
    """Turn a function that announces into an iterator: events as they come, its result last."""
    import queue
    import threading

    events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            result = work(lambda event: events.put((type(event).__name__, asdict(event))))
            events.put(("report", result))
        except Exception as error:  # noqa: BLE001 - carried over to the thread that serves the call
            events.put(("error", error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while True:
        name, value = events.get()
        if name == "error":
            raise value
        yield {"kind": name, "value": value}
        if name == "report":
            thread.join()
            return
