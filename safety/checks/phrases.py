"""Turns of phrase as patterns that stay readable and bounded.

In a phrase a space stands for any white space, "…" for up to sixty characters within one sentence, and
"~" for up to three words in between. No repeat is without a limit, so the work stays proportional to the
length of the text.
"""

from __future__ import annotations

import re

_NOTATION = {
    " ": r"\s{1,8}",
    "…": r"[^.!?\n]{0,60}?",
    "~": r"(?:[\w'’\-]{1,20}\s{1,8}){0,3}?",
}


def phrases(*alternatives: str) -> re.Pattern[str]:
    """One pattern for all alternatives; each begins and ends at a word's edge, case does not matter."""
    written = "|".join(alternatives)
    for sign, meaning in _NOTATION.items():
        written = written.replace(sign, meaning)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)


def any_of(words: str) -> str:
    """Alternatives for use inside a phrase, written as one text: "say|tell|print"."""
    return "(?:" + "|".join(words.split("|")) + ")"
