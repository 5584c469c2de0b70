"""One thing altered: rules that make a true sentence wrong."""

# ruff: noqa: PLR2004 - the numbers are the rules themselves
from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any

from grounding.text.words import content_stems

Parsed = Any
_NAMES = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC")
_DIGITS = re.compile(
    r"(?<![\w.,/-])[$€£]?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6})(?:\.[0-9]+)?(?![\w/-]|[.,][0-9])"
)
_DENIABLE = (
    "is",
    "are",
    "was",
    "were",
    "can",
    "may",
    "will",
    "must",
    "should",
    "has",
    "have",
    "could",
    "would",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule may draw from beside the sentence itself."""

    passage: str
    """The text of all passages shown: what is added must not stand there."""

    foreign_names: dict[str, Sequence[str]]
    """Names of other documents by label."""

    foreign_sentences: Sequence[Parsed]
    chance: Random


def new_number(doc: Parsed, around: Surroundings) -> str:
    """A number that no passage shown holds, of the same order of magnitude."""
    found = list(_DIGITS.finditer(doc.text))
    if not found:
        return ""
    one = around.chance.choice(found)
    value = int(one[1].replace(",", ""))
    for _ in range(40):
        if 1900 <= value <= 2100:
            other = value + around.chance.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 7, 12])
            written = str(other)
        else:
            other = max(
                1, round(value * around.chance.choice([0.3, 0.5, 0.8, 1.2, 1.5, 2, 3]))
            ) + around.chance.choice([0, 1, 2])
            written = f"{other:,}" if "," in one[1] else str(other)
        if other != value and not re.search(rf"(?<![0-9]){written}(?![0-9])", around.passage):
            return doc.text[: one.start(1)] + written + doc.text[one.end(1) :]
    return ""


def other_number(doc: Parsed, around: Surroundings) -> str:
    """A number of the passages shown that belongs to another thing."""
    found = list(_DIGITS.finditer(doc.text))
    held = {one[1] for one in found}
    years = [number for number in _all_numbers(around.passage) if number not in held]
    for one in found:
        alike = [number for number in years if _is_year(number) == _is_year(one[1])]
        if alike:
            return doc.text[: one.start(1)] + around.chance.choice(alike) + doc.text[one.end(1) :]
    return ""


def _all_numbers(text: str) -> list[str]:
    return sorted({found[1] for found in _DIGITS.finditer(text)})


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in {"18", "19", "20", "17", "16"}


def new_name(doc: Parsed, around: Surroundings) -> str:
    """A name of the same kind that no passage shown holds."""
    names = [entity for entity in doc.ents if entity.label_ in _NAMES and entity.text[0].isupper()]
    if not names:
        return ""
    one = around.chance.choice(names)
    others = [
        name for name in around.foreign_names.get(one.label_, ()) if not _any_word(name, around.passage)
    ]
    return _replaced(doc, one, around.chance.choice(others)) if others else ""


def other_name(doc: Parsed, around: Surroundings) -> str:
    """A name of the same kind from the passages shown, in the place of another."""
    names = [entity for entity in doc.ents if entity.label_ in _NAMES and entity.text[0].isupper()]
    around.chance.shuffle(names)
    for one in names:
        others = [
            name
            for name in around.foreign_names.get(f"here {one.label_}", ())
            if not _any_word(name, doc.text) and not _any_word(one.text, name)
        ]
        if others:
            return _replaced(doc, one, around.chance.choice(others))
    return ""


def _any_word(name: str, text: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}", text) for word in re.findall(r"\w{3,}", name))


def _replaced(doc: Parsed, one: Any, other: str) -> str:
    article = "the " if one.text.lower().startswith("the ") and not other.lower().startswith("the ") else ""
    return str(doc.text[: one.start_char] + article + other + doc.text[one.end_char :])


def negated(doc: Parsed, around: Surroundings) -> str:
    """A negation more, or one less."""
    del around
    for token in doc:
        if token.dep_ == "neg" and token.lower_ == "not" and token.head.dep_ == "ROOT":
            return str(doc[: token.i].text + " " + doc[token.i + 1 :].text)
    root = next(token for token in doc if token.dep_ == "ROOT")
    verbs = [root, *(child for child in root.children if child.dep_ in {"aux", "auxpass"})]
    for verb in sorted(verbs, key=lambda token: token.i):
        if verb.lower_ in _DENIABLE and not any(child.dep_ == "neg" for child in root.children):
            return f"{doc[: verb.i + 1].text} not {doc[verb.i + 1 :].text}"
    if root.tag_ in {"VBD", "VBZ", "VBP"} and not any(
        child.dep_ in {"aux", "neg", "conj"} for child in root.children
    ):
        helper = {"VBD": "did", "VBZ": "does", "VBP": "do"}[root.tag_]
        return f"{doc[: root.i].text} {helper} not {root.lemma_} {doc[root.i + 1 :].text}"
    return ""


def swapped(doc: Parsed, around: Surroundings) -> str:
    """Two entities of one kind, or two numbers, in each other's place; never two of one enumeration."""
    entities = [
        entity for entity in doc.ents if entity.label_ in (*_NAMES, "MONEY", "CARDINAL", "PERCENT", "DATE")
    ]
    pairs = [
        (left, right)
        for left, right in combinations(entities, 2)
        if _kind(left) == _kind(right) and left.text != right.text and not _enumerated(left.root, right.root)
    ]
    if not pairs:
        return ""
    left, right = around.chance.choice(pairs)
    text = doc.text
    return str(
        text[: left.start_char]
        + right.text
        + text[left.end_char : right.start_char]
        + left.text
        + text[right.end_char :]
    )


def _kind(entity: Any) -> str:
    return "place" if entity.label_ in {"GPE", "LOC", "FAC"} else str(entity.label_)


_LOOSE = frozenset("conj cc punct det compound amod nummod quantmod appos poss".split())  # noqa: SIM905 - read


def _enumerated(left: Any, right: Any) -> bool:
    """Whether nothing but "and", commas and articles ties the two, so that their order says nothing."""
    between = left.doc[min(left.i, right.i) + 1 : max(left.i, right.i)]
    return all(token.dep_ in _LOOSE or token.text in {"of", "-"} for token in between)


def added_phrase(doc: Parsed, around: Surroundings) -> str:
    """A phrase of another document behind the sentence."""
    for other in around.chance.sample(list(around.foreign_sentences), min(40, len(around.foreign_sentences))):
        for token in other:
            phrase = other[token.left_edge.i : token.right_edge.i + 1]
            adjunct = token.dep_ == "prep" and token.head.dep_ == "ROOT" and 3 <= len(phrase) <= 10
            if adjunct and _foreign(phrase.text, around, 2):
                return f"{doc.text.rstrip(' .')} {phrase.text}."
    return ""


def added_clause(doc: Parsed, around: Surroundings) -> str:
    """A whole statement of another document behind the sentence."""
    for other in around.chance.sample(list(around.foreign_sentences), min(40, len(around.foreign_sentences))):
        if 6 <= len(other) <= 22 and _foreign(other.text, around, 4):
            text = other.text if other[0].pos_ == "PROPN" else other.text[:1].lower() + other.text[1:]
            return f"{doc.text.rstrip(' .')}, and {text}"
    return ""


def _foreign(text: str, around: Surroundings, least: int) -> bool:
    held = set(content_stems(around.passage))
    stems = content_stems(text)
    return len([stem for stem in stems if stem not in held]) >= max(least, 0.6 * len(stems))


WRONGS: dict[str, dict[str, Callable[[Parsed, Surroundings], str]]] = {
    "number": {"new": new_number, "from elsewhere in the passages": other_number},
    "name": {"new": new_name, "from elsewhere in the passages": other_name},
    "negation": {"": negated},
    "swap": {"": swapped},
    "addition": {"phrase": added_phrase, "clause": added_clause},
}
