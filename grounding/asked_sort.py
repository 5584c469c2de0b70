"""What sort of thing a question asks for, and whether a text holds anything of that sort."""

from __future__ import annotations

import re
from collections.abc import Callable

from grounding.facts import facts_in
from grounding.numerals import with_digits
from grounding.words import content_stems

_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_PERIODS = "century|decade|year|month|week|day|hour|morning|evening|noon|midnight"
_INNER_NAME = re.compile(r"(?<=[a-z,;:(] )[A-Z][\w'’-]+")
_TIME = re.compile(
    rf"(?i)\b(?:1[0-9]{{3}}|20[0-9]{{2}}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|{_MONTHS}|(?:{_PERIODS})s?"
    r"|daily|weekly|monthly|yearly|annually|immediately|today|tomorrow|(?:before|after|until|by) the)\b"
)
_HOW_MANY = re.compile(r"(?i)\b(?:how (?:many|much)|what (?:percentage|percent|proportion|share))\b")
_WHEN = re.compile(r"(?i)\b(?:when|(?:what|which) (?:year|date|day|month|century|decade))\b")
_WHO = re.compile(r"(?i)\b(?:who|whom|whose)\b")


def sort_asked_for(question: str) -> Callable[[str], bool] | None:
    """A test for what may answer the question; None if any words may."""
    if _HOW_MANY.search(question):
        asked = {quantity.value for quantity in facts_in(question).quantities}
        return lambda text: any(q.value not in asked for q in facts_in(with_digits(text)).quantities)
    if _WHEN.search(question):
        return lambda text: bool(_TIME.search(text) or facts_in(text).dates or facts_in(text).times)
    if _WHO.search(question):
        known = set(content_stems(question))
        return lambda text: any(_is_new(name, known) for name in _INNER_NAME.findall(text))
    return None


def _is_new(name: str, known: set[str]) -> bool:
    return any(stem not in known for stem in content_stems(name))
