"""However a number, date or time is written, it is the same fact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.text.facts import facts_in, missing_facts


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("1,200 euros", "EUR 1200", id="grouping and currency"),
        pytest.param("twelve hundred euros", "€1,200", id="words"),
        pytest.param("1.2 thousand", "1200", id="scale"),
        pytest.param("$3 million", "3,000,000 dollars", id="millions"),
        pytest.param("twenty-five days", "25 days", id="compound words"),
        pytest.param("a hundred and twenty pages", "120 pages", id="hundred and"),
        pytest.param("6 %", "six percent", id="percent"),
        pytest.param("12 months", "one year", id="years in months"),
        pytest.param("two weeks", "14 days", id="weeks in days"),
        pytest.param("30-day notice", "thirty days", id="hyphen"),
        pytest.param("3 March 2026", "2026-03-03", id="ISO date"),
        pytest.param("March 3rd, 2026", "03.03.2026", id="dotted date"),
        pytest.param("31/12/2025", "December 31, 2025", id="date with strokes"),
        pytest.param("on 3 March", "from 3 March 2026", id="the source says more"),
        pytest.param("in March", "on 31 March", id="only the month"),
        pytest.param("31 March 2025", "In 2025 the day was 31 March.", id="the year stands elsewhere"),
        pytest.param("in 2026", "since 1 January 2026", id="only the year"),
        pytest.param("5 pm", "17:00", id="time of day"),
        pytest.param("9.30 a.m.", "09:30", id="morning"),
        pytest.param("ISO-9001", "ISO9001", id="codes without hyphen"),
        pytest.param("one of them", "nobody", id="one is a pronoun here"),
        pytest.param("no number", "none", id="nothing to compare"),
    ],
)
def test_equal_facts_agree(claim: str, source: str) -> None:
    assert missing_facts(facts_in(claim), facts_in(source)) == ()


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        pytest.param("150 euros", "140 euros", "150 euros", id="another amount"),
        pytest.param("140 dollars", "140 euros", "140 dollars", id="another currency"),
        pytest.param("30 weeks", "30 days", "30 weeks", id="another unit"),
        pytest.param("6 percent", "6 euros", "6 percent", id="percent are no euros"),
        pytest.param("3 March 2025", "3 March 2026", "3 March 2025", id="another year"),
        pytest.param("4 March", "3 March 2026", "4 March", id="another day"),
        pytest.param("in April", "31 March 2026", "April", id="another month"),
        pytest.param("at 17:30", "at 17:00", "17:30", id="another time"),
        pytest.param("model X450", "model X400", "X450", id="another code"),
        pytest.param("thirteen", "12", "thirteen", id="another number in words"),
    ],
)
def test_other_facts_are_named_as_they_were_written(claim: str, source: str, missing: str) -> None:
    assert missing_facts(facts_in(claim), facts_in(source)) == (missing,)


@given(st.text(max_size=200))
def test_every_text_agrees_with_itself(text: str) -> None:
    assert missing_facts(facts_in(text), facts_in(text)) == ()


@given(st.integers(2, 999_999))
def test_grouping_never_matters(number: int) -> None:
    assert missing_facts(facts_in(f"{number:,} euros"), facts_in(f"{number} EUR")) == ()


@given(st.integers(2, 10_000), st.integers(2, 10_000))
def test_two_amounts_agree_only_if_they_are_equal(left: int, right: int) -> None:
    missing = missing_facts(facts_in(f"{left} euros"), facts_in(f"{right} euros"))

    assert bool(missing) == (left != right)


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        pytest.param("It costs $1.", "The first product was the Plumb 1.", ("$1",), id="a number in a name"),
        pytest.param("It costs 2 euros.", "See step 2.", ("2 euros",), id="a number of a list"),
        pytest.param("It costs 1,180 euros.", "Price in euros: 1,180", (), id="unit in the head of a table"),
        pytest.param("It has 2 parts.", "See step 2.", (), id="no unit, nothing to compare"),
    ],
)
def test_a_small_number_without_a_unit_is_no_price(claim: str, source: str, missing: tuple[str, ...]) -> None:
    assert missing_facts(facts_in(claim), facts_in(source)) == missing
