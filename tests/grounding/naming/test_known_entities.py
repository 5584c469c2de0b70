"""What the documents define is known only to those who may read it, and anew when something changed."""

from __future__ import annotations

from pathlib import Path

from grounding.catalog import Catalog
from grounding.entity_catalogue import CatalogueEntry
from grounding.library.writer import writing
from grounding.naming.entity_store import EntityStore
from grounding.naming.known_entities import KnownEntities
from grounding.passages import Principal
from tests.grounding.small_library import put

ANYONE, BOARD = Principal("anna"), Principal("berta", frozenset({"board"}))


def test_a_definition_in_a_closed_document_is_unknown_to_others(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    with writing(catalog, "add") as writer:
        put(writer, "open.txt", "Paid Time Off (PTO) is counted.")
        put(writer, "closed.txt", "Project Silver Heron (PSH) is secret.", groups=frozenset({"board"}))
    known = KnownEntities(catalog, EntityStore(tmp_path))

    assert known.of(BOARD).lookup("PSH")
    assert known.of(ANYONE).lookup("PSH") is None
    assert known.of(ANYONE).lookup("PTO")


def test_a_catalogue_is_made_again_only_when_something_changed(tmp_path: Path) -> None:
    catalog, store = Catalog(tmp_path), EntityStore(tmp_path)
    with writing(catalog, "add") as writer:
        put(writer, "open.txt", "Paid Time Off (PTO) is counted.")
    known = KnownEntities(catalog, store)
    before = known.of(ANYONE)

    assert known.of(ANYONE) is before
    store.load([CatalogueEntry("e", "Acme", "firm", origin="loaded")])
    assert known.of(ANYONE).lookup("Acme")
