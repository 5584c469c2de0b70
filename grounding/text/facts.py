"""Numbers, dates, times and codes of a text in one normal form, so that they can be compared.

"1,200", "1.2 thousand" and "twelve hundred" are one value; "3 March 2026", "March 3rd, 2026" and
"2026-03-03" are one date; "a year" and "12 months" are one duration. Nothing is computed: a sum that
no passage states is not in the passages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from grounding.text.numerals import NUMERAL, ORDINAL_VALUES, numeral_value
from grounding.text.units import SCALES, UNITS, canonical

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_DATE_SHAPES = (
    r"\b(?P<year>(?:19|20)[0-9]{2})-(?P<number>[01][0-9])-(?P<day>[0-3][0-9])\b",
    rf"(?<![\w.,]){_DAY}(?:\sof)?\s{{1,3}}{_MONTH}(?:,?\s{{1,3}}{_YEAR}\b)?",
    rf"\b{_MONTH}\s{{1,3}}{_DAY}(?![\w:]|[.,][0-9])(?:,?\s{{1,3}}{_YEAR}\b)?",
    rf"\b{_MONTH}(?:\s{{1,3}}of)?,?\s{{1,3}}{_YEAR}\b",
    r"(?<![\w./])(?P<day>[0-3]?[0-9])\.(?P<number>[01]?[0-9])\.(?P<year>(?:19|20)[0-9]{2})(?![\w])",
    r"(?<![\w./])(?P<day>[0-3]?[0-9])/(?P<number>[0-3]?[0-9])/(?P<year>(?:19|20)[0-9]{2})(?![\w/])",
    # A month alone needs a word before it and its capital: "may" and "march" are verbs.
    rf"(?:(?<=\bin )|(?<=\bof )|(?<=\bby )|(?<=\buntil )|(?<=\bsince )|(?<=\bfrom ))(?-i:(?=[A-Z])){_MONTH}",
    rf"(?:(?<=\bbefore )|(?<=\bafter ))(?-i:(?=[A-Z])){_MONTH}",
)
_DATES = tuple(re.compile(shape, re.IGNORECASE) for shape in _DATE_SHAPES)
_TIME = re.compile(
    r"(?<![\w:.])(?P<hour>[0-2]?[0-9])(?:[:.](?P<minute>[0-5][0-9]))?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\w:.])(?P<hour24>[0-2]?[0-9]):(?P<minute24>[0-5][0-9]|0)(?![\w:])",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![\w\-])(?=[\w\-]{0,20}[A-Za-z])(?=[\w\-]{0,20}[0-9])[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,20}){0,4}(?![\w])"
)
_NUMBER = re.compile(
    r"(?P<currency>[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY)\s?)?(?<![\w.])(?P<minus>(?<!\w)[-−])?"
    r"(?P<digits>[0-9]{1,3}(?:[,'’\u00a0\u202f][0-9]{3}){1,4}|[0-9]{1,15})(?P<rest>\.[0-9]{1,6})?"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<short>k|bn|mn|m|b)\b(?![²³]))?(?![0-9])",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?<=[0-9])\(([a-z])\)")
"""The letter of "401(k)", which others write "401k"."""

_ABOUT = re.compile(
    r"\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|some|circa|ca\.|over|more than)"
    r"\s{1,3}(?:US|USD|EUR|GBP)?\s?[$€£¥]?\s?\Z",
    re.IGNORECASE,
)
_MOST_SLACK, _BEFORE = 0.05, 24
_SCALE = re.compile(r"[\s\-]{0,2}(?P<scale>hundred|thousand|million|billion|trillion|dozen)\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[\s\-‑\u00a0]{0,2}"
    r"(?:(?:full|whole|business|working|calendar|consecutive|paid|unpaid|additional|more|extra)\s){0,2}"
    r"(?P<unit>%|‰|°\s?[CF]\b|[$€£¥]|[A-Za-zµ²³]{1,12})",
)


_SMALL = 12.0
"""Up to it, a number alone is more often part of a name or a list than a price."""

_MONEY = frozenset({"dollar", "euro", "pound", "yen", "franc"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, and its unit where one is known."""

    value: float
    unit: str
    """Canonical: durations in "hour" or "month", money in "euro" and the like; empty if none was seen."""

    text: str = field(repr=False)
    soft: bool = False
    """Written as a word that often counts nothing ("one", "third"): good as evidence, not required."""

    slack: float = 0.0
    """By how much it may be off: "about 1,500" and "1.5 million" are rounded."""


@dataclass(frozen=True, slots=True)
class Date:
    """A date of which any part may be missing."""

    year: int | None
    month: int | None
    day: int | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a text can be compared exactly."""

    quantities: tuple[Quantity, ...] = ()
    dates: tuple[Date, ...] = ()
    times: tuple[tuple[int, str], ...] = ()
    """Minutes since midnight, and how it was written."""

    codes: tuple[str, ...] = ()
    """Part numbers and the like: letters and digits together, as written."""

    @property
    def required(self) -> bool:
        """Whether there is anything a source must agree with."""
        return bool(self.dates or self.times or self.codes or any(not q.soft for q in self.quantities))


def facts_in(text: str) -> Facts:
    """All facts of a text. Each character belongs to one fact at most: dates, then times, codes, numbers."""
    dates, rest = _taken(_LETTERED.sub(r"\1", text), _dates)
    times, rest = _taken(rest, _times)
    codes, rest = _taken(rest, _codes)
    return Facts(tuple(_quantities(rest)), tuple(dates), tuple(times), tuple(codes))


def missing_facts(claim: Facts, source: Facts) -> tuple[str, ...]:
    """The facts of a claim that a source does not state, as they were written."""
    years = {date.year for date in source.dates} | {quantity.value for quantity in source.quantities}
    source_codes = {_plain(code) for code in source.codes}
    times = {minutes for minutes, _ in source.times}
    return (
        *(q.text for q in claim.quantities if not q.soft and not _states(q, source, years)),
        *(d.text for d in claim.dates if not any(_agrees(d, other, years) for other in source.dates)),
        *(written for minutes, written in claim.times if minutes not in times),
        *(code for code in claim.codes if _plain(code) not in source_codes),
    )


def _states(claimed: Quantity, source: Facts, years: set[float | int | None]) -> bool:
    if not claimed.unit and claimed.value in years:
        return True
    hours = {minutes / 60 for minutes, _ in source.times} if not claimed.unit else set()
    return claimed.value in hours or any(
        abs(claimed.value - other.value) <= max(1e-6 * max(1.0, abs(other.value)), claimed.slack)
        and (not claimed.unit or claimed.unit == other.unit or (not other.unit and _may_be(claimed, other)))
        for other in source.quantities
    )


def _may_be(claimed: Quantity, other: Quantity) -> bool:
    """Whether a number without a unit may be what is claimed: a table names the unit in its head.

    Small numbers stand in names and lists ("Plumb 1", "step 2"), so they are no prices.
    """
    return claimed.unit not in _MONEY or (not other.soft and abs(other.value) > _SMALL)


def _agrees(claimed: Date, other: Date, years: set[float | int | None]) -> bool:
    if claimed.month != other.month:
        return False
    if claimed.day is not None and claimed.day != other.day:
        return False
    return (
        claimed.year is None or claimed.year == other.year or (other.year is None and claimed.year in years)
    )


def _plain(code: str) -> str:
    return code.casefold().replace("-", "")


Fact = TypeVar("Fact")
Spotted = Iterator[tuple[int, int, Fact]]


def _taken(text: str, finder: Callable[[str], Spotted[Fact]]) -> tuple[list[Fact], str]:
    """What `finder` sees, and the text with it blanked out."""
    found = list(finder(text))
    for start, end, _ in found:
        text = text[:start] + " " * (end - start) + text[end:]
    return [fact for _, _, fact in found], text


def _dates(text: str) -> Spotted[Date]:
    covered = bytearray(len(text))
    for shape in _DATES:
        for found in shape.finditer(text):
            date = _date(found)
            if date and not any(covered[found.start() : found.end()]):
                covered[found.start() : found.end()] = b"\x01" * len(found[0])
                yield found.start(), found.end(), date


def _date(found: re.Match[str]) -> Date | None:
    parts = found.groupdict()
    day = int(parts["day"]) if parts.get("day") else None
    month = int(parts["number"]) if parts.get("number") else _month(parts.get("month"))
    if month and month > len(_MONTHS) and day and day <= len(_MONTHS):
        day, month = month, day  # 12/31/2026: the American order
    if not month or month > len(_MONTHS) or (day is not None and not 1 <= day <= 31):  # noqa: PLR2004
        return None
    return Date(int(parts["year"]) if parts.get("year") else None, month, day, found[0].strip())


def _month(name: str | None) -> int | None:
    wanted = (name or "").casefold()[:3]
    return next(
        (at for at, month in enumerate(_MONTHS, start=1) if wanted and month.startswith(wanted)), None
    )


def _times(text: str) -> Spotted[tuple[int, str]]:
    for found in _TIME.finditer(text):
        hour = int(found["hour"] or found["hour24"])
        minute = int(found["minute"] or found["minute24"] or 0)
        if found["half"]:
            hour = hour % 12 + (12 if found["half"].casefold() == "p" else 0)
        if hour < 24:  # noqa: PLR2004 - hours of a day
            yield found.start(), found.end(), (hour * 60 + minute, found[0].strip())


def _codes(text: str) -> Spotted[str]:
    for found in _CODE.finditer(text):
        # "30-day", "10k" and "3rd" are numbers with something behind them.
        if not re.match(r"[0-9]+(?:-?[A-Za-z]+)*$", found[0]):
            yield found.start(), found.end(), found[0]


def _quantities(text: str) -> Iterator[Quantity]:
    for found in _NUMBER.finditer(text):
        value = float(re.sub(r"[,'’\s]", "", found["digits"]) + (found["rest"] or ""))
        value *= SCALES.get((found["short"] or "").casefold(), 1.0)
        end, value = _scaled(text, found.end(), value)
        unit, end = _unit(text, end, (found["currency"] or "").strip())
        value, unit = canonical(-value if found["minus"] else value, unit)
        slack = abs(value) * _slack(text, found)
        yield Quantity(round(value, 6), unit, text[found.start() : end].strip(), slack=slack)
    for found in NUMERAL.finditer(text):
        words = numeral_value(found[0])
        if words is not None:
            unit, end = _unit(text, found.end(), "")
            value, unit = canonical(float(words), unit)
            soft = words <= 1 and not unit
            yield Quantity(round(value, 6), unit, text[found.start() : end].strip(), soft=soft)
    for word in re.findall(r"[A-Za-z]{5,8}", text):
        if word.casefold() in ORDINAL_VALUES:
            yield Quantity(float(ORDINAL_VALUES[word.casefold()]), "", word, soft=True)


def _slack(text: str, found: re.Match[str]) -> float:
    """Share by which a number may be off, 0 to 0.05: half its last digit where it is rounded on its face."""
    about = _ABOUT.search(text[max(0, found.start() - _BEFORE) : found.start()])
    if not about and not (found["rest"] and _SCALE.match(text, found.end())):
        return 0.0
    digits = re.sub(r"[^0-9]", "", found["digits"] + (found["rest"] or "")).lstrip("0")
    kept = digits.rstrip("0") if not found["rest"] else digits
    half_a_digit: float = 0.5 * 10 ** (len(digits) - len(kept)) / float(digits or 1)
    return min(_MOST_SLACK, half_a_digit)


def _scaled(text: str, end: int, value: float) -> tuple[int, float]:
    scale = _SCALE.match(text, end)
    return (scale.end(), value * SCALES[scale["scale"].casefold()]) if scale else (end, value)


def _unit(text: str, end: int, currency: str) -> tuple[str, int]:
    if currency:
        return UNITS.get(currency.casefold(), currency.casefold()), end
    found = _UNIT.match(text, end)
    if not found or found["unit"].casefold() not in UNITS:
        return "", end
    if found["unit"].casefold() == "per" and not re.match(r"\s?cent\b", text[found.end() :], re.IGNORECASE):
        return "", end
    return UNITS[found["unit"].casefold()], found.end()
