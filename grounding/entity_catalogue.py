"""Names and what they stand for, from what admins load and from what the documents define.

Nothing is guessed: what a mention stands for among several entries is decided from its context by the
linker, or stays unknown, because a wrong identity is worse than none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from grounding.naming.name_forms import Form, Strength, forms_of, key_of
from grounding.naming.terms_mining import COMMON_KINDS, mined_definitions
from grounding.text.words import stem

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """Something that has a name."""

    id: str
    name: str = field(repr=False)
    kind: str
    """"term" for a defined word or acronym, "document" for a title; else what the admin wrote."""

    aliases: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = ()
    """Ids of the chunks that define it; empty for a loaded entry that no document defines."""

    description: str = field(default="", repr=False)
    origin: Literal["loaded", "mined", "corrected"] = "mined"

    @property
    def names(self) -> tuple[str, ...]:
        """Name and aliases, each once, the name first."""
        return tuple(dict.fromkeys((self.name, *self.aliases)))

    @property
    def is_common(self) -> bool:
        """Whether its name is an ordinary noun phrase, at home in small letters."""
        return self.kind.casefold() in COMMON_KINDS


class EntityCatalogue:
    """Entries, and the forms in which a text may name them."""

    def __init__(self, entries: Iterable[CatalogueEntry] = ()) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._by_id = {entry.id: entry for entry in self.entries}
        self._forms: defaultdict[Key, list[tuple[CatalogueEntry, Form]]] = defaultdict(list)
        for entry in self.entries:
            for key, form in _forms(entry).items():
                self._forms[key].append((entry, form))
        for found in self._forms.values():
            # A short or derived form yields to an entry that bears the name in full.
            strongest = min(form.strength for _, form in found)
            found[:] = [pair for pair in found if pair[1].strength == strongest]

    @classmethod
    def mine(cls, chunks: Iterable[tuple[str, str, str]]) -> EntityCatalogue:
        """What the documents define, read from (chunk id, text, document title)."""
        return cls(mined_entries(chunks))

    @property
    def forms(self) -> Mapping[Key, list[tuple[CatalogueEntry, Form]]]:
        """The sequences of folded words by which entries are found, and for each what it may mean."""
        return self._forms

    def candidates(self, mention: str) -> tuple[CatalogueEntry, ...]:
        """Every entry the mention may stand for, by id."""
        key = key_of(mention)
        found = self._forms.get(key) or self._forms.get(key[1:] if key[:1] in _ARTICLES else key) or []
        return tuple(entry for entry, _ in found)

    def lookup(self, mention: str) -> CatalogueEntry | None:
        """The entry of a mention; None if there is none, or more than one."""
        found = self.candidates(mention)
        return found[0] if len(found) == 1 else None

    def entry(self, entry_id: str) -> CatalogueEntry | None:
        """The entry of this id."""
        return self._by_id.get(entry_id)

    def names_of(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Names and aliases of each known id, the canonical name first: what passages may call it."""
        return {one: self._by_id[one].names for one in ids if one in self._by_id}


def mined_entries(chunks: Iterable[tuple[str, str, str]]) -> Iterator[CatalogueEntry]:
    """Entries that the chunks define; the same whatever order the chunks come in."""
    for found in mined_definitions(chunks):
        yield CatalogueEntry(found.id, found.name, found.kind, found.aliases, found.sources)


_ARTICLES = (("the",), ("a",), ("an",))


def _forms(entry: CatalogueEntry) -> dict[Key, Form]:
    forms: dict[Key, Form] = {}
    for name in entry.names:
        for form in forms_of(name, entry.kind, of_name=name == entry.name):
            known = forms.get(form.words)
            best = form if known is None or form.strength < known.strength else known
            # "IDEX" may be an alias beside "IDEX Corporation" and is no less its own name.
            own = form.of_name or (known is not None and known.of_name)
            forms[form.words] = replace(best, of_name=own)
    if entry.is_common:
        for words, form in tuple(forms.items()):
            for other in _numbers(words[-1]):
                forms.setdefault((*words[:-1], other), Form((), form.surface, Strength.VARIANT, form.of_name))
    return forms


def _numbers(word: str) -> Iterator[str]:
    """Singular and plural of a noun, as far as spelling tells; what is not a word matches nothing."""
    consonant_y = word.endswith("y") and word[-2:-1] not in "aeiou"
    yield (
        word[:-1] + "ies" if consonant_y else word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
    )
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(stem(word)) > 1:
        yield word[:-3] + "y" if word.endswith("ies") else word[:-1]
