"""Names of countries and states that everybody shortens in the same way."""

from __future__ import annotations

import re

_STATES = """
AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;FL Florida
GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine
MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska
NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio
OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas
UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming;DC District of Columbia
US United States;US USA;US America;US American;UK United Kingdom;UK Britain;UK British;EU European Union
UN United Nations;UAE United Arab Emirates
"""
_PAIRS = tuple(tuple(line.split(" ", 1)) for line in re.split(r"[;\n]", _STATES.strip()))
_WRITTEN = re.compile(r"\b(?:[A-Z]\.){2,3}|\b[A-Z]{2,3}\b")


def stands_in(name: str, text: str) -> bool:
    """Whether `text` writes this country or state in another way; False for any other name.

    Codes are read in capitals only: "us", "in" and "or" are words.
    """
    plain = re.sub(r"^the\s", "", name.strip(), flags=re.IGNORECASE)
    short = plain.replace(".", "") if _WRITTEN.fullmatch(plain) else ""
    codes = {code for code, full in _PAIRS if short in {code, full} or plain.casefold() == full.casefold()}
    if not codes:
        return False
    if codes & {found[0].replace(".", "") for found in _WRITTEN.finditer(text)}:
        return True
    folded = text.casefold()
    return any(code in codes and re.search(rf"\b{full.casefold()}\b", folded) for code, full in _PAIRS)
