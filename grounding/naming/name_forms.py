"""The ways in which one name is written, as sequences of folded words.

Case, accents, hyphens, apostrophes and dots do not count here; whether the case that was written is good
evidence is decided where a mention is judged. Nothing here knows any particular name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from grounding.text.words import word_set

_WORD = re.compile(r"[^\W_]+|[&+]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CLASS_MARKER = re.compile(
    r"[\s,]*(?:\(\s*(?:class|series)\s+\w+\s*\)|\b(?:class|series)\s+[A-Z]\b)\s*$", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*\([^()]{1,40}\)\s*")

_CODE = re.compile(r"([^\W\d_]{2,5})([\s\-]?)(\d{2,6}[A-Za-z]?)")

LEGAL_SUFFIXES = word_set(
    """
    inc incorporated corp corporation ltd limited plc llc llp lp gmbh mbh ag sa se nv bv spa srl sarl sas kg
    kgaa oy oyj ab asa aps pty pte kk co company cie
    """
)
GENERIC_WORDS = word_set(
    """
    aerospace air airlines airways analytics assurance automotive bancorp bank bankshares biosciences biotech
    brands brewery capital chemical chemicals clinic club college communications companies components
    construction consulting controls department devices digital electric electronics energy engineering
    enterprises entertainment equipment financial firm food foods foundation fund gas global group health
    healthcare holding holdings hospital hotels industrial industries institute instruments insurance
    international investments laboratories labs logistics manufacturing markets materials media medical
    motor motors networks office oil paper partners petroleum pharma pharmaceutical pharmaceuticals platforms
    power products properties railway realty reit resorts resources retail school sciences securities
    semiconductor semiconductors services shipping society software solutions stores supply system systems
    tech technologies technology telecom therapeutics trust union university utilities ventures water works
    worldwide
    """
)
"""What a firm does or is, not which one: dropped from the end of a name to get its short form."""

ORGANISATION_KINDS = word_set(
    "organisation organization company firm org vendor supplier customer partner client agency institution"
)
PERSON_KINDS = word_set("person people employee contact staff colleague")
_LONGEST_FORM = 12
_SHORTEST_SHORT_NAME = 4


class Strength(IntEnum):
    """How sure it is that the form means the entry; less is stronger."""

    GIVEN = 0
    VARIANT = 1
    SHORT = 2


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a name."""

    words: tuple[str, ...] = field(repr=False)
    """Folded words; their sequence is what a text is searched for."""

    surface: str = field(repr=False)
    """As the catalogue writes it."""

    strength: Strength
    of_name: bool
    """Made from the canonical name rather than from another alias."""


@dataclass(frozen=True, slots=True)
class Written:
    """A word of a text."""

    word: str = field(repr=False)
    """Folded."""

    start: int
    end: int


def fold(text: str) -> str:
    """The text without case and accents, of the same length, so that positions stay."""
    return "".join(_folded(character) for character in text)


def words_of(text: str) -> tuple[Written, ...]:
    """Runs of letters and digits in order; "&" and "+" are the word "and"."""
    folded = text.lower() if text.isascii() else fold(text)
    return tuple(
        Written("and" if found[0] in "&+" else found[0], found.start(), found.end())
        for found in _WORD.finditer(folded)
    )


def key_of(text: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(written.word for written in words_of(text))


def forms_of(name: str, kind: str, *, of_name: bool) -> Iterator[Form]:
    """All forms of one name or alias, strongest first, each sequence of words once."""
    seen: set[tuple[str, ...]] = set()
    for surface, strength in _surfaces(name, kind.casefold()):
        for words in _spellings(surface):
            usable = len(words) <= _LONGEST_FORM and len("".join(words)) > 1
            if usable and words not in seen:
                seen.add(words)
                yield Form(words, surface, strength, of_name)


def is_acronym(surface: str) -> bool:
    """Two to six capitals, digits and "&" with a letter among them, nothing else."""
    return bool(re.fullmatch(r"(?=.*[A-Z])[A-Z0-9&]{2,6}", surface))


def code_parts(surface: str) -> tuple[str, str, str] | None:
    """Letters, what is between, and digits of a code such as "SL450", "HR-101" or "ISO 9001"; else None."""
    found = _CODE.fullmatch(surface)
    return (found[1], found[2], found[3]) if found else None


def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` are the initials of the words of `long`, small words aside or not."""
    wanted = "".join(key_of(short))
    words = key_of(long)
    return wanted in {
        "".join(word[0] for word in words),
        "".join(word[0] for word in words if word not in _SMALL),
    }


def _surfaces(name: str, kind: str) -> Iterator[tuple[str, Strength]]:
    name = " ".join(name.split())
    yield name, Strength.GIVEN
    bare = _BRACKETS.sub(" ", _CLASS_MARKER.sub("", name)).strip()
    bare = re.sub(r"^the\s+(?=\S)", "", bare, flags=re.IGNORECASE)
    yield bare, Strength.VARIANT
    if kind in PERSON_KINDS:
        parts = bare.split()
        if len(parts) > 1 and len(parts[-1]) >= _SHORTEST_SHORT_NAME:
            yield parts[-1], Strength.SHORT
    if kind in ORGANISATION_KINDS:
        lawless = _without_tail(bare, LEGAL_SUFFIXES)
        yield lawless, Strength.VARIANT
        yield _without_tail(lawless, GENERIC_WORDS), Strength.SHORT


def _without_tail(name: str, words: frozenset[str]) -> str:
    """The name without such words at its end; the last word left always stays."""
    parts = name.split()
    while len(parts) > 1 and _is_tail(parts[-1], words):
        parts.pop()
    # "Smith &" and "Bank of" are no names.
    while len(parts) > 1 and (fold(parts[-1].strip(",.")) in {"&", "and", "of"}):
        parts.pop()
    return " ".join(parts).rstrip(",.") if len(parts) < len(name.split()) else name


def _is_tail(word: str, words: frozenset[str]) -> bool:
    return re.sub(r"[^\w]", "", fold(word)) in words


def _spellings(surface: str) -> Iterator[tuple[str, ...]]:
    words = key_of(surface)
    yield words
    yield tuple(_letters_joined(words))
    if parts := code_parts(surface):
        letters, _, digits = parts
        yield key_of(letters + digits)
        yield key_of(f"{letters} {digits}")
    if "-" in surface:
        yield key_of(surface.replace("-", ""))
    if "'" in surface or "’" in surface:
        yield key_of(re.sub(r"['’]", "", surface))
    if _CAMEL.search(surface):
        yield key_of(_CAMEL.sub(" ", surface))
    if surface.isupper() and "." in surface:
        yield key_of(surface.replace(".", ""))
    if words[-1:] and words[0] != "the" and "and" in words:
        yield tuple(word for word in words if word != "and")


def _letters_joined(words: tuple[str, ...]) -> Iterator[str]:
    """Initials as one word: "j p morgan" as "jp morgan"."""
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            yield run
            run = ""
        yield word
    if run:
        yield run


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character)[:1].lower() if character > "\x7f" else character.lower()
    return plain if len(plain) == 1 else character


_SMALL = word_set("of the and for in on to a an at by with de la")
