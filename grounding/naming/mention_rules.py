"""Whether a stretch of text that is written like a known name really is that name.

"We will hit the target" names no firm, "a contract with Target" does. What decides is how the word is
written, what it is as an ordinary word, and how it stands in its sentence; never a list of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grounding.naming.name_forms import (
    GENERIC_WORDS,
    ORGANISATION_KINDS,
    PERSON_KINDS,
    Form,
    Strength,
    abbreviates,
    code_parts,
    is_acronym,
)
from grounding.naming.ordinary_words import OrdinaryWords
from grounding.text.words import STOP_WORDS, word_set

if TYPE_CHECKING:
    from grounding.entity_catalogue import CatalogueEntry
    from grounding.entity_linker import Parsed, Phrase, Word

_TITLES = word_set("mr mrs ms miss mx dr prof professor sir dame")
_SMALL = word_set("of the and for in on to a an at by with de la")
_PROPER = frozenset({"NNP", "NNPS"})
_NOUNS = _PROPER | {"NN", "NNS"}
_DETERMINES = frozenset({"det", "amod", "poss", "nummod", "predet", "advmod", "quantmod"})
_DETERMINERS = frozenset({"DT", "PRP$", "WDT", "WP$", "JJ", "JJR", "JJS", "PDT", "CD"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "agent"})
_OF_A_PARTY = word_set("with from by through via to at between against versus vs")
_NOT_A_FIRM = frozenset({"LOC", "FAC", "NORP", "LANGUAGE", "DATE", "TIME", "EVENT", "WORK_OF_ART", "LAW"})
_PLACES_AND_PEOPLE = frozenset({"GPE", "LOC", "FAC", "PERSON"})
_SHORTEST_IN_SMALL = 4
_SHORTEST_ACRONYM_IN_SMALL = 3

AGREEING_LABELS = {
    "organisation": frozenset({"ORG", "PRODUCT"}),
    "person": frozenset({"PERSON"}),
    "place": frozenset({"GPE", "LOC", "FAC"}),
    "other": frozenset({"PRODUCT", "ORG", "WORK_OF_ART", "EVENT", "LAW", "FAC", "NORP"}),
}
"""spaCy's labels that fit a family of kinds."""

_PLACE_KINDS = word_set("place city country town region location site building office")


def family_of(kind: str) -> str:
    """Which family a kind belongs to: "organisation", "person", "place" or "other"."""
    kind = kind.casefold()
    families = (("organisation", ORGANISATION_KINDS), ("person", PERSON_KINDS), ("place", _PLACE_KINDS))
    return next((family for family, kinds in families if kind in kinds), "other")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a known name may stand."""

    doc: Parsed = field(repr=False)
    span: Phrase = field(repr=False)
    text: str = field(repr=False)
    """As written, without possessive and legal suffix."""

    @property
    def before(self) -> Word | None:
        """The word just before, if only a space is between."""
        first = self.span.start
        return self.doc[first - 1] if first > 0 and self.doc[first - 1].whitespace_ else None

    @property
    def after(self) -> Word | None:
        """The word just after, if only a space is between."""
        end = self.span.end
        return self.doc[end] if end < len(self.doc) and self.span[-1].whitespace_ else None


class MentionRules:
    """Judges places against entries."""

    def __init__(self, ordinary: OrdinaryWords) -> None:
        self._ordinary = ordinary

    def reason(self, place: Place, entry: CatalogueEntry, form: Form) -> str:
        """Why the place names the entry, in words; empty if it does not."""
        if not entry.is_common and self._inside_longer_name(place, entry):
            return ""
        if code_parts(form.surface) and (said := self._code(place, form)) is not None:
            return said
        if is_acronym(form.surface):
            return self._acronym(place, entry, form)
        if entry.is_common:
            return self._noun_phrase(place, entry)
        if _capitals_kept(place.text, form.surface):
            return self._capitalised(place, entry)
        return self._in_small_letters(place, entry, form)

    def _code(self, place: Place, form: Form) -> str | None:
        """What is said of a code such as "SL450"; None if it must be judged as any other name."""
        written, given = code_parts(place.text), code_parts(form.surface)
        if written is None or given is None:
            return None
        if not written[1] or written[0].lower() not in self._ordinary:
            return "code"
        # "in 2024" is a word and a number: only who wrote the code in two parts may have meant it.
        return None if given[1] else ""

    def _acronym(self, place: Place, entry: CatalogueEntry, form: Form) -> str:
        own = form.of_name or abbreviates(form.surface, entry.name)
        lower = place.text.lower()
        if place.text == place.text.upper():
            if entry.is_common:
                return "acronym in capitals"
            if lower in self._ordinary:
                return "symbol in capitals, standing as a name" if _stands_as_name(place) else ""
            # A firm takes no article: "the CRM" is a system, not the firm with that symbol.
            return "" if not own and _has_determiner(place) else "symbol in capitals"
        shortest = 2 if entry.is_common else _SHORTEST_ACRONYM_IN_SMALL
        if own and len(lower) >= shortest and lower.isalpha() and lower not in self._ordinary:
            return "acronym in small letters that is no other word"
        return ""

    def _noun_phrase(self, place: Place, entry: CatalogueEntry) -> str:
        words = _words(place.text)
        if len(words) > 1 or words[0].lower() not in self._ordinary:
            return f"{entry.kind} named by its words"
        before = place.before
        if entry.kind == "document" and before is not None and before.lower_ == "the":
            return "title after an article"
        inside = not _starts_sentence(place)
        return f"{entry.kind} in capitals" if inside and words[0][:1].isupper() else ""

    def _capitalised(self, place: Place, entry: CatalogueEntry) -> str:
        words = _words(place.text)
        if len(words) > 1 or words[0].lower() not in self._ordinary:
            return "name as written"
        root, family = place.span.root, family_of(entry.kind)
        label = root.ent_type_
        if family in {"organisation", "person"} and label in _NOT_A_FIRM:
            return ""
        if len(words[0]) > 1 and words[0].isupper():
            return "name in capitals" if _stands_as_name(place) else ""
        if _has_determiner(place):
            return ""
        if not _starts_sentence(place):
            return "name with its capital" if root.tag_ in _PROPER or _among_small_letters(place) else ""
        named = label in AGREEING_LABELS[family] and root.tag_ in _PROPER | {"UH", "NN"}
        before_noun = place.after is not None and place.after.tag_ in {"NN", "NNS"}
        named = named and not before_noun
        return "begins the sentence as a name" if named else ""

    def _in_small_letters(self, place: Place, entry: CatalogueEntry, form: Form) -> str:
        words = [word.lower() for word in _words(place.text)]
        telling = [word for word in words if word not in _SMALL | GENERIC_WORDS and word.isalpha()]
        distinctive = [w for w in telling if len(w) >= _SHORTEST_ACRONYM_IN_SMALL and w not in self._ordinary]
        if len(words) == 1:
            long_enough = len(words[0]) >= _SHORTEST_IN_SMALL
            return (
                "distinctive word" if distinctive and long_enough and form.strength < Strength.SHORT else ""
            )
        if distinctive:
            return "distinctive words"
        # In small letters the article of "The Trade Desk" is one like any other.
        if form.strength == Strength.SHORT or family_of(entry.kind) == "person" or words[0] == "the":
            return ""
        return "ordinary words where a party stands" if _stands_as_party(place, entry) else ""

    def _inside_longer_name(self, place: Place, entry: CatalogueEntry) -> bool:
        words = _words(place.text)
        weak = len(words) == 1 and words[0].lower() in self._ordinary
        return self._goes_on(place, entry, weak=weak) or self._began_before(place, entry, weak=weak)

    def _goes_on(self, place: Place, entry: CatalogueEntry, *, weak: bool) -> bool:
        after, entry_is_place = place.after, family_of(entry.kind) in {"place", "person"}
        if after is None or not after.text[:1].isupper() or not after.is_alpha:
            return _hyphenated(place) and weak
        if place.text.isupper() and not after.is_title:
            return False
        if after.ent_type_ in _PLACES_AND_PEOPLE and after.ent_iob_ == "I" and not entry_is_place:
            return True
        lower = after.lower_
        if lower in GENERIC_WORDS or weak:
            return after.tag_ in _NOUNS
        return (
            after.tag_ in _PROPER and lower not in self._ordinary and after.ent_type_ not in {"DATE", "TIME"}
        )

    def _began_before(self, place: Place, entry: CatalogueEntry, *, weak: bool) -> bool:
        before = place.before
        if before is None or not before.text[:1].isupper() or not place.text[:1].isupper():
            return False
        is_person = family_of(entry.kind) == "person"
        if before.lower_.rstrip(".") in _TITLES:
            return not is_person
        joined = before.ent_type_ == "PERSON" and place.span.root.ent_type_ == "PERSON"
        if before.is_sent_start:
            return joined and before.tag_ in _PROPER and before.lower_ not in STOP_WORDS
        known_word = before.lower_ in self._ordinary
        return before.tag_ in _PROPER and before.ent_type_ != "DATE" and (weak or joined or not known_word)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text) or [text]


def _capitals_kept(written: str, surface: str) -> bool:
    """Whether every word has its capital where the catalogue writes one."""
    ours, theirs = _words(written), _words(surface)
    if len(ours) != len(theirs):
        return all(word[0].isupper() or not word[0].isalpha() or word in _SMALL for word in ours)
    return all(our[0].isupper() or not their[0].isupper() for our, their in zip(ours, theirs, strict=True))


def _starts_sentence(place: Place) -> bool:
    first = place.span[0]
    return bool(first.is_sent_start) or (first.i > 0 and place.doc[first.i - 1].text in "\"“'‘(:-–•")


def _has_determiner(place: Place) -> bool:
    """Whether an article, adjective or owner goes with the name itself, not with a noun that follows."""
    before = place.before
    root = place.span.root
    outside = [child for child in root.lefts if child.i < place.span.start]
    return any(child.dep_ in _DETERMINES for child in outside) or (
        before is not None and before.tag_ in _DETERMINERS and root.dep_ != "compound" and before.tag_ != "CD"
    )


def _among_small_letters(place: Place) -> bool:
    """Whether the capital cannot come from a heading: the words on both sides have none."""
    first, end = place.span.start, place.span.end
    before, after = place.doc[first - 1], place.doc[end] if end < len(place.doc) else None
    small_before = before.text.islower() or before.is_sent_start
    return bool(small_before) and (after is None or not after.text[:1].isupper())


def _stands_as_name(place: Place) -> bool:
    root, before, after = place.span.root, place.before, place.after
    if root.tag_ not in _NOUNS or root.is_stop or _has_determiner(place):
        return False
    if before is not None and before.tag_ in _DETERMINERS:
        return False
    return after is None or after.tag_ not in {"NN", "NNS"} or after.text[:1].isupper()


def _stands_as_party(place: Place, entry: CatalogueEntry) -> bool:
    if not _stands_as_name(place):
        return False
    root = place.span.root
    if root.dep_ in _SUBJECTS:
        # What something is may be said of anything ("waste management is a duty"); parties act.
        return root.head.lemma_ != "be" and root.head.pos_ == "VERB"
    preposition = place.before.lower_ if place.before is not None else ""
    return preposition in _OF_A_PARTY or (family_of(entry.kind) != "organisation" and root.dep_ == "pobj")


def _hyphenated(place: Place) -> bool:
    end = place.span.end
    return end < len(place.doc) and place.doc[end].text == "-" and not place.span[-1].whitespace_
