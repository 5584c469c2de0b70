"""Dates that documents state are believed when they can be true."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from grounding.loaders.office import first_date, is_default_name

NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param(["2026-03-04T10:11:12Z", "2020-01-01"], "2026-03-04", id="the first one counts"),
        pytest.param([None, "", "2020-01-01"], "2020-01-01", id="what is not stated is passed over"),
        pytest.param(["1601-01-01", "2020-01"], "2020-01", id="so is the zero of a clock"),
        pytest.param(["1979-12-31"], None, id="before there were such documents"),
        pytest.param([f"{NEXT_YEAR}-01-01"], f"{NEXT_YEAR}-01-01", id="next year"),
        pytest.param([f"{NEXT_YEAR + 1}-01-01"], None, id="later than that"),
        pytest.param(["2020"], "2020", id="a year alone"),
        pytest.param(["2020-02-31"], "2020", id="a day that never was"),
        pytest.param(["20200101"], None, id="digits without a form"),
        pytest.param([date(2020, 1, 2)], "2020-01-02", id="a day"),
        pytest.param([datetime(2020, 1, 2, tzinfo=UTC)], "2020-01-02", id="a moment"),
        pytest.param(["yesterday"], None, id="no date"),
    ],
)
def test_the_first_sane_date_counts(stated: list[object], expected: str | None) -> None:
    assert first_date(stated) == expected


@pytest.mark.parametrize(("name", "is_default"), [("Sheet1", True), ("Tabelle 2", True), ("Prices", False)])
def test_names_that_a_program_gives_sheets_are_known(name: str, is_default: bool) -> None:
    assert is_default_name(name) is is_default
