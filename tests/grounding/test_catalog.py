"""The catalog holds whole documents or none, shows each only to those who may read it, and forgets."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from grounding.catalog import Catalog
from grounding.errors import (
    CatalogBusyError,
    CatalogUnusableError,
    EmbedderMismatchError,
    UnknownDocumentError,
)
from grounding.library.schema import FILE, FORMAT
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import DIMENSION, put, version_of

ANYONE = Principal("anyone")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "kb")


def found(catalog: Catalog, *terms: str, principal: Principal = ANYONE) -> list[str]:
    with catalog.read() as view:
        names = [name for name, _ in view.lexical(terms, principal, 10)]
        passages = view.passages(names, principal)
    return [passages[name].text for name in names]


def test_a_catalog_that_does_not_exist_reads_as_an_empty_library(catalog: Catalog) -> None:
    assert catalog.status().documents == 0
    assert catalog.documents() == ()
    assert found(catalog, "anything") == []
    assert not catalog.folder.exists(), "reading makes no files"


def test_what_is_put_in_is_found_by_its_words(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "Employees may carry five days of leave over.", "The canteen opens at noon.")

    assert found(catalog, "employee", "carrying") == ["Employees may carry five days of leave over."]
    assert catalog.status().chunks == 2


def test_a_new_version_takes_the_place_of_the_old_one(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "Twenty days of leave.")
        put(writer, "leave.md", "Thirty days of vacation.")

    assert found(catalog, "days") == ["Thirty days of vacation."]
    assert found(catalog, "twenty") == []
    assert catalog.status().documents == 1


def test_a_version_that_cannot_be_stored_whole_leaves_the_old_one(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "Twenty days of leave.")
        writer._sql.execute(
            "CREATE TEMP TRIGGER refusal BEFORE INSERT ON chunks WHEN NEW.ordinal = 1 "
            "BEGIN SELECT RAISE(ABORT, ''); END"
        )
        with pytest.raises(sqlite3.IntegrityError):
            put(writer, "leave.md", "Thirty days of vacation.", "Second chunk.")

    assert found(catalog, "days") == ["Twenty days of leave."]
    assert catalog.status().generation == 1


def test_vectors_of_another_shape_are_refused_before_anything_changes(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "leave.md", "Twenty days of leave.")
        revision = writer.view.state().revision
        with pytest.raises(ValueError, match="finite"):
            writer.stage(version_of("v"), [], np.full((1, DIMENSION), np.nan, dtype=np.float32))

        assert writer.view.state().revision == revision


def test_one_command_is_one_generation_and_no_change_is_none(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "One.")
        put(writer, "two.md", "Two.")
    with writing(catalog, "add"):
        pass
    with writing(catalog, "remove") as writer:
        writer.retire("id-one.md")

    assert catalog.status().generation == 2
    assert catalog.status().updated is not None


def test_file_and_folder_are_their_owners_alone(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "One.")
        modes = {place.name: place.stat().st_mode & 0o777 for place in catalog.folder.iterdir()}

    assert catalog.folder.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}
    assert {"catalog.db", "catalog.db-wal", "writer.lock", "writer.json"} <= set(modes)


def test_a_reader_sees_one_state_while_another_writes(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "First words.")
    with catalog.read() as view:
        before = view.state()
        with writing(catalog, "add") as writer:
            put(writer, "two.md", "Second words.")
        after = view.state()

    assert before == after
    assert catalog.status().documents == 2


def test_a_second_writer_is_refused_and_told_who_writes(catalog: Catalog) -> None:
    import os

    with writing(catalog, "add"), pytest.raises(CatalogBusyError) as refusal, writing(catalog, "add"):
        pass

    assert f"process {os.getpid()} since" in str(refusal.value)
    with writing(catalog, "add"):
        pass


def test_another_embedder_is_refused_while_documents_stand(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "One.")
    with writing(catalog, "add") as writer, pytest.raises(EmbedderMismatchError, match="hashing@1"):
        writer.bind_embedder("another@2", DIMENSION)
    with writing(catalog, "add") as writer, pytest.raises(EmbedderMismatchError):
        writer.bind_embedder("hashing@1", 32)


def test_an_empty_library_takes_another_embedder(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "One.")
        writer.erase("id-one.md")
        writer.bind_embedder("another@2", 32)

    assert catalog.status().embedder == "another@2"


def damaged(file: Path, how: str) -> None:
    if how in {"newer", "older"}:
        with sqlite3.connect(file) as database:
            database.execute(f"PRAGMA user_version = {FORMAT + (1 if how == 'newer' else -1)}")
        database.close()
    elif how == "foreign":
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA application_id = 7")
        database.close()
    else:
        file.write_bytes(b"not a database at all " * 500)


@pytest.mark.parametrize("how", ["newer", "older", "foreign", "garbage"])
def test_a_file_we_do_not_understand_is_refused_and_left_as_it_is(catalog: Catalog, how: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "one.md", "One.")
    file = catalog.folder / FILE
    damaged(file, how)
    before = hashlib.sha256(file.read_bytes()).digest()

    with pytest.raises(CatalogUnusableError) as refusal:
        catalog.status()
    with pytest.raises(CatalogUnusableError), writing(catalog, "add"):
        pass

    assert refusal.value.remedy
    assert hashlib.sha256(file.read_bytes()).digest() == before


def test_removed_text_and_vectors_are_in_no_file_afterwards(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "kept.md", *(f"Ordinary sentence number {number}." for number in range(50)))
        put(writer, "gone.md", "The xylophonist resigned quietly.", "quagmire")
        vector = writer.view.vectors_of([writer.view.lexical(["quagmire"], ANYONE, 1)[0][0]])
        [vector_bytes] = [value.tobytes() for value in vector.values()]
        writer.tidy()
    stored = b"".join(place.read_bytes() for place in catalog.folder.iterdir())
    assert b"xylophonist" in stored
    assert vector_bytes in stored

    with writing(catalog, "remove") as writer:
        writer.erase("id-gone.md")
        writer.shrink()

    stored = b"".join(place.read_bytes() for place in catalog.folder.iterdir())
    for trace in (b"xylophonist", b"quagmire", b"gone.md", vector_bytes):
        assert trace not in stored


@pytest.mark.parametrize("name", ["id-a/policy.md", "a/policy.md", "/documents/a/policy.md", "other.md"])
def test_a_document_goes_by_several_names(catalog: Catalog, name: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "a/policy.md", "One.")
        put(writer, "b/policy.md", "Two.")
        put(writer, "c/other.md", "Three.")

        assert writer.view.named(name).path.endswith(name.rsplit("/", 1)[-1])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("policy.md", "fits 2", id="a name that fits two"),
        pytest.param("absent.md", "no document", id="a name that fits none"),
    ],
)
def test_a_name_that_is_not_one_document_is_refused(catalog: Catalog, name: str, words: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "a/policy.md", "One.")
        put(writer, "b/policy.md", "Two.")

        with pytest.raises(UnknownDocumentError, match=words) as refusal:
            writer.view.named(name)

    assert refusal.value.remedy


def test_a_folder_that_does_not_let_the_catalog_be_opened_is_told_from_damage(tmp_path: Path) -> None:
    with writing(Catalog(tmp_path), "add"):
        pass
    for ending in ("-wal", "-shm"):
        (tmp_path / f"catalog.db{ending}").unlink(missing_ok=True)
    (tmp_path / "catalog.db-wal").mkdir()

    with pytest.raises(CatalogUnusableError) as caught, Catalog(tmp_path).read() as view:
        view.state()

    assert "rights of its folder" in caught.value.remedy
