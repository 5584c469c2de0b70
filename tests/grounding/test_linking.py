"""A known name is linked in every spelling, an ordinary word never, a homonym only when the text decides."""

from __future__ import annotations

from datetime import date

import pytest

from grounding.entity_catalogue import CatalogueEntry, EntityCatalogue
from grounding.entity_linker import EntityLinker

CATALOGUE = EntityCatalogue(
    [
        CatalogueEntry("brook", "Brookhaven Instruments Inc.", "supplier", ("BRKH",)),
        CatalogueEntry("target", "Target Corporation", "firm", ("TGT",)),
        CatalogueEntry("key", "Keystone Financial", "firm", ("KEY",)),
        CatalogueEntry("depot", "Harbour Supply", "firm"),
        CatalogueEntry("mercury-hr", "Mercury", "product", (), (), "Payroll software for salaries"),
        CatalogueEntry(
            "mercury-radar", "Mercury Systems", "firm", ("Mercury",), (), "Radar modules for ships"
        ),
        CatalogueEntry("anna", "Anna Schmidt", "person"),
        CatalogueEntry("smith", "Smith & Wolff", "firm"),
        CatalogueEntry("pto", "Paid Time Off", "term", ("PTO",)),
        CatalogueEntry("lamp", "SL450", "product"),
        CatalogueEntry("course", "HR-101", "course"),
        CatalogueEntry("room", "IN2024", "room"),
    ]
)

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    linker = EntityLinker()
    linker.warm()
    return linker


def ids(linker: EntityLinker, text: str) -> list[str]:
    return [entity.id for entity in linker.link(text, CATALOGUE) if entity.id]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("We wrote to Brookhaven Instruments Inc. today.", "brook", id="as in the catalogue"),
        pytest.param("We wrote to Brookhaven Instruments today.", "brook", id="without the legal form"),
        pytest.param("Is brookhaven instruments late?", "brook", id="in small letters"),
        pytest.param("Brookhaven's offer came.", "brook", id="short and possessive"),
        pytest.param("Please ask BRKH for a quote.", "brook", id="by its symbol"),
        pytest.param("We have a contract with Target.", "target", id="an ordinary word with its capital"),
        pytest.param("Please ask KEY for a quote.", "key", id="a word in capitals where a name stands"),
        pytest.param("Smith and Wolff wrote.", "smith", id="and for an ampersand"),
        pytest.param(
            "Travel was booked through harbour supply.", "depot", id="ordinary words where a party stands"
        ),
        pytest.param("how much pto do i get", "pto", id="an acronym in small letters"),
        pytest.param("How heavy is the SL450?", "lamp", id="a code with its article"),
        pytest.param("is sl 450 heavy", "lamp", id="a code in two words and small letters"),
        pytest.param("who must take hr101", "course", id="a code without its hyphen"),
        pytest.param("Does Mercury pay the salaries?", "mercury-hr", id="the homonym of the context"),
        pytest.param("Mercury sold us radar parts for ships.", "mercury-radar", id="the other homonym"),
    ],
)
def test_a_name_is_linked(linker: EntityLinker, text: str, expected: str) -> None:
    assert ids(linker, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We moved in 2024.", id="a word and a number that look like a code"),
        pytest.param("We will hit the target.", id="an ordinary noun"),
        pytest.param("Target groups are set by marketing.", id="a capital that begins the sentence"),
        pytest.param("The KEY to the archive is here.", id="a word in capitals for emphasis"),
        pytest.param("The harbour supply is closed.", id="ordinary words with an article"),
        pytest.param("We wrote to Brookhaven Logistics.", id="another firm of that first name"),
        pytest.param("Mr Target called.", id="a person of that name"),
        pytest.param("Peter Schmidt called.", id="another person of that last name"),
        pytest.param("We bought from Quillmere Foods.", id="an invented firm"),
        pytest.param("Ask Mercury.", id="a homonym that nothing decides"),
    ],
)
def test_what_is_no_name_is_linked_to_nothing(linker: EntityLinker, text: str) -> None:
    assert ids(linker, text) == []


def test_an_open_homonym_is_reported_as_unknown(linker: EntityLinker) -> None:
    [mention] = linker.mentions("Ask Mercury.", CATALOGUE)

    assert (mention.entity.id, mention.kind is None) == (None, False)
    assert "2 entries" in mention.reason


def test_relative_dates_count_from_the_day_given(linker: EntityLinker) -> None:
    [entity] = linker.link("It broke yesterday.", today=date(2026, 3, 1))

    assert (entity.label, entity.value) == ("DATE", "2026-02-28")
