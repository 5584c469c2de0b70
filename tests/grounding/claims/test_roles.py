"""A name or number belongs to what is said of it; two in each other's place are noticed."""

from __future__ import annotations

import pytest

from grounding.claims.roles import items, mixed_up
from grounding.entity_linker import EntityLinker
from grounding.text.parsing import parsed

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker()


def verdict(linker: EntityLinker, claim: str, source: str) -> tuple[str, str] | None:
    return mixed_up(items(parsed(linker, claim)), items(parsed(linker, source)))


ALLOWANCE = "The daily allowance is 52 euros for a full day and 26 euros on the day of departure."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("Peter reports to Anna.", "Anna reports to Peter.", id="subject and object"),
        pytest.param(
            "Globex acquired Initech in 2019.", "Initech acquired Globex in 2019.", id="who bought whom"
        ),
        pytest.param(
            "Germany was invaded by France.", "Germany invaded France.", id="passive that turns it round"
        ),
        pytest.param(
            "The train runs from Rome to Paris.", "The train runs from Paris to Rome.", id="from and to"
        ),
        pytest.param("A full day gives 26 euros.", ALLOWANCE, id="the amount of another thing"),
        pytest.param(
            "The limits were set by Clara Weber in May 2020.",
            "The limits were set by Anna Schmidt in May 2020.",
            id="another name in the same place",
        ),
    ],
)
def test_what_is_said_of_another_is_mixed_up(linker: EntityLinker, claim: str, source: str) -> None:
    assert verdict(linker, claim, source) is not None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("Initech was acquired by Globex.", "Globex acquired Initech.", id="passive"),
        pytest.param(
            "In 2019, Globex acquired Initech.", "Globex acquired Initech in 2019.", id="clause moved"
        ),
        pytest.param("On the day of departure 26 euros are paid.", ALLOWANCE, id="its own amount"),
        pytest.param("A full day gives 52 euros.", ALLOWANCE, id="its own amount, first of two"),
        pytest.param("Schmidt set the limits.", "Anna Schmidt set the limits.", id="last name"),
        pytest.param("The EU set the limits.", "The European Union set the limits.", id="acronym"),
        pytest.param("It began on 2026-03-03.", "It began on 3 March 2026.", id="date in another form"),
        pytest.param("The river ends in Peru.", "The river ends in Perú.", id="accents"),
    ],
)
def test_the_same_said_otherwise_is_not(linker: EntityLinker, claim: str, source: str) -> None:
    assert verdict(linker, claim, source) is None


def test_nothing_parsed_is_nothing_mixed_up() -> None:
    assert mixed_up(items(()), items(())) is None
