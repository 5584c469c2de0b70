"""Words as evidence: what a text is about, with inflection taken off, without any model."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,6}){0,4}|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
_VOWEL = re.compile(r"[aeiouy]")


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set; lists of words are easier to read and to sort as one text."""
    return frozenset(words.split())


STOP_WORDS = word_set(
    """
    a about above across after again against all almost along already also although always am among an and
    any anyone anything are around as ask at be because been before behind being below between both but by
    can could did do does doing done down due during each either else etc ever every everyone everything
    few first for from further get gets give given go goes got had has have having he her here hers herself
    him himself his how however i if in indeed inside instead into is it its itself just keep kindly know
    let like long made make makes many may maybe me might mine more most much must my myself near need needs
    neither next no nor not now of off often on once one only onto or other others our ours ourselves out
    over own per perhaps please quite rather really regarding same say says shall she should show since so
    some someone something soon still such take takes tell than that the their theirs them themselves then
    there these they this those though through thus to together too toward under until up upon us use used
    uses using very via was we well were what whatever when whenever where whether which while who whoever
    whole whom whose why will with within without would yes yet you your yours yourself
    don doesn didn isn aren wasn weren won wouldn shouldn couldn cannot hasn haven hadn ll ve re s t d m
    """
)
"""Words that say how a sentence is built rather than what it is about."""

_ENDINGS = (
    *("ational", "ization", "isation", "ations", "ation", "ating", "ated", "ates", "ate"),
    *("ements", "ement", "ments", "ment", "nesses", "ness", "ingly", "edly", "ings", "ing", "ed", "ly"),
)
"""Longest first; "ate" goes with "ation", so that "locate", "located" and "location" are one."""

_SHORTEST_STEM = 3
_SHORT_WORD = 3


def tokens(text: str) -> list[str]:
    """Words and numbers in order, lower case; hyphens part, apostrophes do not."""
    return [found[0].casefold() for found in _TOKEN.finditer(text)]


def stem(word: str) -> str:
    """A light stem: plural, tense and a few noun endings off. Equal stems, not words, are the purpose."""
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    if len(word) <= _SHORT_WORD or not word.isalpha():
        return word
    word = _singular(word)
    for ending in _ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= _SHORTEST_STEM and _VOWEL.search(rest):
            word = _undoubled(rest)
            break
    word = word.removesuffix("e") if len(word) > _SHORT_WORD else word
    return word[:-1] + "i" if word.endswith("y") else word


def content_stems(text: str) -> list[str]:
    """Stems of all words that carry content, in order and with repeats; numbers stay as they are."""
    return [
        stem(token) for token in tokens(text) if _base(token) not in STOP_WORDS and carries_content(token)
    ]


def one_edit_apart(left: str, right: str) -> bool:
    """Whether one letter more, less, other or swapped with its neighbour turns one word into the other."""
    shorter, longer = sorted((left, right), key=len)
    if len(longer) - len(shorter) > 1 or left == right:
        return False
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at : at + 2][::-1] + shorter[at + 2 :]
    return shorter[at + 1 :] == longer[at + 1 :] or swapped == longer[at:]


def carries_content(token: str) -> bool:
    """Whether a token is longer than a single letter, or a digit."""
    return len(token) > 1 or token.isdigit()


def _base(token: str) -> str:
    return re.split(r"['’]", token)[0] if "'" in token or "’" in token else token


def _singular(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > 4:  # noqa: PLR2004 - "ties" and "dies" keep their root
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    """One letter of a doubled end: "cancell" (from "cancelled") becomes "cancel"; short words stay."""
    doubled = len(word) > _SHORTEST_STEM + 1 and word[-1] == word[-2] and word[-1] not in "aeiou"
    return word[:-1] if doubled else word
