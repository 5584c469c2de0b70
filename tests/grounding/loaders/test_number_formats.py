"""Numbers and dates look as they do in the sheet; only 03/04 is written so that nobody can mistake it."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.loaders.number_formats import shown

MORNING = datetime(2026, 3, 4, 9, 30)  # noqa: DTZ001 - cells know no zones
DAY = datetime(2026, 3, 4)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        pytest.param(13.0, "General", "13", id="a whole number"),
        pytest.param(0.1 + 0.2, "General", "0.3", id="no noise of binary fractions"),
        pytest.param(True, "General", "TRUE", id="a truth value"),
        pytest.param(0.125, "0.0%", "12.5%", id="per cent"),
        pytest.param(1234.5, "#,##0.00", "1,234.50", id="thousands"),
        pytest.param(-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)", id="negative in brackets"),
        pytest.param(-5, "0", "-5", id="negative without a form of its own"),
        pytest.param(1234.5, "[$€-407] #,##0.00", "€ 1,234.50", id="a currency with its country"),
        pytest.param(1234.5, '"$"#,##0', "$1,234", id="a currency in quotes"),
        pytest.param(1234567, '0.0,,"M"', "1.2M", id="millions"),
        pytest.param(42, "00000", "00042", id="leading zeros"),
        pytest.param(0, '#,##0;-#,##0;"-"', "-", id="a sign for zero"),
        pytest.param(5, '0" days"', "5 days", id="a unit"),
        pytest.param(0.5, "# ?/?", "0.5", id="fractions in full"),
        pytest.param(DAY, "dd/mm/yyyy", "2026-03-04", id="a day in digits"),
        pytest.param(DAY, "d mmm yyyy", "4 Mar 2026", id="a day with its month"),
        pytest.param(DAY, "mmmm yyyy", "March 2026", id="a month"),
        pytest.param(DAY, "yyyy", "2026", id="a year"),
        pytest.param(MORNING, "yyyy-mm-dd h:mm", "2026-03-04 09:30", id="a moment"),
        pytest.param(time(9, 30), "h:mm", "09:30", id="a time"),
        pytest.param("text", "0.00", "text", id="text stays"),
        pytest.param(None, "0", "", id="nothing"),
    ],
)
def test_a_value_is_shown(value: object, number_format: str, expected: str) -> None:
    assert shown(value, number_format) == expected


@given(st.floats() | st.integers(), st.text(st.sampled_from('#0?,.%;[]"\\_*E+-$€ M@/'), max_size=30))
def test_no_format_makes_a_number_vanish_with_a_crash(value: float, number_format: str) -> None:
    assert isinstance(shown(value, number_format), str)
