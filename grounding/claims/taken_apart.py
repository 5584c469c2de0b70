"""Claims of an answer and the passages they are held against, each taken apart once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from grounding.chunking import sentences
from grounding.claims.roles import Item
from grounding.passages import Passage
from grounding.text.facts import Facts, facts_in
from grounding.text.numerals import with_digits
from grounding.text.parsing import Sentence
from grounding.text.rows import is_row
from grounding.text.words import content_stems

_FILLERS = frozenset(
    content_stems(
        "according document documents passage passages source sources provided text mentioned mentions based"
        " information context question answer stated states specified following therefore additionally"
        " however means refers"
    )
)
"""Words about the answer itself."""

_PARTS = frozenset({"prep", "advcl", "conj", "relcl", "acl", "appos", "npadvmod", "xcomp", "ccomp", "agent"})
"""Arcs on which a part of a sentence hangs that could be an addition."""

_DESCRIBING = frozenset({"amod", "compound"})
_PLAIN = frozenset({"ADJ", "NOUN", "VERB"})
_SHORT_LINE = 60
"""Characters up to which a line without a full stop is a line of its own, not part of a wrapped sentence."""

_LINE = re.compile(r"\n+")
_FIELD_NAME = re.compile(r"\b[A-Z]?[a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6}\b")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the answer, taken apart once for all passages."""

    text: str = field(repr=False)
    stems: tuple[str, ...] = field(repr=False)
    facts: Facts = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    question: str = field(repr=False)
    items: tuple[Item, ...] = field(default=(), repr=False)
    """Names and numbers with what is said of them."""

    fact_stems: frozenset[str] = field(default=frozenset(), repr=False)
    """Stems that belong to its dates and amounts."""

    phrases: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    """Content stems of every part that could be left out and the rest still stand: phrases and clauses."""

    actor: str = field(default="", repr=False)
    """Stem of the common noun that does, gets or has something; empty where there is none."""

    described: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    """Nouns with each word that describes them, as stems."""

    @classmethod
    def of(cls, text: str, names: Sequence[str], question: str) -> Claim:
        """Take a sentence apart; `names` are its proper names."""
        stems = tuple(stem for stem in content_stems(with_digits(text)) if stem not in _FILLERS)
        facts = facts_in(text)
        written = " ".join([*(date.text for date in facts.dates), *(one.text for one in facts.quantities)])
        return cls(
            text,
            stems,
            facts,
            tuple(names),
            question,
            fact_stems=frozenset(content_stems(with_digits(written))),
        )

    @property
    def says_something(self) -> bool:
        """False for "Yes." and the like."""
        return bool(self.stems) or self.facts.required


@dataclass(frozen=True, slots=True)
class Source:
    """A passage, taken apart once for all claims; its title, headings and file name count as part of it."""

    text: str = field(repr=False)
    facts: Facts = field(repr=False)
    context: frozenset[str] = field(repr=False)
    """Stems of file name, title and headings, which hold for every sentence below them."""

    sentences: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    """Each sentence with its stems in order."""

    @classmethod
    def of(cls, passage: Passage) -> Source:
        """Take a passage apart."""
        context = "\n".join((passage.title, *passage.heading))
        return cls(
            text=f"{passage.document}\n{context}\n{passage.text}",
            facts=facts_in(f"{context}\n{passage.text}"),
            context=frozenset(content_stems(f"{passage.document}\n{context}")),
            sentences=tuple((part, tuple(_stems(part))) for part in _parts(passage.text)),
        )

    def says(self, stem: str) -> bool:
        """Whether the stem is anywhere in the passage or in what stands above it."""
        return stem in self.context or any(stem in stems for _, stems in self.sentences)


def _stems(part: str) -> Iterator[str]:
    """Stems in order; behind them those inside the names of fields, such as "OutdoorSeating"."""
    yield from content_stems(with_digits(part))
    for field_name in _FIELD_NAME.findall(part):
        yield from content_stems(_HUMP.sub(" ", field_name))


def phrases(sentence: Sentence) -> tuple[tuple[str, ...], ...]:
    """Content stems of each part of a parsed sentence that hangs on it as an adjunct or clause."""
    spans: dict[int, list[int]] = {at: [] for at, word in enumerate(sentence) if word.dep in _PARTS}
    for at in range(len(sentence)):
        above = at
        for _ in sentence:
            if above in spans:
                spans[above].append(at)
            if sentence[above].head == above:
                break
            above = sentence[above].head
    texts = (" ".join(sentence[at].text for at in span) for span in spans.values())
    return tuple(tuple(stem for stem in content_stems(text) if stem not in _FILLERS) for text in texts)


def actor(sentence: Sentence) -> str:
    """Stem of the subject of a verb with an object, if it is a common noun; empty if there is none."""
    doing = {word.head for word in sentence if word.dep == "dobj" and sentence[word.head].pos == "VERB"}
    subjects = (word for word in sentence if word.dep == "nsubj" and word.head in doing)
    return next((word.stem for word in subjects if word.pos == "NOUN" and not word.label), "")


def described(sentence: Sentence) -> frozenset[tuple[str, str]]:
    """Stem of each noun with that of each word that describes it ("special leave"); no names, no amounts."""
    return frozenset(
        (sentence[word.head].stem, word.stem)
        for word in sentence
        if word.dep in _DESCRIBING
        and word.pos in _PLAIN
        and sentence[word.head].pos == "NOUN"
        and not word.label
    )


def _parts(text: str) -> Iterator[str]:
    """Sentences; a short line without a full stop (a row, a heading, a list item) counts as one."""
    for sentence in sentences(text):
        held: list[str] = []
        lines = _LINE.split(sentence)
        for line, following in zip_longest(lines, lines[1:], fillvalue=""):
            if is_row(line):
                yield from _joined(held)
                held = []
            held.append(line.strip())
            if is_row(line) or _ends(line, following):
                yield from _joined(held)
                held = []
        yield from _joined(held)


def _ends(line: str, following: str) -> bool:
    """Whether a line ends what it says: what goes on with a small letter was merely wrapped."""
    if line.rstrip().endswith((".", "!", "?", ":", ";", "|")):
        return True
    return len(line) < _SHORT_LINE and not following.lstrip()[:1].islower()


def _joined(lines: Sequence[str]) -> Iterator[str]:
    if text := " ".join(line for line in lines if line):
        yield text
