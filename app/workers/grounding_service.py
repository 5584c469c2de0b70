"""Retrieval, entities, follow-ups and support behind names: what runs in the grounding worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.workers.codec import CITED, dump
from app.workers.dispatch import dispatch
from grounding.passages import Passage, Principal


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
        return dispatch(methods, method, arguments)

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
