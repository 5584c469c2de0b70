"""Finds identifiers of persons by their shape and, where they have one, their check digit.

Names and places are not looked for: without a language model's context half of what a recogniser
calls a name is none, and masking it would spoil ordinary questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from safety.checks.identifiers import IBAN_LENGTHS, is_card, is_iban, is_internet_address
from safety.verdict import Action, Finding

PROMPT_ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "credit_card": Action.MASK,
        "us_ssn": Action.MASK,
        "iban": Action.WARN,
        "email": Action.WARN,
        "phone": Action.WARN,
        "ip_address": Action.WARN,
    }
)
"""What a prompt needs: the model may see an address that its owner typed, but not a card."""

ANSWER_ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "credit_card": Action.MASK,
        "us_ssn": Action.MASK,
        "iban": Action.MASK,
        "email": Action.WARN,
        "phone": Action.MASK,
        "ip_address": Action.MASK,
    }
)
"""What an answer needs, after values that the user or a cited source already named are set aside."""

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_DIGIT_RUN = re.compile(r"(?<![\w.\-/])[0-9](?:[ \-]?[0-9]){11,18}(?![0-9]|[ \-./][0-9]|[A-Za-z_])")
_IBAN_HEAD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ \-]?[A-Za-z0-9])")
_SSN = re.compile(
    r"(?<![\w\-.])(?!000|666|9)[0-9]{3}([ \-])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![\w]|[\-.][0-9])"
)
_BARE_SSN = re.compile(r"(?<![\w\-.])(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}(?![\w]|[\-.][0-9])")
_SSN_WORD = re.compile(r"\b(?:ssn|social security)", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.\-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w\-]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]{0,60}[0-9])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,8}(?![\w:])"
)
_VERSION_WORD = re.compile(
    r"(?:\bv|\b(?:version|release|build|firmware|driver|section|clause|chapter|rev|revision|update|patch))"
    r"[\s.:]{0,3}$",
    re.IGNORECASE,
)
_EDGE = r"(?<![\w.\-/$€£#])"
_END = r"(?:[ ]?(?:x|ext\.?)[ ]?[0-9]{1,6})?(?![\w]|[.\-/][0-9])"
_PHONE_SHAPE = re.compile(
    rf"{_EDGE}(?:"
    r"\+[0-9]{1,3}[ .\-]?(?:\([0-9]{1,4}\)[ .\-]?)?[0-9]{1,5}(?:[ .\-]?[0-9]{2,5}){1,4}"  # +44 20 7946 0958
    r"|(?:1[ .\-])?\([0-9]{3}\) ?[0-9]{3}[ .\-][0-9]{4}"  # (555) 010-0199
    r"|(?:(?:00)?1[ .\-])?[2-9][0-9]{2}([.\-])[2-9][0-9]{2}\1[0-9]{4}"  # 555-010-0199
    rf"){_END}",
    re.IGNORECASE,
)
_PHONE_LOOSE = re.compile(
    rf"{_EDGE}(?:(?:\([0-9]{{1,5}}\)[ \-]?)?[0-9]{{2,5}}(?:[ .\-/]{{1,2}}[0-9]{{2,6}}){{1,5}}"
    rf"|0?[0-9]{{9,11}}){_END}",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|cellphone|fax|hotline|whatsapp|desk|office|answering at"
    r"|call (?:me|us|him|her|them|back)|can call|reach (?:me|us|you|him|her|them)"
    r"|(?:text|dial|ring)(?: me| us)?|contact number|my number)\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)
_PHONE_WORD_BEHIND = re.compile(
    r"[ \-–(]{1,3}(?:office|fax|mobile|cell|home|work|phone|desk)\b", re.IGNORECASE
)
_REFERENCE_WORD = re.compile(
    r"\b(?:part|order|invoice|ticket|case|ref(?:erence)?|serial|batch|drawing|article|item|lot|sku|po)\b[^.!?\n]{0,25}$",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 17
_LOOK_BACK = 60


class PersonalData:
    """E-mail addresses, cards, accounts, social security numbers, internet addresses, telephones."""

    name = "personal_data"

    def __init__(self, actions: Mapping[str, Action] = PROMPT_ACTIONS) -> None:
        self._actions = dict(actions)

    def findings(self, text: str) -> Iterable[Finding]:
        """One finding per value; a number that is a card is not also a telephone."""
        taken = bytearray(len(text))
        for kind, start, end in _candidates(text):
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\x01" * (end - start)
            reason = f"looks like {_IN_WORDS[kind]}"
            yield Finding(self.name, self._actions.get(kind, Action.ALLOW), reason, start, end, kind)


_IN_WORDS = {
    "email": "an e-mail address",
    "iban": "a bank account number (IBAN)",
    "credit_card": "a payment card number",
    "us_ssn": "a US social security number",
    "ip_address": "an internet address",
    "phone": "a telephone number",
}


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind and span, surest kinds first."""
    for found in _EMAIL.finditer(text):
        yield "email", *found.span()
    for head in _IBAN_HEAD.finditer(text):
        if end := _end_of_iban(text, head.start()):
            yield "iban", head.start(), end
    for found in _DIGIT_RUN.finditer(text):
        if is_card(re.sub(r"[ \-]", "", found[0])):
            yield "credit_card", *found.span()
    yield from _social_security(text)
    yield from _internet_addresses(text)
    yield from _telephones(text)


def _end_of_iban(text: str, start: int) -> int:
    """Where the account number that starts here ends, or 0: as many characters as its country has."""
    wanted, compact, at = IBAN_LENGTHS.get(text[start : start + 2].upper(), 0), "", start
    while at < len(text) and len(compact) < wanted:
        character = text[at]
        if character.isascii() and character.isalnum():
            compact += character.upper()
        elif character not in " -" or text[at - 1] in " -":
            return 0
        at += 1
    whole = at >= len(text) or not (text[at].isascii() and text[at].isalnum())
    return at if wanted and whole and is_iban(compact) else 0


def _social_security(text: str) -> Iterator[tuple[str, int, int]]:
    for shape in (_SSN, _BARE_SSN):
        for found in shape.finditer(text):
            before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
            hyphens = shape is _SSN and found[1] == "-" and not _REFERENCE_WORD.search(before)
            if hyphens or _SSN_WORD.search(before):
                yield "us_ssn", *found.span()


def _internet_addresses(text: str) -> Iterator[tuple[str, int, int]]:
    for shape in (_IPV4, _IPV6):
        for found in shape.finditer(text):
            before = text[max(0, found.start() - 20) : found.start()]
            if is_internet_address(found[0]) and not _VERSION_WORD.search(before):
                yield "ip_address", *found.span()


def _telephones(text: str) -> Iterator[tuple[str, int, int]]:
    for shape, needs_word in ((_PHONE_SHAPE, False), (_PHONE_LOOSE, True)):
        for found in shape.finditer(text):
            before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
            named = bool(_PHONE_WORD.search(before) or _PHONE_WORD_BEHIND.match(text, found.end()))
            digits = sum(character.isdigit() for character in found[0])
            if _FEWEST_DIGITS <= digits <= _MOST_DIGITS and (named or not needs_word):
                yield "phone", *found.span()
