"""Rows of tables are told from sentences."""

from __future__ import annotations

import pytest

from grounding.text.rows import cells, is_row


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param("Item: Hotel per night; Limit: 140 euros", True, id="two cells"),
        pytest.param("Item: Hotel per night", False, id="one cell"),
        pytest.param("Open from 10:00 to 15:00; closed on Sunday", False, id="times"),
        pytest.param("The rules are these: rail first; then the car.", False, id="a sentence with a list"),
        pytest.param("", False, id="nothing"),
        pytest.param("; ; ;", False, id="only marks"),
    ],
)
def test_a_row_has_a_name_for_every_value(text: str, row: bool) -> None:
    assert is_row(text) is row
    assert bool(cells(text)) is row


def test_a_cell_has_the_name_of_its_column_and_its_value() -> None:
    item, limit = cells("Item: Hotel per night; Limit from 2026: 140 euros")

    assert item.value == {"hotel", "night"}
    assert limit.column == {"limit", "2026"}
    assert limit.facts.quantities[0].value == 140
