"""A name stands in a text in whichever form it is written."""

from __future__ import annotations

import pytest

from grounding.text.names import missing_names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("California", "Goleta, CA", id="a state by its code"),
        pytest.param("NY", "New York is large.", id="a code by its state"),
        pytest.param("the United States", "the U.S. has", id="a country with stops"),
        pytest.param("USA", "in the United States", id="one code by the name of another"),
        pytest.param("UK", "Great Britain", id="another name of a country"),
        pytest.param("Schmidt", "Anna Schmidt", id="a last name"),
        pytest.param("PTO", "Paid Time Off", id="an acronym"),
    ],
)
def test_a_name_is_found_in_another_form(name: str, text: str) -> None:
    assert missing_names((name,), text) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Oregon", "this or that", id="a word that is a code"),
        pytest.param("Indiana", "it is in the box", id="another such word"),
        pytest.param("Texas", "Goleta, CA", id="another state"),
        pytest.param("Paris", "London", id="another place"),
    ],
)
def test_another_name_is_missing(name: str, text: str) -> None:
    assert missing_names((name,), text) == (name,)
