"""Completes a question that leans on the one before it, and leaves every other question alone.

Rules over spaCy's parse. A question leans if it begins as a continuation ("what about …", "and for
…"), if its subject or object is a pronoun that nothing in it explains, or if it has no content of its
own ("Why?"). It is completed from the last question: a name takes the place of one of the same kind, a
pronoun is replaced by what the last question was about, anything else is added behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from grounding.words import content_stems, word_set

if TYPE_CHECKING:
    from grounding.entity_linker import Parsed, Phrase, Word

_LONGEST_CHAIN = 4
"""How many earlier questions a chain of continuations is followed back."""

_OPENING = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|so|thanks|thank you|great|well)\s*[,.!]?\s+)?"
    r"(?:(?:and\s+|but\s+)?(?:what|how) about|and what if|(?:and|but|or|also|then)\b(?:\s+what about)?"
    r"|(?:and\s+)?(?:is it |are they )?the same (?:for|in|with)|what if (?:it|they|that|this)\b)\s*[,:]?\s*",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^\s*(?:in|for|at|on|with|without|from|to|of|during|after|before|under|per|by)\b", re.IGNORECASE
)
_BARE = re.compile(
    r"^\W*(?:why|how|when|where|who|how (?:much|many|long|often|so|come)|since when|until when|why not"
    r"|which(?: ones?)?"
    r"|more details?|tell me more|go on|explain|details?|elaborate|really|are you sure)\W*$",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|'s)\s+it\s+(?:be\s+)?\w+(?:\s+\w+)?\s+(?:to|that|if|for)\b"
    r"|\bit\s+(?:is|was|'s)\s+\w+\s+(?:to|that)\b|\b(?:does|do|will|would|did)\s+it\s+(?:take|cost)\s+to\b",
    re.IGNORECASE,
)
_PRONOUNS = word_set("it they them this that these those he she him one ones")
_POSSESSIVES = word_set("its their his her")
_PERSONS = word_set("he she him his her")
_FEW_WORDS = 6


class Parser(Protocol):
    """What follow-ups need of an entity linker."""

    def parse(self, text: str) -> Parsed:
        """The parse of `text` by spaCy."""
        ...


def stand_alone(question: str, earlier: Sequence[tuple[str, str]], linker: Parser) -> str:
    """The question as it would be asked without the conversation; unchanged if it already is.

    `earlier` holds (prompt, answer) pairs, oldest first.
    """
    if not earlier or not question.strip():
        return question
    last = stand_alone(earlier[-1][0], earlier[-_LONGEST_CHAIN:-1], linker).strip()
    if not content_stems(last):
        return question
    if _BARE.match(question):
        return f"{_open(last)}, {question.strip(' ?!.').lower()}?" if _adds(question) else last
    if rest := _continuation(question, linker):
        return _continued(last, rest, linker)
    return _with_topic(question, last, earlier[-1][1], linker)


def _continuation(question: str, linker: Parser) -> str:
    """What a continuation adds; empty if the question is none."""
    opening = _OPENING.match(question)
    rest = question[opening.end() :] if opening else question
    rest = rest.strip().rstrip("?!. ")
    parsed = linker.parse(rest)
    is_whole = any(token.pos_ in {"VERB", "AUX"} for token in parsed)
    short = len(rest.split()) <= _FEW_WORDS
    if opening and not (is_whole and _begins_as_question(rest)):
        return rest
    return rest if short and not is_whole and _FRAGMENT.match(rest) else ""


def _begins_as_question(text: str) -> bool:
    return bool(
        re.match(
            r"(?:who|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have)\b",
            text,
            re.IGNORECASE,
        )
    )


def _continued(last: str, rest: str, linker: Parser) -> str:
    """The last question with a name exchanged for one of the same kind, or with an addition."""
    before, new = linker.parse(last), linker.parse(rest)
    for entity in new.ents:
        same = [old for old in before.ents if old.label_ == entity.label_]
        if len(same) == 1 and same[0].text != entity.text:
            return last[: same[0].start_char] + entity.text + last[same[0].end_char :]
    addition = rest[0].lower() + rest[1:] if _FRAGMENT.match(rest) else f"for {rest}"
    return f"{_open(last)} {addition}?"


def _with_topic(question: str, last: str, answer: str, linker: Parser) -> str:
    """The question with its unexplained pronouns replaced by what the last one was about."""
    parsed = linker.parse(question)
    leaning = [token for token in parsed if _leans(token, parsed)]
    if not leaning or _EXPLETIVE.search(question):
        return question
    token = leaning[0]
    lowered = token.text.lower()
    topic = _person(last, answer, linker) if lowered in _PERSONS else _topic(linker.parse(last))
    if not topic:
        return f"{_open(question)} ({_open(last)})?"
    new = f"{topic}'s" if lowered in _POSSESSIVES and token.dep_ == "poss" else topic
    return question[: token.idx] + new + question[token.idx + len(token.text) :]


def _leans(token: Word, parsed: Parsed) -> bool:
    """Whether a pronoun points outside the question: no noun before it could be meant."""
    word = token.text.lower()
    if (word in _POSSESSIVES and token.dep_ == "poss") or word in _PRONOUNS:
        if token.dep_ in {"det", "mark", "expl", "nummod"} or token.tag_ in {"WDT", "IN", "CD"}:
            return False
        return not any(other.pos_ in {"NOUN", "PROPN"} for other in parsed[: token.i])
    return False


def _topic(last: Parsed) -> str:
    """The thing a question is about: its longest noun phrase with what hangs on it."""
    phrases = [_phrase(chunk) for chunk in last.noun_chunks if chunk.root.pos_ in {"NOUN", "PROPN"}]
    return max(phrases, key=lambda phrase: len(content_stems(phrase)), default="")


def _phrase(chunk: Phrase) -> str:
    words = [token for token in chunk if token.tag_ not in {"WDT", "WP", "WRB", "WP$"}]
    if not words or words[0].text.lower() in {"many", "much"}:
        words = words[1:]
    if not words:
        return ""
    tail = [token for token in chunk.root.subtree if token.i > chunk[-1].i]
    last = tail[-1] if tail and len(tail) <= _FEW_WORDS and tail[0].dep_ == "prep" else words[-1]
    return str(chunk.doc[words[0].i : last.i + 1].text).strip(" ?.!")


def _person(last: str, answer: str, linker: Parser) -> str:
    """The person named last, in the answer first."""
    for text in (answer, last):
        people = [entity.text for entity in linker.parse(text).ents if entity.label_ == "PERSON"]
        if people:
            return str(people[-1])
    return ""


def _adds(question: str) -> bool:
    """Whether a bare question asks for something new ("why") or only for more of the same."""
    return not re.search(r"more|details?|go on|elaborate|explain|really|sure", question, re.IGNORECASE)


def _open(question: str) -> str:
    return question.strip().rstrip("?!. ")
