"""Editions of one document, told by its names: the same words with another date, version number or state.

What is newer is decided by the date, then by the version number, then by the state ("draft" before nothing
before "final"), then by the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR, _GAP = r"((?:19|20)\d\d)", r"[ ,./]*"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}[ ./]?(0[1-9]|1[0-2])[ ./]?(0[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?<!\d)(?P<day>0?[1-9]|[12]\d|3[01])[ ./](?P<month>0?[1-9]|1[0-2])[ ./](?P<year>{_YEAR})(?!\d)",
        rf"(?<!\w)(?P<named>{_MONTH}){_GAP}(?P<of>{_YEAR})(?!\d)",
        rf"(?<!\d)(?P<in>{_YEAR}){_GAP}(?P<name>{_MONTH})(?!\w)",
        rf"(?<!\d){_YEAR}[ ./](0[1-9]|1[0-2])(?!\d)",
        rf"(?<!\d){_YEAR}(?!\d)",
    )
)
_NUMBER = re.compile(
    r"(?<!\w)(?:v|ver|version|rev|revision|edition|issue)[ .]?(\d{1,4}(?:[. ]\d{1,4}(?!\d)){0,3})(?!\w)"
)
_COPY = re.compile(r"\(\d{1,2}\)|(?<!\w)copy(?: of)?(?!\w)")
_STATES = {
    -2: ("old", "obsolete", "outdated", "superseded", "archive", "archived", "previous"),
    -1: ("draft", "wip", "preliminary", "proposal"),
    1: ("final", "approved", "signed", "released", "new", "updated", "latest", "current"),
}
_STATE = {word: rank for rank, words in _STATES.items() for word in words}
_SEPARATORS = re.compile(r"[\s_\-–—+]+")
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A document's names, as far as they tell editions apart."""

    id: str
    path: str
    title: str
    dated: str | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One name taken apart."""

    family: str
    """What is left without date, number and state; empty if that says too little."""

    date: str
    """ISO 8601 to the day, the month or the year; empty if there is none."""

    number: tuple[int, ...]
    state: int
    """-2 put away, -1 draft, 0 nothing said, 1 final."""


@dataclass(frozen=True, slots=True)
class Succession:
    """One document and the newer one of the same name."""

    older: str
    newer: str
    by_date_alone: bool
    """Neither number nor state differs: two of a series look like this as well as two editions."""


def edition(name: str) -> Edition:
    """Take apart a title or a path without its ending."""
    text = _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", name).casefold())
    text, date = _take_date(_COPY.sub(" ", text))
    number: tuple[int, ...] = ()
    if found := _NUMBER.search(text):
        number = tuple(map(int, re.split(r"[. ]", found.group(1))))
        text = text[: found.start()] + " " + text[found.end() :]
    words = re.findall(r"[^\W_]+|/", text)
    ranks = [_STATE[word] for word in words if word in _STATE]
    rest = " ".join(word for word in words if word not in _STATE)
    family = "/".join(part.strip() for part in rest.split("/") if part.strip())
    if sum(map(str.isalpha, family)) < _LEAST_LETTERS:
        family = ""
    return Edition(family, date, number, max(ranks, key=abs, default=0))


def successions(documents: Iterable[Named]) -> tuple[Succession, ...]:
    """Each document that has a newer edition, with its newest one; in the order of `documents`."""
    groups: dict[str, list[tuple[Named, Edition]]] = {}
    for one in documents:
        for key, found in families(one).items():
            groups.setdefault(key, []).append((one, found))
    newest: dict[str, Succession] = {}
    for members in groups.values():
        members.sort(key=_age)
        head, latest = members[-1]
        for one, found in members[:-1]:
            if one.id not in newest and _differ(found, latest):
                alone = (found.number, found.state) == (latest.number, latest.state)
                newest[one.id] = Succession(one.id, head.id, alone)
    return tuple(newest.values())


def families(one: Named) -> Mapping[str, Edition]:
    """Its place in each family it belongs to: its path gives one, a title of several words another."""
    path = PurePosixPath(one.path)
    by_path, by_title = edition(str(path.with_suffix(""))), edition(one.title)
    found: dict[str, Edition] = {}
    if by_path.family:
        found[f"path {by_path.family}"] = _dated(by_path, by_title.date or one.dated or "")
    if " " in by_title.family:
        told = Edition(
            by_title.family, by_title.date, by_title.number or by_path.number, by_title.state or by_path.state
        )
        found[f"title {by_title.family}"] = _dated(told, by_path.date or one.dated or "")
    return found


def _dated(found: Edition, otherwise: str) -> Edition:
    return Edition(found.family, found.date or otherwise, found.number, found.state)


def _age(member: tuple[Named, Edition]) -> tuple[str, tuple[int, ...], int, str]:
    one, found = member
    # A tilde sorts behind every digit: "2026" may be any day of that year, so its newest.
    return (f"{found.date}~" if found.date else "", found.number, found.state, one.path)


def _differ(one: Edition, other: Edition) -> bool:
    return (one.date, one.number, one.state) != (other.date, other.number, other.state)


def _take_date(text: str) -> tuple[str, str]:
    for pattern in _DATES:
        if found := pattern.search(text):
            return text[: found.start()] + " " + text[found.end() :], _iso(found)
    return text, ""


def _iso(found: re.Match[str]) -> str:
    told = found.groupdict()
    if told.get("year"):
        return f"{told['year']}-{int(told['month']):02}-{int(told['day']):02}"
    if month := told.get("named") or told.get("name"):
        return f"{told.get('of') or told.get('in')}-{_MONTHS.index(month[:3]) + 1:02}"
    return "-".join(found.groups())
