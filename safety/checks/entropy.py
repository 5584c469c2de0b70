"""Tells random strings from words, numbers and placeholders."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

_PLACEHOLDER = re.compile(
    r"^[<${%]|^\*{3}|x{4}|\.\.\.|…|\*{4}"
    r"|^(?:your|my|the|some|example|sample|dummy|changeme|change[_\-]me|placeholder|redacted|insert|todo)\b"
    r"|^(?:your|my|example|sample|dummy|placeholder)[_\-]"
    r"|^(?:os\.|env\.|process\.|self\.|config\.|settings\.|args\.|this\.|request\.)"
    r"|_HERE$",
    re.IGNORECASE,
)

_SHORTEST = 5
"""Letters and digits; "4x4" and "B2B" are words."""

_FEWEST_SIGNS = 2
"""Different characters: "xxxx", "0000" and "----" stand for a value."""


def bits_per_character(text: str) -> float:
    """Shannon entropy of the characters; about 3 for hexadecimal, up to 6 for long base64."""
    length = len(text)
    return -sum(n / length * log2(n / length) for n in Counter(text).values()) if length else 0.0


def mixed(text: str) -> bool:
    """Whether letters and digits stand together as in no word: a digit, a letter, and not "Q3" or "v2".

    Dates, times, versions, amounts and names with a trailing year are not mixed.
    """
    letters = sum(character.isalpha() for character in text)
    digits = sum(character.isdigit() for character in text)
    if not letters or not digits:
        return False
    if re.fullmatch(r"[A-Za-z]{1,30}[\-_]?[0-9]{1,4}", text):
        # "report2024" or "Welcome1" cannot be told from each other by shape: the latter stays unseen
        # unless it is quoted or carries a sign as passwords mostly do.
        return False
    return letters + digits >= _SHORTEST


def looks_like_placeholder(text: str) -> bool:
    """Whether the text stands for a value instead of being one: "<token>", "${KEY}", "your_key"."""
    return bool(_PLACEHOLDER.search(text)) or len(set(text)) <= _FEWEST_SIGNS
