"""What the documents themselves say about names: acronyms they define, and their own titles.

Nothing is guessed. An acronym that is defined in two ways stays unknown, because a wrong identity is
worse than none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grounding.words import stem, tokens, word_set

_ACRONYM = r"[A-Z][A-Za-z0-9&]{0,8}[A-Z0-9]s?"
_LONG_THEN_SHORT = re.compile(
    rf"(?P<before>[^()\n.;:!?]{{4,120}})\s?\(\s?[\"“']?(?P<short>{_ACRONYM})[\"”']?\s?\)"
)
_SHORT_THEN_LONG = re.compile(rf"\b(?P<short>{_ACRONYM})\s?\(\s?(?P<long>[^()\n]{{4,90}}?)\s?\)")
_SMALL_WORDS = word_set("of the and for in on to a an at by with de la")
_LONGEST_ALIAS = 8
"""Words. Longer titles are found by retrieval, not by mention."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """Something the documents name, with where they do."""

    id: str
    name: str = field(repr=False)
    kind: str
    """"term" for a defined acronym, "document" for a title."""

    aliases: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = ()
    """Ids of the chunks that define it."""


class EntityCatalogue:
    """Names and what they stand for; looked up by any spelling of case and plural."""

    def __init__(self, entries: Iterable[CatalogueEntry] = ()) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        known: defaultdict[str, set[str]] = defaultdict(set)
        for entry in self.entries:
            for alias in (entry.name, *entry.aliases):
                known[_key(alias)].add(entry.id)
        by_id = {entry.id: entry for entry in self.entries}
        # A name that stands for two things stands for none.
        self._by_alias: Mapping[str, CatalogueEntry] = {
            alias: by_id[next(iter(ids))] for alias, ids in known.items() if len(ids) == 1 and alias
        }

    @classmethod
    def mine(cls, chunks: Iterable[tuple[str, str, str]]) -> EntityCatalogue:
        """Read acronym definitions and titles from (chunk id, text, document title)."""
        definitions: defaultdict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
        titles: dict[str, tuple[str, list[str]]] = {}
        for chunk_id, text, title in chunks:
            for short, long in _definitions(text):
                definitions[short, _key(long)].append((short, long, chunk_id))
            if title.strip() and len(tokens(title)) <= _LONGEST_ALIAS:
                titles.setdefault(_key(title), (" ".join(title.split()), []))[1].append(chunk_id)
        return cls([*_terms(definitions), *_documents(titles)])

    def lookup(self, mention: str) -> CatalogueEntry | None:
        """The entry of a mention; None if there is none, or more than one."""
        return self._by_alias.get(_key(mention))

    def mentions(self, text: str) -> Iterator[tuple[int, int, CatalogueEntry]]:
        """Where `text` names entries, longest names first at each place, without overlaps."""
        words = [found.span() for found in re.finditer(r"[^\W_]+(?:[&'’][^\W_]+)*", text)]
        at = 0
        while at < len(words):
            for last in range(min(at + _LONGEST_ALIAS, len(words)), at, -1):
                start, end = words[at][0], words[last - 1][1]
                entry = self.lookup(text[start:end])
                # "it" is no department: an acronym counts only where it is written as one.
                if entry and not (last == at + 1 and _is_acronym(entry, text[start:end])):
                    yield start, end, entry
                    at = last - 1
                    break
            at += 1


def _is_acronym(entry: CatalogueEntry, written: str) -> bool:
    """Whether this is the entry's acronym in lower case, which may be an ordinary word."""
    return entry.kind == "term" and written.islower() and len(tokens(entry.name)) > 1


def _terms(
    definitions: Mapping[tuple[str, str], list[tuple[str, str, str]]],
) -> Iterator[CatalogueEntry]:
    for (short, key), found in definitions.items():
        names = [long for _, long, _ in found]
        yield CatalogueEntry(
            id=f"term:{short.casefold()}:{'-'.join(key.split())}",
            name=max(set(names), key=lambda name: (names.count(name), _capitals(name), name)),
            kind="term",
            aliases=(short,),
            sources=tuple(dict.fromkeys(chunk_id for _, _, chunk_id in found)),
        )


def _capitals(name: str) -> int:
    return sum(character.isupper() for character in name)


def _documents(titles: Mapping[str, tuple[str, list[str]]]) -> Iterator[CatalogueEntry]:
    for key, (title, chunk_ids) in titles.items():
        yield CatalogueEntry(f"document:{'-'.join(key.split())}", title, "document", (), tuple(chunk_ids[:1]))


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """Acronym and long form, where the initials agree."""
    for found in _LONG_THEN_SHORT.finditer(text):
        short = _singular(found["short"])
        if long := _spelt_out(short, found["before"].split()):
            yield short, long
    for found in _SHORT_THEN_LONG.finditer(text):
        short = _singular(found["short"])
        words = found["long"].strip(" \"“”'").split()
        if _spelt_out(short, words) == " ".join(words):
            yield short, " ".join(words)


def _spelt_out(short: str, words: list[str]) -> str | None:
    """The shortest tail of `words` whose initials, small words aside, are `short`."""
    wanted = re.sub(r"[^a-z0-9]", "", short.casefold())
    for first in range(len(words) - 1, -1, -1):
        tail = [part for word in words[first:] for part in re.split(r"[\-/&]", word) if part]
        initials = "".join(part[0].casefold() for part in tail if part.casefold() not in _SMALL_WORDS)
        with_small = "".join(part[0].casefold() for part in tail)
        if wanted in (initials, with_small) and words[first].casefold() not in _SMALL_WORDS:
            return " ".join(words[first:]).strip(" \"“”'")
        if len(initials) > len(wanted):
            return None
    return None


def _singular(short: str) -> str:
    return short[:-1] if short.endswith("s") and short[:-1].isupper() else short


def _key(name: str) -> str:
    """Same for all spellings of a name: case, plural, hyphens and articles do not count."""
    words = tokens(name.replace("&", " and "))
    return " ".join(stem(word) for word in words if word not in {"the", "a", "an"})
