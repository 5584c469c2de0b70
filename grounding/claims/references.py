"""What a sentence of an answer takes from the sentences around it: its number in a list, its subject."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grounding.text.parsing import Sentence

_TRAILING = re.compile(r"(?:(?<=[.!?:;])|(?<=[^\W\d])|^)\s{0,4}\b(?P<number>[0-9]{1,2})[.)]$")
_LEADING = re.compile(r"^\(?(?P<number>[0-9]{1,2})[.)]\s{1,4}(?=\S)")
_PRONOUN = re.compile(
    r"^(?:he|she|it|they|this|these)\b(?!\s+(?:is|was)\s+(?:not\s+)?(?:that|because))", re.IGNORECASE
)
_LONGEST_SUBJECT = 8
"""Words. A longer subject is a clause that a pronoun seldom repeats."""


def without_numbering(texts: Sequence[str]) -> list[str]:
    """The sentences of an answer without the numbers of a list that runs on within a line.

    "The rules are: 1. No smoking. 2. No pets." is cut behind its full stops, which leaves "No smoking. 2."
    A number at an end counts as numbering if another sentence ends in the one before or behind it.
    """
    texts = [_LEADING.sub("", text.strip()) for text in texts]
    ends = [_TRAILING.search(text) for text in texts]
    numbers = {int(found["number"]) for found in ends if found}
    return [
        text[: found.start()].rstrip()
        if found and numbers & {int(found["number"]) - 1, int(found["number"]) + 1}
        else text
        for text, found in zip(texts, ends, strict=True)
    ]


def resolved_subject(text: str, before: str) -> str:
    """`text` with the pronoun it begins with replaced by `before`, the subject of an earlier sentence."""
    return _PRONOUN.sub(lambda _: before, text, count=1) if before else text


def subject_of(sentence: Sentence) -> str:
    """The subject of the main clause as written; empty if it is a pronoun, a clause, or not there."""
    for at, word in enumerate(sentence):
        main = word.dep in {"nsubj", "nsubjpass"} and sentence[word.head].dep == "ROOT"
        if main and word.pos != "PRON":
            inside = [place for place in range(len(sentence)) if _under(sentence, place, at)]
            short = inside[-1] - inside[0] < _LONGEST_SUBJECT
            return " ".join(sentence[place].text for place in inside) if short else ""
    return ""


def _under(sentence: Sentence, place: int, top: int) -> bool:
    for _ in range(len(sentence)):
        if place == top:
            return True
        if sentence[place].head == place:
            return False
        place = sentence[place].head
    return False
