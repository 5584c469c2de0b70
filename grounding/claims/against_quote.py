"""Whether a sentence of an answer gives another value than the quoted sentence that fits the question best.

A passage can hold a sentence word for word and yet not answer: the question was about 2024, the sentence
about today. Both then give a value of one kind, and the quote says everything of the question that the
sentence's own source says, and more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grounding.conflicts import values
from grounding.passages import Passage
from grounding.quotes import Quote, statements
from grounding.text.facts import facts_in
from grounding.text.words import content_stems

CONTRADICTS = "the quoted sentence says"
"""How every objection begins."""


def objection(question: str, best: Quote, said: str, shown: Sequence[Passage]) -> str:
    """Why `said` is not what was asked for, in words for people; empty if there is nothing against it.

    Title, headings, file name and date of a passage count as said by each of its sentences. A value that no
    passage gives (a sum, say) is none of this rule's business.
    """
    wanted = frozenset(content_stems(question))
    held = next((_context(one) for one in shown if one.id == best.passage), frozenset[str]())
    of_best = wanted & (held | set(content_stems(best.text)))
    quoted = _by_kind(best.text)
    for kind, ours in _by_kind(said).items():
        theirs = quoted.get(kind, {})
        if not theirs or theirs.keys() & ours.keys():
            continue
        for value, written in ours.items():
            others = list(_holders(wanted, (kind, value), frozenset(theirs), shown))
            if others and all(other < of_best for other in others):
                return f"{CONTRADICTS} “{next(iter(theirs.values()))}” of what was asked, not “{written}”"
    return ""


def _holders(
    wanted: frozenset[str],
    ours: tuple[str, str],
    theirs: frozenset[str],
    shown: Sequence[Passage],
) -> Iterator[frozenset[str]]:
    """What is held of the question by each statement with our value, of that kind, and none of theirs."""
    kind, value = ours
    for passage in shown:
        context = _context(passage)
        for text in statements(passage.text, frozenset(passage.heading)):
            given = _by_kind(text).get(kind, {}).keys()
            if value in given and not given & theirs:
                yield wanted & (context | set(content_stems(text)))


def _by_kind(text: str) -> dict[str, dict[str, str]]:
    """Values of a text as written, by kind and normal form."""
    found: dict[str, dict[str, str]] = {}
    for kind, value, written in values(facts_in(text)):
        found.setdefault(kind, {}).setdefault(value, written)
    return found


def _context(passage: Passage) -> frozenset[str]:
    return frozenset(
        content_stems("\n".join((passage.title, passage.document, *passage.heading, passage.dated or "")))
    )
