"""Dates of a text as days or periods, also the relative ones. The only door to dateparser.

Conventions, where English leaves them open: a week begins on Monday; "next Friday" is the first Friday after
today, "last Friday" the last before today; a quarter or month without a year is that of the current year,
except that "last March" is the last one that is over and "next March" the first that has not begun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from grounding.text.periods import (
    Period,
    calendar_month,
    months_from,
    moved,
    one_day,
    unit_around,
    unit_beside,
)

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_NUMBERS = [
    "a",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_COUNT = rf"(?P<count>[0-9]{{1,3}}|an?|{'|'.join(_NUMBERS[1:])})"
_UNIT = r"(?P<unit>day|week|month|quarter|year)"
_WHICH = r"(?P<which>this|current|last|previous|past|next|coming|following)"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_LEADING = r"(?:(?<=\bin )|(?<=\bof )|(?<=\bby )|(?<=\buntil )|(?<=\bsince )|(?<=\bfrom )|(?<=\bbefore )|(?<=\bafter )|(?<=\bfor )|(?<=\bduring )|(?<=\bto )|(?<=\bsummer )|(?<=\bwinter ))"  # noqa: E501 - one alternative a word; look-behinds have a fixed width
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_ORDINAL = rf"(?P<ordinal>{'|'.join(_ORDINALS)})"
_FARTHEST_YEAR = 2200


Rule = Callable[["re.Match[str]", date], "Period | None"]


def warm_dates() -> None:
    """Load dateparser and its English rules, so that the first question does not wait for them."""
    _absolute("3 March 2026", date(2026, 1, 1))


def dates_in(text: str, today: date) -> Iterator[tuple[int, int, str]]:
    """Start, end and value of each date that has one, in order and without overlaps.

    The value is a day, or "first/last" of a period, in ISO 8601.
    """
    at = 0
    found = sorted(_all(text, today), key=lambda one: (one[0], -one[1]))
    for start, end, period in found:
        if start >= at:
            yield start, end, str(period)
            at = end


def _all(text: str, today: date) -> Iterator[tuple[int, int, Period]]:
    for shape, rule in _RULES:
        for match in shape.finditer(text):
            try:
                period = rule(match, today)
            except (ValueError, OverflowError):  # 31 June, or a year that no calendar has
                continue
            if period is not None and period.first.year <= _FARTHEST_YEAR:
                yield _opened(text, match, period, today)


def _opened(text: str, match: re.Match[str], period: Period, today: date) -> tuple[int, int, Period]:
    """After "since" the period ends today; after "end of" or "beginning of" it is a day."""
    before = re.search(
        r"\b(?:(?P<since>since)|(?P<edge>end|beginning|start) of)\s(?:the\s)?$",
        text[: match.start()],
        re.IGNORECASE,
    )
    if before is None:
        return match.start(), match.end(), period
    if before["since"]:
        ends = max(today, period.first)
        return before.start(), match.end(), Period(period.first, ends)
    day = period.last if before["edge"].lower() == "end" else period.first
    return before.start(), match.end(), Period(day, day)


def _iso(match: re.Match[str], _: date) -> Period | None:
    return one_day(date.fromisoformat(match[0]))


def _named_day(match: re.Match[str], today: date) -> Period | None:
    words = " ".join(match[0].lower().split())
    days = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
    return one_day(today + timedelta(days[words]))


def _that_unit(match: re.Match[str], today: date) -> Period | None:
    unit, which = match["unit"].lower(), match["which"].lower()
    if which in {"past", "following"}:
        return None
    return unit_beside(unit_around(today, unit), unit, _direction(which))


def _that_weekday(match: re.Match[str], today: date) -> Period | None:
    wanted = _WEEKDAYS.index(match["weekday"].lower())
    direction = _direction(match["which"].lower())
    if direction < 0:
        return one_day(today - timedelta((today.weekday() - wanted - 1) % 7 + 1))
    if direction > 0:
        return one_day(today + timedelta((wanted - today.weekday() - 1) % 7 + 1))
    return one_day(today - timedelta(today.weekday()) + timedelta(wanted))


def _coming_weekday(match: re.Match[str], today: date) -> Period | None:
    wanted = _WEEKDAYS.index(match["weekday"].lower())
    return one_day(today + timedelta((wanted - today.weekday()) % 7))


def _that_month(match: re.Match[str], today: date) -> Period | None:
    number, direction = _month_number(match["month"]), _direction(match["which"].lower())
    year = today.year
    if direction < 0 and number >= today.month:
        year -= 1
    if direction > 0 and number <= today.month:
        year += 1
    return calendar_month(year, number)


def _ago(match: re.Match[str], today: date) -> Period | None:
    return one_day(moved(today, match["unit"].lower(), -_count(match["count"])))


def _ahead(match: re.Match[str], today: date) -> Period | None:
    return one_day(moved(today, match["unit"].lower(), _count(match["count"])))


def _stretch(match: re.Match[str], today: date) -> Period | None:
    count, unit = _count(match["count"] or "one"), match["unit"].lower()
    if match["which"].lower() in {"last", "past", "previous"}:
        return Period(moved(today, unit, -count), today)
    return Period(today, moved(today, unit, count))


def _quarter(match: re.Match[str], today: date) -> Period | None:
    parts = match.groupdict()
    number = int(parts["number"]) if parts.get("number") else _ORDINALS[parts["ordinal"].lower()]
    year = int(parts["year"] or parts.get("before") or today.year)
    return months_from(year, 3 * number - 2, 3)


def _half(match: re.Match[str], today: date) -> Period | None:
    parts = match.groupdict()
    number = int(parts["number"]) if parts.get("number") else _ORDINALS[parts["ordinal"].lower()]
    return months_from(int(parts["year"] or today.year), 6 * number - 5, 6) if number <= 2 else None  # noqa: PLR2004


def _year_alone(match: re.Match[str], _: date) -> Period | None:
    year = int(match["year"])
    return Period(date(year, 1, 1), date(year, 12, 31))


def _month_and_year(match: re.Match[str], today: date) -> Period | None:
    return calendar_month(int(match["year"] or today.year), _month_number(match["month"]))


def _day_of_month(match: re.Match[str], today: date) -> Period | None:
    return _absolute(match[0], today)


def _absolute(text: str, today: date) -> Period | None:
    """A day written with its month's name, as dateparser reads it; without a year, of the current one."""
    import dateparser  # type: ignore[import-untyped] # ships no types

    found = dateparser.parse(
        re.sub(r"\bof\b", " ", text),
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001 - a day has no zone
            "PREFER_DATES_FROM": "current_period",
            "REQUIRE_PARTS": ["day", "month"],
            "PARSERS": ["absolute-time"],
        },
    )
    return one_day(found.date()) if found else None


def _direction(which: str) -> int:
    return {"last": -1, "previous": -1, "past": -1, "next": 1, "coming": 1, "following": 1}.get(which, 0)


def _count(word: str) -> int:
    word = "a" if word.lower() == "an" else word.lower()
    return int(word) if word.isdigit() else max(1, _NUMBERS.index(word))


def _month_number(word: str) -> int:
    return next(
        n for n, month in enumerate(_MONTHS, start=1) if month.startswith(word.lower().strip(".")[:3])
    )


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
_NUMBERED_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (_shape(r"\b(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]\b"), _iso),
    (_shape(r"\b(?:day\s+before\s+yesterday|yesterday|today|day\s+after\s+tomorrow|tomorrow)\b"), _named_day),
    (_shape(rf"\b{_WHICH}\s{_UNIT}\b"), _that_unit),
    (_shape(rf"\b{_WHICH}\s{_WEEKDAY}"), _that_weekday),
    (
        _shape(rf"(?:(?<=\bon )|(?<=\bby )|(?<=\bbefore )|(?<=\buntil )|(?<=\btill )){_WEEKDAY}"),
        _coming_weekday,
    ),
    (_shape(rf"\b{_WHICH}\s(?-i:(?=[A-Z])){_MONTH}"), _that_month),
    (_shape(rf"\b{_COUNT}\s{_UNIT}s?\s(?:ago|earlier)\b"), _ago),
    (_shape(rf"\bin\s{_COUNT}\s{_UNIT}s?(?:'\stime)?\b"), _ahead),
    (_shape(rf"\b{_COUNT}\s{_UNIT}s?\sfrom\s(?:now|today)\b"), _ahead),
    (_shape(rf"\b(?:the\s)?(?P<which>last|past|previous|next|coming)\s{_COUNT}\s{_UNIT}s?\b"), _stretch),
    (_shape(r"\b(?:the\s)?(?P<which>past)\s(?P<count>)(?P<unit>day|week|month|quarter|year)\b"), _stretch),
    (_shape(rf"\bQ(?P<number>[1-4])(?:[\s/\-]{{1,3}}(?:of\s)?{_YEAR})?\b"), _quarter),
    (_shape(r"\b(?P<before>(?:19|20)[0-9]{2})[\s\-]?Q(?P<number>[1-4])(?P<year>)\b"), _quarter),
    (_shape(rf"\b{_ORDINAL}\squarter(?:\s(?:of\s)?{_YEAR})?\b"), _quarter),
    (_shape(rf"\bH(?P<number>[12])(?:[\s/\-]{{1,3}}(?:of\s)?{_YEAR})?\b"), _half),
    (_shape(rf"\b(?P<ordinal>first|second)\shalf(?:\sof)?(?:\s{_YEAR})\b"), _half),
    (_shape(rf"(?<![\w.,]){_NUMBERED_DAY}(?:\sof)?\s{_MONTH}(?:,?\s{_YEAR}\b)?"), _day_of_month),
    (
        _shape(rf"\b(?-i:(?=[A-Z])){_MONTH}\s{_NUMBERED_DAY}(?![\w:]|[.,][0-9])(?:,?\s{_YEAR}\b)?"),
        _day_of_month,
    ),
    (_shape(rf"(?<![0-9]\s)\b{_MONTH}(?:\sof)?,?\s{_YEAR}\b"), _month_and_year),
    (_shape(rf"{_LEADING}(?-i:(?=[A-Z])){_MONTH}(?!\s[0-9])(?P<year>)"), _month_and_year),
    (_shape(rf"{_LEADING}{_YEAR}\b(?![\-/.,]?[0-9])"), _year_alone),
)
"""Shapes and what they mean. All have fixed or small bounds, so that no text makes them slow."""
