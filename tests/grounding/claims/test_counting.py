"""A claim may count what a passage lists; where the passage counts, the numbers must agree."""

from __future__ import annotations

import pytest

from grounding.claims.counting import own_counts
from grounding.text.facts import facts_in


@pytest.mark.parametrize(
    ("claim", "source", "free"),
    [
        pytest.param(
            "There are two billing plans.",
            "Billing plans: Pay-As-You-Go and Subscription.",
            {"two"},
            id="nothing is counted there",
        ),
        pytest.param(
            "There are two billing plans.", "We offer three billing plans.", set(), id="counted otherwise"
        ),
        pytest.param(
            "There are 2 billing plans.", "Billing plans differ.", set(), id="digits come from a text"
        ),
        pytest.param("It takes two weeks.", "It takes a while.", set(), id="an amount with a unit"),
        pytest.param(
            "Fifty offices closed.", "Offices closed.", set(), id="more than one counts at a glance"
        ),
    ],
)
def test_only_small_counts_of_what_no_source_counts_are_free(claim: str, source: str, free: set[str]) -> None:
    assert {text.casefold() for text in own_counts(claim, facts_in(claim), [source])} == free
