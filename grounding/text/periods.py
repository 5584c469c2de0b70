"""Days and calendar periods, and how to step from one to another."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        """ISO 8601: one day, or "first/last"."""
        return f"{self.first}" if self.first == self.last else f"{self.first}/{self.last}"


def one_day(day: date) -> Period:
    """A period of one day."""
    return Period(day, day)


def calendar_month(year: int, number: int) -> Period:
    """A month; `number` from 1."""
    return months_from(year, number, 1)


def months_from(year: int, first: int, count: int) -> Period:
    """So many whole months of one year from the month `first`, counted from 1."""
    last = first + count - 1
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def unit_around(today: date, unit: str) -> Period:
    """The calendar unit that holds a day."""
    if unit == "week":
        monday = today - timedelta(today.weekday())
        return Period(monday, monday + timedelta(6))
    if unit == "month":
        return calendar_month(today.year, today.month)
    if unit == "quarter":
        return months_from(today.year, (today.month - 1) // 3 * 3 + 1, 3)
    return Period(date(today.year, 1, 1), date(today.year, 12, 31)) if unit == "year" else one_day(today)


def unit_beside(period: Period, unit: str, by: int) -> Period:
    """The calendar unit that lies `by` units after the one that `period` is."""
    return unit_around(moved(period.first, unit, by), unit)


def moved(day: date, unit: str, by: int) -> date:
    """The day so many units later; a day that the month does not have becomes its last."""
    if unit in {"day", "week"}:
        return day + timedelta(by * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + by * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
