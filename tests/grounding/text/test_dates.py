"""Dates in a text have a value, counted from a day that is passed in."""

from __future__ import annotations

from datetime import date

import pytest

from grounding.text.amounts import money_value
from grounding.text.dates import dates_in

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("it broke yesterday", [("yesterday", "2026-11-21")], id="a named day"),
        pytest.param("the last month", [("last month", "2026-10-01/2026-10-31")], id="a month before"),
        pytest.param("next quarter", [("next quarter", "2027-01-01/2027-03-31")], id="a quarter ahead"),
        pytest.param("this week", [("this week", "2026-11-16/2026-11-22")], id="a week begins on Monday"),
        pytest.param("next Friday", [("next Friday", "2026-11-27")], id="the first Friday after today"),
        pytest.param("before Tuesday", [("Tuesday", "2026-11-24")], id="a weekday that comes"),
        pytest.param("in Q3", [("Q3", "2026-07-01/2026-09-30")], id="a quarter of this year"),
        pytest.param("Q3 2025", [("Q3 2025", "2025-07-01/2025-09-30")], id="a quarter with its year"),
        pytest.param("since 2024", [("since 2024", "2024-01-01/2026-11-22")], id="since means until today"),
        pytest.param("two weeks ago", [("two weeks ago", "2026-11-08")], id="weeks ago"),
        pytest.param("in three months", [("in three months", "2027-02-22")], id="months ahead"),
        pytest.param("the end of March", [("end of March", "2026-03-31")], id="the end of a month"),
        pytest.param("on 3rd of April 2026", [("3rd of April 2026", "2026-04-03")], id="a day in words"),
        pytest.param("on 2026-03-12", [("2026-03-12", "2026-03-12")], id="an ISO day"),
        pytest.param("31 June 2025", [], id="no such day"),
        pytest.param("they may march in", [], id="verbs"),
    ],
)
def test_a_date_has_a_value(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(text[start:end], value) for start, end, value in dates_in(text, TODAY)] == expected


@pytest.mark.parametrize(
    ("text", "before", "value"),
    [
        pytest.param("1,200 euros", "", "1200 EUR", id="a currency in words"),
        pytest.param("1,200", "for $", "1200 USD", id="a sign before it"),
        pytest.param("EUR 3.5 million", "", "3500000 EUR", id="a scale"),
        pytest.param("20", "", None, id="no currency"),
    ],
)
def test_an_amount_keeps_its_currency(text: str, before: str, value: str | None) -> None:
    assert money_value(text, before) == value
