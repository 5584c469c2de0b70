"""A document belongs to one collection, and that says who may read it, now and in every generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.catalog import Catalog, Collection
from grounding.errors import CollectionError, UnknownDocumentError
from grounding.ingest import Ingest
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import HashingEmbedder, InProcessReader, placed, put, write_files

ANYONE = Principal("anyone")
HR = Principal("harriet", frozenset({"hr"}))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "kb")


def make(catalog: Catalog, name: str, *groups: str) -> None:
    with writing(catalog, "collection") as writer:
        writer.put_collection(name, frozenset(groups))


def readable(catalog: Catalog, principal: Principal) -> set[str]:
    with catalog.read() as view:
        return {one.document for one in view.passages(view.vectors()[0], principal).values()}


def add(home: Path, folder: Path, collection: str = "") -> dict[str, str]:
    ingest = Ingest(Catalog(home / "kb"), HashingEmbedder(), InProcessReader(), home / "index")
    return {report.path: report.status for report in ingest.add([folder], collection=collection).files}


def test_there_is_a_collection_that_everyone_reads_from_the_beginning(catalog: Catalog) -> None:
    with catalog.read() as view:
        assert view.collections() == (Collection(name="documents"),)


def test_collections_are_listed_with_groups_and_what_is_live_in_them(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "open.md", "One.", "Two.")
        put(writer, "pay.md", "Three.", groups=frozenset({"hr", "board"}))
        put(writer, "gone.md", "Four.", groups=frozenset({"hr", "board"}))
        writer.retire("id-gone.md")

        assert writer.view.collections() == (
            Collection(name="board-hr", groups=frozenset({"hr", "board"}), documents=1, chunks=1),
            Collection(name="documents", documents=1, chunks=2),
        )


def test_other_groups_count_at_once(catalog: Catalog) -> None:
    make(catalog, "pay", "hr")
    with writing(catalog, "add") as writer:
        put(writer, "pay.md", "Salaries.")
        writer.move("id-pay.md", "pay")
    assert (readable(catalog, ANYONE), readable(catalog, HR)) == (set(), {"pay.md"})

    make(catalog, "pay", "board")
    assert readable(catalog, HR) == set()

    make(catalog, "pay")
    assert readable(catalog, ANYONE) == {"pay.md"}


def test_a_rollback_gives_no_right_back(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "pay.md", "Salaries.")
    make(catalog, "pay", "board")
    with writing(catalog, "collection") as writer:
        writer.move("id-pay.md", "pay")
    with writing(catalog, "rollback") as writer:
        writer.rollback(1)

    assert readable(catalog, ANYONE) == readable(catalog, HR) == set()


@pytest.mark.parametrize("when", ["with the move", "after the move", "once it is gone"])
def test_a_rollback_to_an_earlier_path_of_a_file_gives_no_right_back(catalog: Catalog, when: str) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "draft.md", "Salaries.")
    make(catalog, "pay", "board")
    with writing(catalog, "sync") as writer:
        writer.hand_over("id-draft.md", placed("pay.md", "pay" if when == "with the move" else "documents"))
    with writing(catalog, "collection") as writer:
        if when == "once it is gone":
            writer.retire("id-pay.md")
        writer.move("id-pay.md", "pay")
    with writing(catalog, "rollback") as writer:
        writer.rollback(1)

    assert readable(catalog, Principal("boris", frozenset({"board"}))) == {"draft.md"}
    assert readable(catalog, ANYONE) == set()


@pytest.mark.parametrize(
    "name", ["", " ", "-x", "../x", "a\nb", "x" * 65, "_x", "a/b"], ids=lambda name: repr(name)[:12]
)
def test_a_name_that_is_none_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(CollectionError) as refusal:
        make(catalog, name)

    assert refusal.value.remedy
    assert catalog.status().generation == 0


@pytest.mark.parametrize("group", ["", "  ", "a\x00b", "x" * 101], ids=lambda group: repr(group)[:12])
def test_a_group_that_is_none_is_refused(catalog: Catalog, group: str) -> None:
    with pytest.raises(CollectionError):
        make(catalog, "pay", group)


def test_a_document_can_only_be_moved_to_a_collection_that_is_there(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "pay.md", "Salaries.")
        with pytest.raises(CollectionError, match="no collection 'pay'") as refusal:
            writer.move("id-pay.md", "pay")
        with pytest.raises(UnknownDocumentError):
            writer.move("id-absent", "documents")

    assert "documents" in refusal.value.remedy


def test_a_collection_is_dropped_only_when_nothing_could_come_back_into_it(catalog: Catalog) -> None:
    with writing(catalog, "add") as writer:
        put(writer, "pay.md", "Salaries.", groups=frozenset({"hr"}))
        with pytest.raises(CollectionError, match="1 document, and 0 removed"):
            writer.drop_collection("hr")
        writer.retire("id-pay.md")
    with writing(catalog, "add") as writer:
        put(writer, "pay.md", "Salaries.", groups=frozenset({"hr"}))
    with writing(catalog, "remove") as writer:
        writer.retire("id-pay.md")
        with pytest.raises(CollectionError, match="0 documents, and 1 removed"):
            writer.drop_collection("hr")
        writer.prune(1)
        writer.drop_collection("hr")

        assert [one.name for one in writer.view.collections()] == ["documents"]


def test_the_first_collection_stays(catalog: Catalog) -> None:
    with writing(catalog, "collection") as writer, pytest.raises(CollectionError, match="cannot be dropped"):
        writer.drop_collection("documents")


def test_documents_stay_where_they_are_unless_a_collection_is_named(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "papers", {"pay.md": "Salaries rise."})
    make(Catalog(tmp_path / "kb"), "pay", "hr")
    add(tmp_path, folder, "pay")

    assert add(tmp_path, folder) == {"papers/pay.md": "unchanged"}
    write_files(folder, {"pay.md": "Salaries fall."})
    assert add(tmp_path, folder) == {"papers/pay.md": "updated"}
    assert readable(Catalog(tmp_path / "kb"), ANYONE) == set()

    add(tmp_path, folder, "documents")
    assert readable(Catalog(tmp_path / "kb"), ANYONE) == {"papers/pay.md"}


def test_a_removed_document_that_comes_again_stays_restricted(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "papers", {"pay.md": "Salaries rise."})
    make(Catalog(tmp_path / "kb"), "pay", "hr")
    add(tmp_path, folder, "pay")
    with writing(Catalog(tmp_path / "kb"), "remove") as writer:
        writer.retire(writer.view.named("pay.md").id)

    add(tmp_path, folder)

    assert readable(Catalog(tmp_path / "kb"), ANYONE) == set()
    assert readable(Catalog(tmp_path / "kb"), HR) == {"papers/pay.md"}


def test_the_same_content_in_two_collections_is_there_for_both(tmp_path: Path) -> None:
    make(Catalog(tmp_path / "kb"), "pay", "hr")
    add(tmp_path, write_files(tmp_path / "secret", {"pay.md": "Salaries rise."}), "pay")

    assert add(tmp_path, write_files(tmp_path / "open", {"pay.md": "Salaries rise."})) == {
        "open/pay.md": "added"
    }
    assert readable(Catalog(tmp_path / "kb"), ANYONE) == {"open/pay.md"}


def test_adding_to_a_collection_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "papers", {"pay.md": "Salaries rise."})

    with pytest.raises(CollectionError, match="no collection 'pay'"):
        add(tmp_path, folder, "pay")

    assert Catalog(tmp_path / "kb").status().generation == 0
