"""Sentences as words with heads and labels, each read once.

The parser is handed in; what it gives is copied into plain words, so that nothing here knows a library.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, Protocol, TypeVar

from grounding.text.words import stem

_LONGEST = 1_500
"""Characters of a sentence that are parsed. A longer one is a table or a list that lost its lines."""


class Token(Protocol):
    """What is read of a word of the parser, in spaCy's names."""

    @property
    def text(self) -> str:
        """As written."""
        ...

    @property
    def i(self) -> int:
        """Place in the text, counted from 0."""
        ...

    @property
    def pos_(self) -> str:
        """Universal part of speech."""
        ...

    @property
    def dep_(self) -> str:
        """Label of the arc to its head."""
        ...

    @property
    def lemma_(self) -> str:
        """Dictionary form."""
        ...

    @property
    def ent_type_(self) -> str:
        """Kind of the name it belongs to; empty if to none."""
        ...

    @property
    def ent_iob_(self) -> str:
        """The letter B where a name begins."""
        ...

    @property
    def head(self) -> Token:
        """The word it depends on; the root is its own."""
        ...


class Reader(Protocol):
    """What the check needs of an entity linker."""

    def names(self, text: str) -> tuple[str, ...]:
        """Proper names in `text`, as written."""
        ...

    def parse(self, text: str) -> Iterable[Token]:
        """The words of `text` with heads and labels."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a parsed sentence."""

    text: str = field(repr=False)
    stem: str = field(repr=False)
    """Of the lemma for verbs ("wrote" is "write"), of the word itself otherwise."""

    pos: str
    dep: str
    head: int
    """Place of the word it depends on; its own for a root."""

    label: str
    """Kind of the name, date or amount it belongs to; empty if to none."""

    begins: bool
    """Whether it begins such a name, date or amount."""


Sentence = tuple[Word, ...]
Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """What was made of the texts asked for last; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, Made] = OrderedDict()
        self._lock = Lock()

    def of(self, text: str, make: Callable[[], Made]) -> Made:
        """What `make` gave for this text; two threads may both make it, neither waits for the other."""
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        made = make()
        with self._lock:
            self._known[text] = made
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return made


def parsed(reader: Reader, text: str) -> Sentence:
    """The words of one sentence; of a very long one, those of its beginning."""
    return tuple(_words(reader.parse(text[:_LONGEST])))


def _words(tokens: Iterable[Token]) -> Iterator[Word]:
    for token in tokens:
        form = token.lemma_ if token.pos_ in {"VERB", "AUX"} else token.text
        yield Word(
            text=token.text,
            stem=stem(form),
            pos=token.pos_,
            dep=token.dep_,
            head=token.head.i,
            label=token.ent_type_,
            begins=token.ent_iob_ == "B",
        )
