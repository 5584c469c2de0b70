"""Names, dates and amounts are found by the installed model, and known by the documents' own words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from grounding.entity_catalogue import EntityCatalogue
from grounding.entity_linker import EntityLinker
from grounding.errors import EntityModelMissingError

CATALOGUE = EntityCatalogue.mine([("c1", "Paid Time Off (PTO) is 25 days.", "Leave policy")])


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    linker = EntityLinker()
    linker.warm()
    return linker


@pytest.mark.real
def test_a_sentence_is_taken_apart_and_what_is_known_gets_its_identity(linker: EntityLinker) -> None:
    text = "How much PTO does Anna Schmidt get in London in 2026, according to the leave policy?"

    found = {entity.text: (entity.label, entity.name) for entity in linker.link(text, CATALOGUE)}

    assert found["PTO"] == ("ACRONYM", "Paid Time Off")
    assert found["leave policy"] == ("DOCUMENT", "Leave policy")
    assert found["Anna Schmidt"] == ("PERSON", None)
    assert found["London"] == ("GPE", None)
    assert found["2026"] == ("DATE", None)


@pytest.mark.real
def test_mentions_are_in_order_without_overlaps_and_point_into_the_text(linker: EntityLinker) -> None:
    text = "The PTO of Anna Schmidt (HR) in the Leave Policy since 3 March 2026: 25 days, 1,200 euros."

    found = linker.link(text, CATALOGUE)

    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@pytest.mark.real
def test_an_unknown_acronym_is_found_and_stays_unknown(linker: EntityLinker) -> None:
    [entity] = [entity for entity in linker.link("What does the XQR say?") if entity.text == "XQR"]

    assert entity.id is None


@pytest.mark.real
def test_names_leave_out_words_that_only_begin_a_sentence(linker: EntityLinker) -> None:
    assert linker.names("Employees in London report to Anna Schmidt.") == ("London", "Anna Schmidt")


@pytest.mark.real
def test_one_parse_serves_all_who_ask_for_the_same_text(linker: EntityLinker) -> None:
    assert linker.parse("The same text.") is linker.parse("The same text.")


def test_a_missing_model_is_an_error_with_a_remedy() -> None:
    with pytest.raises(EntityModelMissingError) as missing:
        EntityLinker("no_such_model").warm()

    assert "no_such_model" in str(missing.value)
    assert "scripts/chat" in missing.value.remedy
