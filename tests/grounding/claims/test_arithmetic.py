"""A number may follow from the passages by one step that the sentence itself names."""

from __future__ import annotations

import pytest

from grounding.claims.arithmetic import computed
from grounding.text.facts import facts_in, missing_facts


@pytest.mark.parametrize(
    ("claim", "source", "follows"),
    [
        pytest.param("Two nights cost 280 euros.", "140 euros per night", True, id="a rate taken twice"),
        pytest.param("Together they cost 66 euros.", "40 euros and 26 euros", True, id="a sum"),
        pytest.param("The difference is 14 euros.", "40 euros and 26 euros", True, id="a difference"),
        pytest.param("It costs 66 euros.", "40 euros and 26 euros", False, id="a sum nobody names"),
        pytest.param("Together they cost 66 dollars.", "40 euros and 26 euros", False, id="other units"),
        pytest.param("Three nights cost 280 euros.", "140 euros per night", False, id="wrong factor"),
    ],
)
def test_one_step_is_followed(claim: str, source: str, follows: bool) -> None:
    assert (
        any(
            "euros" in text or "dollars" in text
            for text in computed(claim, facts_in(claim), facts_in(source))
        )
        is follows
    )


@pytest.mark.parametrize(
    ("claim", "source", "agrees"),
    [
        pytest.param("about 1.5 million dollars", "$1,503,200", True, id="rounded with a word"),
        pytest.param("1.5 million", "1,503,200", True, id="rounded on its face"),
        pytest.param("1.5 million", "1,603,200", False, id="too far off"),
        pytest.param("1,500", "1,503", False, id="exact on its face"),
        pytest.param("about 100", "400", False, id="about is not anything"),
        pytest.param("5 km", "5 miles", False, id="other units are never converted"),
    ],
)
def test_a_rounded_number_agrees_with_what_it_rounds(claim: str, source: str, agrees: bool) -> None:
    assert (not missing_facts(facts_in(claim), facts_in(source))) is agrees
