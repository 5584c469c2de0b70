"""Numbers and dates of a sheet as people see them there.

Source: ECMA-376 part 1, 18.8.31 (number formats). Conditions, fractions and elapsed hours are not followed;
such numbers are shown in full. Dates that a sheet shows in digits only are written as in ISO 8601, because
03/04 is another day in each country; those with a month's name keep its order.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_LONGEST_FORMAT = 255
_MOST_DECIMALS = 15
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]'
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+)(?P<power>E[+-]0+)?(?P<thousands>,*)"
    r"|(?P<percent>%)|(?P<other>.)",
    re.DOTALL,
)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*')
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_SHOWN = frozenset(" -+()$€£¥:'/,.–")
_MIDNIGHT = time()


def shown(value: object, number_format: str) -> str:
    """`value` of a cell as text; empty for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format[:_LONGEST_FORMAT])
    if isinstance(value, date | time | timedelta):
        return _moment(value, number_format[:_LONGEST_FORMAT])
    return str(value)


def _number(value: float, number_format: str) -> str:
    general = _general(value)
    if number_format in {"General", "@", ""} or value != value or abs(value) == float("inf"):  # noqa: PLR0124 - not a number
        return general
    sections = [section for section in _sections(number_format) if section]
    section, magnitude = _chosen(sections, value)
    pieces = [piece.groupdict() for piece in _PIECE.finditer(section)]
    if sum(piece["digits"] is not None for piece in pieces) != 1 or "/" in _LITERAL.sub("", section):
        literal = "".join(map(_literal, pieces))
        return literal.strip() or general if not any(piece["digits"] for piece in pieces) else general
    if any(piece["percent"] for piece in pieces):
        magnitude *= 100
    text = "".join(_digits(piece, magnitude) if piece["digits"] else _literal(piece) for piece in pieces)
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _sections(number_format: str) -> tuple[str, ...]:
    return tuple(_SECTION.findall(number_format))


def _chosen(sections: list[str], value: float) -> tuple[str, float]:
    """Section for positive, negative or zero, and the number it shows."""
    negative, zero = 1, 2
    if value < 0 and len(sections) > negative:
        return sections[negative], -value
    if value == 0 and len(sections) > zero:
        return sections[zero], value
    return (f"-{sections[0]}" if value < 0 else sections[0]) if sections else "", abs(value)


def _literal(piece: dict[str, str | None]) -> str:
    if piece["other"]:
        return piece["other"] if piece["other"] in _SHOWN else ""
    return piece["quoted"] or piece["escaped"] or piece["currency"] or piece["percent"] or ""


def _digits(piece: dict[str, str | None], magnitude: float) -> str:
    pattern = piece["digits"] or "0"
    magnitude /= 1000 ** len((piece["thousands"] or "")[:4])
    whole, _, part = pattern.partition(".")
    # Commas behind the last digit divide by a thousand; the pattern takes them first.
    inner = whole.rstrip(",") if "." not in pattern else whole
    magnitude /= 1000 ** min(len(whole) - len(inner), 4)
    most, least = min(len(part), _MOST_DECIMALS), min(part.count("0"), _MOST_DECIMALS)
    if piece["power"]:
        return f"{magnitude:.{most}E}"
    text = f"{magnitude:,.{most}f}" if "," in inner else f"{magnitude:.{most}f}"
    integer, _, decimals = text.partition(".")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    if inner.count("0") > 1 and "," not in inner:
        integer = integer.zfill(inner.count("0"))
    return f"{integer}.{decimals}" if decimals else integer


def _general(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MOST_DECIMALS:
        return str(int(value))
    return format(value, ".11g") if isinstance(value, float) else str(value)


def _moment(value: date | time | timedelta, number_format: str) -> str:
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    day = _day(value, _LITERAL.sub("", number_format).lower())
    has_time = isinstance(value, datetime) and value.time() != _MIDNIGHT
    return f"{day} {_clock(value)}" if has_time and isinstance(value, datetime) else day


def _day(value: date, number_format: str) -> str:
    if "mmm" not in number_format:
        is_year = re.fullmatch(r"y{2,4}", number_format.strip())
        return str(value.year) if is_year else value.isoformat()[: len("2026-03-01")]
    month = f"{value:%B}" if "mmmm" in number_format else f"{value:%b}"
    shown_day = str(value.day) if re.search(r"(?<!d)d{1,2}(?!d)", number_format) else ""
    year = str(value.year) if "y" in number_format else ""
    first, second = (
        (shown_day, month) if number_format.find("d") < number_format.find("m") else (month, shown_day)
    )
    return " ".join(filter(None, (first, second, year)))


def _clock(value: datetime) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")
