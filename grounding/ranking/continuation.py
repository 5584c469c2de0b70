"""Joins a continuation ("and in London?", "what about interns?") to the question that it goes on from.

A name takes the place of one of the same kind, a phrase that of one with the same noun ("part-time
employees" that of "full-time employees"); anything else is added behind the question, where it takes the
place of an addition of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from grounding.entity_linker import Parsed, Phrase

FRAGMENT = re.compile(
    r"^\s*(?:in|for|at|on|with|without|from|to|of|during|after|before|under|per|by|if|when)\b", re.IGNORECASE
)
"""How a piece of a question begins that has no verb of its own."""

_FOR = re.compile(r"^for\s+", re.IGNORECASE)
_ASKED_FOR = frozenset({"WDT", "WP", "WRB", "WP$"})
_AMOUNTS = frozenset({"many", "much"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_WHOM = ("for", "thing")


class Parser(Protocol):
    """What is needed of an entity linker."""

    def parse(self, text: str) -> Parsed:
        """The parse of `text` by spaCy."""
        ...


def opened(question: str) -> str:
    """The question without its end, so that something can be added."""
    return question.strip().rstrip("?!. ")


def continued(asked: Sequence[str], rest: str, parser: Parser) -> str:
    """The last of the questions with `rest` in it, a phrase with or without its preposition.

    `asked` holds at least one question, oldest first, each complete; a question that is only an earlier one
    with something added behind it is known by that.
    """
    last = asked[-1]
    if f" {rest.lower()} " in f" {opened(last).lower()} ":
        return last
    base, added = _taken_apart(asked)
    if changed := _exchanged(last, rest, parser):
        return changed
    if changed := _other_phrase(base if _kind(added, parser) == _WHOM else last, rest, parser):
        return changed
    addition = rest[0].lower() + rest[1:] if FRAGMENT.match(rest) else f"for {rest}"
    if added and _kind(added, parser) == _kind(addition, parser):
        return f"{opened(base)} {addition}?"
    return f"{opened(last)} {addition}?"


def _taken_apart(asked: Sequence[str]) -> tuple[str, str]:
    """The question that the last one was made of, and what was added to it last; nothing if it is its own."""
    last = opened(asked[-1])
    made_of = [one for one in asked[:-1] if last.startswith(f"{opened(one)} ")]
    base = max(made_of, key=len, default=asked[-1])
    return base, last[len(opened(base)) :].strip()


def _exchanged(last: str, rest: str, parser: Parser) -> str:
    """The question with a name exchanged for one of the same kind; empty if there is none."""
    before, new = parser.parse(last), parser.parse(rest)
    for entity in new.ents:
        same = [old for old in before.ents if old.label_ == entity.label_]
        if len(same) == 1 and same[0].text != entity.text:
            return last[: same[0].start_char] + entity.text + last[same[0].end_char :]
    return ""


def _other_phrase(last: str, rest: str, parser: Parser) -> str:
    """The question with a phrase exchanged for one with the same noun; empty if there is no such one.

    What is itself asked for ("how many days") is no phrase to be exchanged unless something describes it.
    """
    bare = _FOR.sub("", rest)
    new = [phrase for phrase in parser.parse(bare).noun_chunks if phrase.text == bare]
    if FRAGMENT.match(bare) or not new:
        return ""
    noun = new[0].root.lemma_.lower()
    old = [one for one in parser.parse(last).noun_chunks if one.root.lemma_.lower() == noun]
    start = _start(old[0]) if len(old) == 1 else None
    if start is None:
        return ""
    return last[:start] + bare + last[old[0].end_char :]


def _start(phrase: Phrase) -> int | None:
    """Where the part of a phrase begins that can be exchanged; None if nothing of it can."""
    words = [word for word in phrase if word.tag_ not in _ASKED_FOR and word.text.lower() not in _AMOUNTS]
    if len(words) < len(phrase) and len(words) < 2:  # noqa: PLR2004 - a noun, and what describes it
        return None
    return words[0].idx if words else None


def _kind(addition: str, parser: Parser) -> tuple[str, str]:
    """Preposition and kind of what is added; additions of one kind exclude each other."""
    preposition, _, thing = addition.partition(" ")
    parsed = parser.parse(thing)
    labels = [entity.label_ for entity in parsed.ents]
    if labels:
        return preposition.lower(), "place" if labels[0] in _PLACES else labels[0]
    named = any(word.pos_ == "PROPN" for word in parsed)
    return preposition.lower(), "place" if named and preposition.lower() in {"in", "at"} else "thing"
