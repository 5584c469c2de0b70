"""Finds passages that state different numbers or dates for the same thing, and says which to believe.

Two sentences of different documents disagree if they share most of their words and each gives a value of
a kind that the other gives differently. Documents about sibling subjects (two plans, two products) share
words as well; their titles tell them apart, so they do not disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import PurePosixPath

from grounding.library.editions import Edition, edition
from grounding.passages import Passage
from grounding.quotes import Quote
from grounding.text.ages import years_in
from grounding.text.facts import Facts, facts_in
from grounding.text.words import content_stems

LEAST_SHARED = 3
LEAST_OVERLAP = 0.6
"""Share of the shorter sentence's content words, numbers apart, that the other one holds."""

LEAST_OVERLAP_OF_STRANGERS = 0.75
"""The same between documents whose titles have nothing in common."""

LEAST_OF_THE_QUESTION = 0.6
"""Share of what the best statement holds of the question. One that holds less is about something else."""

_IN_FORCE = re.compile(r"(?i)\b(?:from|since|as of|effective|in force|date of this \w{1,20},?)(?: the)?\s*$")
"""Before a date: the statement holds from then on."""

_VERSION = re.compile(r"(?i)(?<![a-z])(?:v|ver|version|rev|revision)[ ._-]?(\d{1,3}(?:\.\d{1,3}){0,2})(?!\d)")
_PARTS, _AFTER_ALL = 3, 99
"""Year, month and day; a part that sorts behind every month and day."""

_OF_VERSIONS = frozenset(content_stems("version revision rev ver draft final old new current copy edition"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two statements that cannot both be right."""

    preferred: Quote = field(repr=False)
    """Of the newer document where that is known; else of the one that was found first."""

    other: Quote = field(repr=False)
    is_settled: bool
    """Whether one document is known to be newer."""

    reason: str
    """For people: why one is preferred, or that nothing tells which is right."""


@dataclass(frozen=True, slots=True)
class _Statement:
    quote: Quote
    passage: Passage
    stems: frozenset[str]
    values: frozenset[tuple[str, str]]
    """Kind ("euro", "date", "time") and value."""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.values)


def conflicts(question: str, quotes: Sequence[Quote], passages: Sequence[Passage]) -> tuple[Conflict, ...]:
    """Disagreements among `quotes`, each pair of documents once, in the order of the quotes.

    A question that names a year asks for the document of that year: nothing is in dispute then.
    """
    asked = years_in(question)
    wanted = frozenset(content_stems(question))
    by_id = {passage.id: passage for passage in passages}
    statements = [_statement(one, by_id[one.passage]) for one in quotes if one.passage in by_id]
    most = max((len(one.stems & wanted) for one in statements), default=0)
    statements = [one for one in statements if len(one.stems & wanted) >= LEAST_OF_THE_QUESTION * most]
    found: dict[frozenset[str], Conflict] = {}
    for first, second in combinations(statements, 2):
        pair = frozenset((first.passage.document_id, second.passage.document_id))
        if pair in found or not _disagree(first, second):
            continue
        if asked & years_in(f"{_names(first.passage)} {_names(second.passage)}"):
            continue
        found[pair] = _settled(first, second)
    return tuple(found.values())


def date_of(passage: Passage) -> tuple[int, ...]:
    """The date of a passage's document, (year, month, day) as far as known; empty if nothing tells it.

    A date in its title or file name counts before the date in its properties, which programs change
    whenever they save a file. Of title and file name the one that tells more counts.
    """
    title, path = _editions(passage)
    stated = max(title.date, path.date, key=len) or passage.dated or ""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", stated)
    return tuple(int(part) for part in found.groups() if part) if found else ()


def _statement(quote: Quote, passage: Passage) -> _Statement:
    facts = facts_in(quote.text)
    stems = frozenset(stem for stem in content_stems(quote.text) if not stem[0].isdigit())
    return _Statement(quote, passage, stems, frozenset((kind, value) for kind, value, _ in values(facts)))


def values(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Values that can contradict each other: kind ("euro", "date", "time"), normal form, as written."""
    for quantity in facts.quantities:
        if not quantity.soft and quantity.unit:
            yield quantity.unit, f"{quantity.value:g}", quantity.text
    for date in facts.dates:
        if date.month or date.day:
            yield "date", f"{date.year}-{date.month}-{date.day}", date.text
    for minutes, written in facts.times:
        yield "time", str(minutes), written


def _disagree(first: _Statement, second: _Statement) -> bool:
    if first.passage.document_id == second.passage.document_id:
        return False
    differ = any(
        not {value for value in first.values if value[0] == kind} & second.values
        for kind in first.kinds & second.kinds
    )
    relation = _relation(first.passage, second.passage)
    if not differ or relation == "siblings":
        return False
    shared = len(first.stems & second.stems)
    shorter = min(len(first.stems), len(second.stems))
    least = LEAST_OVERLAP if relation == "versions" else LEAST_OVERLAP_OF_STRANGERS
    return shared >= LEAST_SHARED and shared >= least * shorter


def _relation(first: Passage, second: Passage) -> str:
    """What two documents are to each other: "versions" of one, "siblings" on like subjects, "strangers"."""
    left, right = _subject(first), _subject(second)
    if left <= right or right <= left:
        return "versions"
    return "siblings" if len(left & right) * 3 >= len(left | right) else "strangers"


def _subject(passage: Passage) -> frozenset[str]:
    """What the title says beyond years and version signs."""
    title = re.sub(r"[_\-.]", " ", _VERSION.sub(" ", passage.title))
    words = (stem for stem in content_stems(title) if not stem[0].isdigit())
    return frozenset(words) - _OF_VERSIONS


def _settled(first: _Statement, second: _Statement) -> Conflict:
    newer, older = first, second
    if _age(second) > _age(first):
        newer, older = second, first
    is_settled = _age(newer) > _age(older)
    reason = "nothing tells which of the two is right"
    if is_settled:
        reason = f"{_titled(newer.passage)} is newer than {_titled(older.passage)}"
        if _in_force(newer) or _in_force(older):
            reason = f"what {_titled(newer.passage)} says holds since a later date"
    return Conflict(preferred=newer.quote, other=older.quote, is_settled=is_settled, reason=reason)


def _age(statement: _Statement) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Date, version and state, as of editions. What a statement says ("from 1 January 2026") counts first."""
    title, path = _editions(statement.passage)
    date = _in_force(statement) or date_of(statement.passage)
    # As among editions: "2026" may be any day of that year, so its newest.
    date += (_AFTER_ALL,) * (_PARTS - len(date)) if date else ()
    return date, title.number or path.number, title.state or path.state


def _in_force(statement: _Statement) -> tuple[int, ...]:
    """The date from which a statement holds, by its own words; empty if it gives none."""
    text = statement.quote.text
    dated = (date for date in facts_in(text).dates if date.year)
    since = (date for date in dated if _IN_FORCE.search(text[: text.find(date.text)]))
    return max((tuple(part for part in (d.year, d.month, d.day) if part) for d in since), default=())


def _editions(passage: Passage) -> tuple[Edition, Edition]:
    """Its title and its path, taken apart."""
    return edition(passage.title), edition(str(PurePosixPath(passage.document).with_suffix("")))


def _names(passage: Passage) -> str:
    return f"{passage.title} {passage.document}"


def _titled(passage: Passage) -> str:
    return f'"{passage.title}"'
