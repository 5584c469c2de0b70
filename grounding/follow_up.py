"""Completes a question that leans on the one before it, and leaves every other question alone.

Rules over spaCy's parse. A question leans if it begins as a continuation ("what about …", "and for
…"), if its subject or object is a pronoun that nothing in it explains, or if it has no content of its
own ("Why?"). It is completed from the last question: a name takes the place of one of the same kind, a
pronoun is replaced by what the last question was about, anything else is added behind it.

Much that leans shows no sign of it ("How many teams?", "Who covers my expenses?"). So the nouns of the last
question go along as `FollowUp.context`, for a second search that only helps to order what is found: joined to
the question itself they would harm more than they help.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from grounding.ranking.continuation import FRAGMENT, continued, opened
from grounding.ranking.topic import PLURAL_PRONOUNS, is_several, nouns, topic
from grounding.text.words import content_stems, word_set

if TYPE_CHECKING:
    from grounding.entity_linker import Parsed, Word

_LONGEST_CHAIN = 4
"""How many earlier questions a chain of continuations is followed back."""

_OPENING = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|so|thanks|thank you|great|well)\s*[,.!]?\s+)?"
    r"(?:(?:and\s+|but\s+)?(?:what|how) about|and what if|(?:and|but|or|also|then)\b(?:\s+what about)?"
    r"|(?:and\s+)?(?:is it |are they )?(?:the )?same (?:for|in|with)|what if (?:it|they|that|this)\b)"
    r"\s*[,:]?\s*",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\W*(?:why|how|when|where|who|how (?:much|many|long|often|so|come)|since when|until when|why not"
    r"|which(?: ones?)?"
    r"|what else|anything else|more|more details?|tell me more|go on|explain|details?|elaborate"
    r"|really|are you sure)\W*$",
    re.IGNORECASE,
)
_PRONOUNS = word_set("it they them this that these those he she him one ones")
_POSSESSIVES = word_set("its their his her")
_PERSONS = word_set("he she him his her")
_AGREEING = word_set("it this that these those")
"""Pronouns that differ in number from what they mean less often than "they" and "their" do."""

_FEW_WORDS = 6
_ASKING = re.compile(
    r"^\W*(?:(?:and|but|so|then|also|ok(?:ay)?|well|please)\b\W*)*"
    r"(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|may|must|should|will"
    r"|would|has|have|tell|show|explain|describe|list|give|define|compare|in|on|at|for|to|from|by|with)\b",
    re.IGNORECASE,
)
_FULL_QUESTION = 5
"""Content words. One with so many, and none of them from the conversation, has left the topic."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question of a conversation as it is searched for."""

    text: str = field(repr=False)
    """Complete without the conversation; as it was asked if it already is."""

    leans: bool
    """Whether it was completed."""

    context: str = field(default="", repr=False)
    """Nouns of the last question that the text does not have, for a second search; empty for a new topic."""

    last: str = field(default="", repr=False)
    """The last question, completed, for the catalogue entries that it names; empty for a new topic."""


class Parser(Protocol):
    """What follow-ups need of an entity linker."""

    def parse(self, text: str) -> Parsed:
        """The parse of `text` by spaCy."""
        ...


def follow_up(question: str, earlier: Sequence[tuple[str, str]], linker: Parser) -> FollowUp:
    """The question completed, and what of the conversation goes along with it.

    `earlier` holds (prompt, answer) pairs, oldest first. A question that was already completed and is sent
    again, as shown or edited, keeps its words.
    """
    chain, text = _completed_all(question, earlier, linker)
    leans = text != question
    if not chain or not question.strip() or not (leans or _stays_on(text, chain)):
        return FollowUp(text, leans)
    have = frozenset(content_stems(text))
    missing = (noun for noun in nouns(linker.parse(chain[-1])) if have.isdisjoint(content_stems(noun)))
    return FollowUp(text, leans, " ".join(missing), chain[-1])


def _stays_on(text: str, asked: Sequence[str]) -> bool:
    """Whether a question may belong to the conversation: it is not full, or shares a word with it."""
    own = set(content_stems(text))
    return len(own) < _FULL_QUESTION or not own.isdisjoint(content_stems(" ".join(asked[-_LONGEST_CHAIN:])))


def stand_alone(question: str, earlier: Sequence[tuple[str, str]], linker: Parser) -> str:
    """The question as it would be asked without the conversation; unchanged if it already is.

    `earlier` holds (prompt, answer) pairs, oldest first.
    """
    return _completed_all(question, earlier, linker)[1]


def _completed_all(
    question: str, earlier: Sequence[tuple[str, str]], linker: Parser
) -> tuple[list[str], str]:
    """The last questions with content, each completed from those before it, and the one that is asked."""
    chain: list[str] = []
    answer = ""
    for prompt, given in earlier[-_LONGEST_CHAIN:]:
        completed = _completed(prompt, chain, answer, linker).strip()
        chain += [completed] if content_stems(completed) else []
        answer = given
    return chain, _completed(question, chain, answer, linker)


def _completed(question: str, asked: Sequence[str], answer: str, linker: Parser) -> str:
    if not asked or not question.strip():
        return question
    last = asked[-1]
    if _BARE.match(question):
        return f"{opened(last)}, {question.strip(' ?!.').lower()}?" if _adds(question) else last
    if rest := _continuation(question, linker):
        return continued(asked, rest, linker)
    once = _with_topic(question, asked, answer, linker)
    return _with_topic(once, asked, answer, linker) if once != question else question


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
    return rest if short and not is_whole and FRAGMENT.match(rest) else ""


def _begins_as_question(text: str) -> bool:
    return bool(
        re.match(
            r"(?:who|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have)\b",
            text,
            re.IGNORECASE,
        )
    )


def _with_topic(question: str, asked: Sequence[str], answer: str, linker: Parser) -> str:
    """The question with its first unexplained pronoun replaced by what was talked about last."""
    parsed = linker.parse(question)
    leaning = [token for token in parsed if _leans(token, parsed)]
    if not leaning or _is_expletive(leaning[0], parsed) or not _asks(question):
        return question
    token = leaning[0]
    lowered = token.text.lower()
    if lowered in _PERSONS:
        meant = _person(asked[-1], answer, linker)
    else:
        meant = topic([linker.parse(text) for text in reversed(asked)], lowered)
    if not meant or meant.lower() in question.lower():
        return question
    new = f"{meant}'s" if lowered in _POSSESSIVES and token.dep_ == "poss" else meant
    return question[: token.idx] + new + question[token.idx + len(token.text) :]


def _asks(text: str) -> bool:
    """Whether it is a question or a request; a remark ("That was not my question.") asks for nothing."""
    return text.rstrip().endswith("?") or bool(_ASKING.match(text))


def _leans(token: Word, parsed: Parsed) -> bool:
    """Whether a pronoun points outside the question: no noun that agrees stands before it."""
    word = token.text.lower()
    if (word in _POSSESSIVES and token.dep_ == "poss") or word in _PRONOUNS:
        if token.dep_ in {"det", "mark", "expl", "nummod"} or token.tag_ in {"WDT", "IN", "CD"}:
            return False
        if (word in {"one", "ones"} and token.dep_ != "dobj") or _points_at_predicate(token):
            return False
        before = [other for other in parsed[: token.i] if other.pos_ in {"NOUN", "PROPN"}]
        several = word in PLURAL_PRONOUNS
        return not any(is_several(other) == several or word not in _AGREEING for other in before)
    return False


def _points_at_predicate(token: Word) -> bool:
    """Whether a "this" is what the question itself calls it: "is this the best river"."""
    return (
        token.text.lower() in {"this", "that", "these", "those"}
        and token.dep_ in {"nsubj", "attr"}
        and token.head.lemma_ == "be"
        and any(
            other.dep_ in {"attr", "nsubj"} and other.pos_ in {"NOUN", "PROPN"}
            for other in token.head.children
            if other.i > token.i
        )
    )


def _is_expletive(token: Word, parsed: Parsed) -> bool:
    """Whether an "it" only announces what follows: "is it wise to", "is it true that"."""
    if token.text.lower() != "it" or token.dep_ in {"dobj", "pobj", "poss"}:
        return False
    return any(
        (other.tag_ == "TO" and other.dep_ == "aux")
        or (other.dep_ == "mark" and other.text.lower() == "that")
        or (other.text.lower() == "if" and parsed[other.i - 1].pos_ in {"ADJ", "INTJ"})
        for other in parsed[token.i + 1 :]
    )


def _person(last: str, answer: str, linker: Parser) -> str:
    """The person named last, in the answer first."""
    for text in (answer, last):
        people = [entity.text for entity in linker.parse(text).ents if entity.label_ == "PERSON"]
        if people:
            return str(people[-1])
    return ""


def _adds(question: str) -> bool:
    """Whether a bare question asks for something new ("why") or only for more of the same."""
    return not re.search(r"more|else|details?|go on|elaborate|explain|really|sure", question, re.IGNORECASE)
