"""The documents themselves say what their acronyms mean; what they leave open stays unknown."""

from __future__ import annotations

import pytest

from grounding.entity_catalogue import EntityCatalogue

CATALOGUE = EntityCatalogue.mine(
    [
        ("c1", "Full-time staff get Paid Time Off (PTO). PTO is counted in days.", "Leave policy"),
        (
            "c2",
            "Use multi-factor authentication (MFA) and the VPN (Virtual Private Network).",
            "IT security policy",
        ),
        ("c3", "The Chief Information Officer (CIO) signs it. Paid time off (PTO) again.", "Leave policy"),
        ("c4", "The Central Intake Office (CIO) opens at 8.", "Office guide"),
        ("c5", "Prices (EUR) are net. See the annex (A) or the table (next page).", "Price list"),
        ("c6", "The Department of Public Works (DPW) and Research & Development (R&D) agreed.", "A"),
    ]
)


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        pytest.param("PTO", "Paid Time Off", id="an acronym"),
        pytest.param("paid time off", "Paid Time Off", id="its long form in small letters"),
        pytest.param(
            "Multi-Factor Authentication", "multi-factor authentication", id="hyphens count as spaces"
        ),
        pytest.param("VPN", "Virtual Private Network", id="defined the other way round"),
        pytest.param("DPW", "Department of Public Works", id="small words have no letter"),
        pytest.param("R&D", "Research & Development", id="an ampersand"),
        pytest.param("the leave policies", "Leave policy", id="a title, with article and plural"),
    ],
)
def test_what_is_defined_is_known_by_any_spelling(mention: str, name: str) -> None:
    entry = CATALOGUE.lookup(mention)

    assert entry
    assert entry.name == name


@pytest.mark.parametrize(
    "mention",
    [
        pytest.param("CIO", id="defined in two ways"),
        pytest.param("EUR", id="brackets that define nothing"),
        pytest.param("GDPR", id="never mentioned"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_or_doubly_defined_is_unknown(mention: str) -> None:
    assert CATALOGUE.lookup(mention) is None


def test_two_meanings_of_an_acronym_keep_their_long_forms() -> None:
    officer, office = CATALOGUE.lookup("Chief Information Officer"), CATALOGUE.lookup("Central Intake Office")

    assert officer
    assert office
    assert officer.id != office.id


def test_an_entry_knows_the_chunks_that_define_it() -> None:
    entry = CATALOGUE.lookup("PTO")

    assert entry
    assert entry.sources == ("c1", "c3")


def test_mining_does_not_depend_on_the_order_of_chunks() -> None:
    chunks = [
        ("c1", "Paid Time Off (PTO)", "T"),
        ("c2", "paid time off (PTO)", "T"),
        ("c3", "Virtual Desk (VD)", "U"),
    ]

    entries = {(e.id, e.name) for e in EntityCatalogue.mine(chunks).entries}

    assert entries == {(e.id, e.name) for e in EntityCatalogue.mine(chunks[::-1]).entries}
