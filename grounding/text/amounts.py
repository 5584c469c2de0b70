"""Amounts of money with their currency."""

from __future__ import annotations

import re

_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollar": "USD", "euro": "EUR", "pound": "GBP",
               "yen": "JPY", "franc": "CHF"}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<digits>[0-9]{1,3}(?:[,'’ ][0-9]{3}){1,4}|[0-9]{1,15})(?P<cents>\.[0-9]{1,4})?"
    r"\s?(?P<scale>thousand|million|billion|bn|m|k)?\b",
    re.IGNORECASE,
)
_SCALES = {"thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "bn": 9}
_CURRENCY = re.compile(
    r"(?P<code>USD|EUR|GBP|JPY|CHF)|(?P<sign>[$€£¥])|(?P<word>dollar|euro|pound|yen|franc)s?\b", re.IGNORECASE
)


def money_value(text: str, before: str = "") -> str | None:
    """An amount with its currency, "1200 EUR"; None if either is missing.

    Args:
        text: the amount as written, with or without its currency.
        before: a few characters that stand before it, where the sign may be.
    """
    amount = _AMOUNT.search(text)
    currency = _CURRENCY.search(text) or _CURRENCY.search(before[-4:])
    if amount is None or currency is None:
        return None
    value = float(re.sub(r"[^0-9]", "", amount["digits"]) + (amount["cents"] or ""))
    value *= 10 ** _SCALES.get((amount["scale"] or "").lower(), 0)
    code = currency["code"] or _CURRENCIES[(currency["sign"] or currency["word"]).lower()]
    return f"{value:.2f}".rstrip("0").rstrip(".") + f" {code.upper()}"
