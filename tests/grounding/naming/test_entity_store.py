"""Loaded entities and corrections outlive the process; what documents define depends on who asks."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from grounding.entity_catalogue import CatalogueEntry, EntityCatalogue, mined_entries
from grounding.errors import CatalogBusyError, CatalogUnusableError, UnknownEntityError
from grounding.naming.entity_store import FILE, Correction, EntityStore
from grounding.naming.known_entities import merged, named

ACME = CatalogueEntry("e1", "Acme Ltd", "supplier", ("ACM",), description="Makes screws", origin="loaded")
MINED = tuple(mined_entries([("c1", "Paid Time Off (PTO) is counted.", "Leave policy")]))
[PTO] = [entry.id for entry in MINED if entry.kind == "term"]


def test_what_was_loaded_is_read_again(tmp_path: Path) -> None:
    report = EntityStore(tmp_path).load([ACME])

    assert (report.added, EntityStore(tmp_path).entries()) == (1, (ACME,))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_loading_again_changes_nothing_and_replacing_drops_the_rest(tmp_path: Path) -> None:
    store = EntityStore(tmp_path)
    store.load([ACME])

    again = store.load([ACME])
    replaced = store.load([CatalogueEntry("e2", "Other", "firm", origin="loaded")], replace=True)

    assert (again.unchanged, replaced.added, replaced.removed) == (1, 1, 1)
    assert [entry.id for entry in store.entries()] == ["e2"]


def test_an_absent_file_is_empty_and_reading_makes_none(tmp_path: Path) -> None:
    store = EntityStore(tmp_path)

    assert (store.entries(), store.corrections(), store.revision()) == ((), {}, 0)
    assert not (tmp_path / FILE).exists()


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    store = EntityStore(tmp_path)
    store.load([ACME])
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(CatalogBusyError):
        store.remove("e1")
    other.close()

    assert store.entries() == (ACME,)


def test_a_foreign_file_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look at" * 30)

    with pytest.raises(CatalogUnusableError):
        EntityStore(tmp_path).entries()


def test_a_rejected_entry_stays_rejected_until_it_is_restored(tmp_path: Path) -> None:
    store = EntityStore(tmp_path)
    store.correct(PTO, Correction(verdict="rejected"))

    assert PTO not in {entry.id for entry in merged((), MINED, EntityStore(tmp_path).corrections())}
    assert store.forget_correction(PTO)
    assert PTO in {entry.id for entry in merged((), MINED, store.corrections())}


def test_a_changed_entry_keeps_its_source() -> None:
    changed = {PTO: Correction(verdict="changed", name="Paid leave", aliases=("PTO", "leave days"))}

    [entry] = [entry for entry in merged((), MINED, changed) if entry.id == PTO]

    assert (entry.name, entry.aliases, entry.sources) == ("Paid leave", ("PTO", "leave days"), ("c1",))


def test_a_loaded_entry_takes_the_sources_of_a_mined_one_of_its_name() -> None:
    loaded = CatalogueEntry("e9", "Paid time off", "benefit", origin="loaded")

    entries = {entry.id: entry for entry in merged([loaded], MINED, {})}

    assert PTO not in entries
    assert entries["e9"].sources == ("c1",)


def test_an_entry_is_found_by_id_name_or_alias() -> None:
    catalogue = EntityCatalogue([ACME, *MINED])

    assert {named(catalogue, name).id for name in ("e1", "acme ltd", "ACM")} == {"e1"}
    with pytest.raises(UnknownEntityError):
        named(catalogue, "nobody")
