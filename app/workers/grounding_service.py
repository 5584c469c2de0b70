"""Retrieval, entities, follow-ups and support behind names: what runs in the grounding worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from app.workers.codec import CITED, dump
from app.workers.dispatch import dispatch
from grounding.errors import GroundingError
from grounding.passages import Passage, Principal, Retrieval
from grounding.ranking.conversation import Told, pairs_of, shown_last

if TYPE_CHECKING:
    from grounding.follow_up import FollowUp
    from grounding.ranking.following import Find
    from grounding.ranking.freshness import Freshness
    from grounding.ranking.second_look import Known
    from grounding.retriever import HybridRetriever


Earlier = Sequence[Told]
_EARLIER = TypeAdapter(tuple[Told, ...])


@dataclass(frozen=True, slots=True)
class _Search:
    """One question, by whom, and how it is answered."""

    query: str = field(repr=False)
    who: Principal
    limit: int
    earlier: Earlier = field(default=(), repr=False)
    explain: bool = False


@dataclass(frozen=True, slots=True)
class _Library:
    """What searches the documents of one generation, and what puts the newer of two editions first."""

    retriever: HybridRetriever
    freshness: Freshness


class GroundingService:
    """Everything that needs the embedder, Chroma or spaCy at asking time."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        from grounding.catalog import Catalog
        from grounding.entity_linker import EntityLinker
        from grounding.naming.entity_store import EntityStore
        from grounding.naming.known_entities import KnownEntities
        from grounding.ranking.helpers import Helpers
        from grounding.spelling import Spelling
        from grounding.support import SupportChecker
        from models.sentence_embedder import SentenceEmbedder

        self._folder = Path(configuration["catalog"])
        self._embedder = SentenceEmbedder(Path(configuration["embedder"]))
        catalog = Catalog(self._folder)
        self._spelling = Spelling(catalog)
        self._helpers = Helpers(speller=self._spelling, reranker=_reranker(configuration.get("reranker")))
        self._library = self._library_over(self._folder, Path(configuration["index"]))
        self._linker = EntityLinker()
        entailment = _entailment(configuration.get("entailment"))
        self._support = SupportChecker(self._linker, self._embedder, entailment)
        self._catalogue = KnownEntities(catalog, EntityStore(self._folder))
        self._past = _Past()

    def expect(self) -> None:
        """Nothing to forget."""

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """One of the methods below; arguments and result are JSON values."""
        methods: dict[str, Callable[..., Any]] = {
            "warm": self._warm,
            "find": self._find,
            "find_past": self._find_past,
            "repair": self._repair,
            "link": self._link,
            "stand_alone": self._stand_alone,
            "judge": self._judge,
            "status": lambda: dump(self._library.retriever.status()),
        }
        return dispatch(methods, method, arguments)

    def stop(self) -> None:
        """Searches are short; there is nothing to end."""

    def _warm(self) -> None:
        self._library.retriever.warm()
        self._linker.warm()
        self._spelling.warm()

    def _library_over(self, catalog: Path, index: Path) -> _Library:
        from grounding.catalog import Catalog
        from grounding.ranking.freshness import Freshness
        from grounding.retriever import HybridRetriever

        retriever = HybridRetriever(catalog, self._embedder, index, helpers=self._helpers)
        return _Library(retriever, Freshness(Catalog(catalog)))

    def _find(
        self, query: str, principal: Any, limit: int, *, earlier: Earlier = (), explain: bool = False
    ) -> Any:
        """`earlier` are the turns of a conversation: see `grounding.ranking.conversation`."""
        who = TypeAdapter(Principal).validate_python(principal)
        told = _EARLIER.validate_python(earlier)
        return dump(self._found(self._library, _Search(query, who, limit, told, explain=explain)))

    def _find_past(
        self, query: str, principal: Any, limit: int, generation: int, *, earlier: Earlier = ()
    ) -> Any:
        """As it was found in an earlier generation; 0 lets go of the copy that this takes."""
        who = TypeAdapter(Principal).validate_python(principal)
        library = self._past.of(self._folder, generation, self._library_over)
        if library is None:
            return dump(Retrieval())
        return dump(self._found(library, _Search(query, who, limit, _EARLIER.validate_python(earlier))))

    def _found(self, library: _Library, search: _Search) -> Retrieval:
        from grounding.follow_up import FollowUp, follow_up
        from grounding.ranking.following import find_following
        from grounding.ranking.neighbours import without_overlap

        asked = FollowUp(search.query, leans=False)
        if search.earlier:
            asked = follow_up(search.query, pairs_of(search.earlier), self._linker)
        known = self._known(asked.text, search.who)
        found = find_following(
            _finding(library.retriever, search, known),
            asked,
            search.limit,
            within=_finding(library.retriever, search, self._carried(asked, known, search.who)),
        )
        found = replace(found, passages=without_overlap(found.passages))
        return library.freshness.of(found, search.query)

    def _carried(self, asked: FollowUp, known: tuple[Known, ...], who: Principal) -> tuple[Known, ...]:
        """The entries that a question mentions, and those that it carries over from the last one."""
        if not asked.context:
            return known
        names = {one.name for one in known}
        return (*known, *(one for one in self._known(asked.last, who) if one.name not in names))

    def _repair(self, text: str, principal: Any) -> Any:
        who = TypeAdapter(Principal).validate_python(principal)
        keep = [name for one in self._known(text, who) for name in one.names]
        return dump(self._spelling.repair(text, who, keep=keep))

    def _known(self, query: str, who: Principal) -> tuple[Known, ...]:
        """Catalogue entries that the query mentions; a search does without them when they cannot be had."""
        from grounding.ranking.second_look import Known

        catalogue = self._catalogue.of(who)
        try:
            linked = [one for one in self._linker.link(query, catalogue) if one.id is not None]
        except GroundingError:
            return ()
        names = catalogue.names_of(one.id for one in linked if one.id is not None)
        return tuple(
            Known(one.text, names[one.id][0], names[one.id][1:]) for one in linked if one.id in names
        )

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


def _finding(retriever: HybridRetriever, search: _Search, known: tuple[Known, ...]) -> Find:
    """How a text is searched for on behalf of somebody's question."""
    from grounding.ranking.leads import Leads

    leads = Leads(known=known, last=shown_last(search.earlier))
    return lambda text, most: retriever.find(
        text, principal=search.who, limit=most, leads=leads, explain=search.explain
    )


def _reranker(folder: str | None) -> Any:
    """The cross-encoder that the site supplies, if it does."""
    if not folder:
        return None
    from models.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(Path(folder))


def _entailment(folder: str | None) -> Any:
    """The natural language inference model that the site supplies, if it does."""
    if not folder:
        return None
    from models.nli import EntailmentModel

    return EntailmentModel(Path(folder))


class _Past:
    """The earlier generation that was asked about last, and its copy on disk."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._generation = 0
        self._library: _Library | None = None

    def of(
        self, folder: Path, generation: int, library_over: Callable[[Path, Path], _Library]
    ) -> _Library | None:
        """The library as it was in that generation; None for 0, and the copy is gone."""
        from grounding.library.past import past_catalog

        if generation != self._generation:
            self._held.close()
            self._generation, self._library = 0, None
            if generation:
                copy = self._held.enter_context(past_catalog(folder, generation))
                self._library = library_over(copy, copy / "index")
                self._generation = generation
        return self._library
