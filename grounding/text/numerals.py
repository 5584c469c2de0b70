"""Numbers written as English words."""

from __future__ import annotations

import re

_SMALL = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
ORDINAL_VALUES = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
}
"""Ordinals up to the twelfth."""

_UNIT = "|".join(sorted([*_SMALL, *_TENS], key=len, reverse=True))
_SCALE = "|".join(_SCALES)
NUMERAL = re.compile(
    rf"\b(?:(?:{_UNIT})(?:-(?:{_UNIT}))?|(?:an?(?=\s(?:{_SCALE})\b)))"
    rf"(?:(?:\s(?:and\s)?|-)(?:{_UNIT}|{_SCALE})\b){{0,8}}",
    re.IGNORECASE,
)
"""One number in words: "twenty-five", "twelve hundred", "a hundred and twenty"."""


_GROUPED = re.compile(r"(?<![\w.,])[0-9]{1,3}(?:[,'’\u00a0\u202f][0-9]{3}){1,4}(?![0-9])")
_ONES = frozenset(word for word, value in _SMALL.items() if 0 < value < 10)  # noqa: PLR2004 - a decimal digit


def numeral_value(text: str) -> int | None:
    """Value of what `NUMERAL` matched; None where the words do not make one number ("two five")."""
    total = group = 0
    previous = ""
    for word in re.split(r"[\s\-]+", text.casefold()):
        if word in _SCALES:
            group = max(group, 1) * _SCALES[word]
            if word != "hundred":
                total, group = total + group, 0
        elif word in _TENS or word in _SMALL:
            if previous in _SMALL or (previous in _TENS and word not in _ONES):
                return None
            group += _TENS.get(word, 0) + _SMALL.get(word, 0)
        if word != "and":
            previous = word
    return total + group


def with_digits(text: str) -> str:
    """The text with numbers above one in digits and without grouping: "twelve hundred" becomes "1200"."""
    text = NUMERAL.sub(lambda found: _digits(found[0]), text)
    return _GROUPED.sub(lambda found: re.sub(r"[,'’\u00a0\u202f]", "", found[0]), text)


def _digits(numeral: str) -> str:
    value = numeral_value(numeral)
    return numeral if value is None or value <= 1 else str(value)
