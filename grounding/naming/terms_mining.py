"""What the documents themselves say about names: acronyms, defined terms, glossaries and their own titles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grounding.text.words import stem, tokens, word_set

COMMON_KINDS = word_set("term document policy concept acronym definition topic")
"""Kinds whose names are ordinary noun phrases, as good in small letters as in capitals."""

_ACRONYM = r"[A-Z][A-Za-z0-9&]{0,8}[A-Z0-9]s?"
_SHORT_IN_BRACKETS = re.compile(rf"\(\s?[\"“']?(?P<short>{_ACRONYM})[\"”']?\s?\)")
_BREAK = re.compile(r"[()\n.;:!?]")
_LOOK_BACK = 120
"""Characters before a bracket in which the long form stands. One pattern for both would try this many from
every character of every text: a minute for 100,000 chunks."""

_SHORT_THEN_LONG = re.compile(rf"\b(?P<short>{_ACRONYM})\s?\(\s?(?P<long>[^()\n]{{4,90}}?)\s?\)")
_GLOSSARY_ACRONYM = re.compile(
    rf"^[\s|*•\-]{{0,6}}\**(?P<short>{_ACRONYM})\**\s{{0,3}}(?:\||:|–|—|\s-\s|\t)\s{{0,3}}(?P<long>[^|\n.;:]{{4,90}})",
    re.MULTILINE,
)
_DEFINED = re.compile(
    r"[\"“](?P<term>[A-Z][\w&'’ \-]{2,59})[\"”]\s{1,3}(?:shall\s)?"
    r"(?:means?|refers?\sto|includes?|is\sdefined\sas|has\sthe\smeaning)\b"
)
_CALLED = re.compile(
    r"\((?:the|each,?\san?|together,?\sthe|hereinafter(?:,?\sthe)?)\s"
    r"[\"“](?P<term>[A-Z][\w&'’ \-]{2,59})[\"”]\)"
)
_SMALL_WORDS = word_set("of the and for in on to a an at by with de la")
_LONGEST_TITLE = 8
"""Words. Longer titles are found by retrieval, not by mention."""

_LONGEST_TERM = 6


@dataclass(frozen=True, slots=True)
class Definition:
    """A name and where a document gives it."""

    id: str
    name: str = field(repr=False)
    kind: str
    aliases: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = ()


def mined_definitions(chunks: Iterable[tuple[str, str, str]]) -> Iterator[Definition]:
    """Acronyms, defined terms and titles of (chunk id, text, document title); in no order that matters."""
    acronyms: defaultdict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    terms: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    titles: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for chunk_id, text, title in chunks:
        for short, long in acronym_definitions(text):
            acronyms[short, spelling_key(long)].append((short, long, chunk_id))
        for term in _defined_terms(text):
            terms[spelling_key(term)].append((term, chunk_id))
        if title.strip() and len(tokens(title)) <= _LONGEST_TITLE and spelling_key(title):
            titles[spelling_key(title)].append((" ".join(title.split()), chunk_id))
    yield from _acronyms(acronyms)
    spelt_out = {key for _, key in acronyms}
    yield from _named(terms, "term", spelt_out)
    yield from _named(titles, "document", frozenset())


def acronym_definitions(text: str) -> Iterator[tuple[str, str]]:
    """Acronym and long form, where the initials agree: in brackets either way round, or as a glossary row."""
    for found in _SHORT_IN_BRACKETS.finditer(text):
        short = _singular(found["short"])
        before = _BREAK.split(text[max(0, found.start() - _LOOK_BACK) : found.start()])[-1]
        if long := _spelt_out(short, before.split()):
            yield short, long
    for shape in (_SHORT_THEN_LONG, _GLOSSARY_ACRONYM):
        for found in shape.finditer(text):
            short = _singular(found["short"])
            words = found["long"].strip(" \"“”'*").split()
            if _spelt_out(short, words) == " ".join(words):
                yield short, " ".join(words)


def spelling_key(name: str) -> str:
    """Same for all spellings of a name: case, plural, hyphens and articles do not count."""
    words = tokens(name.replace("&", " and "))
    return " ".join(stem(word) for word in words if word not in {"the", "a", "an"})


def _defined_terms(text: str) -> Iterator[str]:
    for shape in (_DEFINED, _CALLED):
        for found in shape.finditer(text):
            term = " ".join(found["term"].split())
            if len(term.split()) <= _LONGEST_TERM:
                yield term


def _acronyms(definitions: Mapping[tuple[str, str], list[tuple[str, str, str]]]) -> Iterator[Definition]:
    for (short, key), found in definitions.items():
        yield Definition(
            id=f"term:{short.casefold()}:{'-'.join(key.split())}",
            name=_usual([long for _, long, _ in found]),
            kind="term",
            aliases=(short,),
            sources=tuple(sorted({chunk_id for _, _, chunk_id in found})),
        )


def _named(
    found: Mapping[str, list[tuple[str, str]]], kind: str, known: frozenset[str] | set[str]
) -> Iterator[Definition]:
    for key, places in found.items():
        if key and key not in known:
            yield Definition(
                id=f"{kind}:{'-'.join(key.split())}",
                name=_usual([name for name, _ in places]),
                kind=kind,
                sources=tuple(sorted({chunk_id for _, chunk_id in places}))[
                    : 1 if kind == "document" else None
                ],
            )


def _usual(names: list[str]) -> str:
    """The commonest spelling; among equals the one with most capitals."""
    return max(set(names), key=lambda name: (names.count(name), sum(c.isupper() for c in name), name))


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
