"""Lists of documents show the admin everything, and others what they may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.cli.docs_status import status_shape
from app.listing import list_reader
from app.locations import Locations
from grounding.catalog import Catalog
from grounding.library.file_notes import Copy, FileNotes, Unread
from grounding.library.writer import writing
from grounding.passages import Principal
from tests.grounding.small_library import put, version_of

PAY = " ".join(f"Salary {number} is {number * 7} euros." for number in range(60))


@pytest.fixture
def places(tmp_path: Path) -> Locations:
    """A library in which everything that a list can say is true of a document of the group hr."""
    places = Locations(tmp_path, tmp_path, tmp_path, tmp_path)
    with writing(Catalog(places.knowledge), "add") as writer:
        put(writer, "pay v1.md", PAY, groups=frozenset({"hr"}))
        put(writer, "pay v2.md", PAY + " One more.", groups=frozenset({"hr"}))
        put(writer, "soup.md", "Soup at noon.")
    copy = tmp_path / "copy.md"
    copy.write_text(PAY)
    digest = version_of("pay v1.md", PAY).sha256
    FileNotes(places.knowledge).note(
        [],
        [Copy(str(copy), "copy.md", 1, 1, digest)],
        [Unread("/pay/raise.pdf", "raise.pdf", 1, 1, "failed", "")],
    )
    return places


@pytest.mark.parametrize(
    ("reader", "documents", "listed"),
    [
        pytest.param(Principal("ann"), 1, 0, id="who is in no group sees what is open"),
        pytest.param(
            Principal("hal", frozenset({"hr"})), 3, 1, id="a reader of the group sees its documents"
        ),
        pytest.param(None, 3, 1, id="the admin sees all"),
    ],
)
def test_the_status_names_what_one_may_read(
    places: Locations, reader: Principal | None, documents: int, listed: int
) -> None:
    with Catalog(places.knowledge).read() as view:
        shape = status_shape(view, places, reader)

    assert (shape.documents, shape.chunks) == (documents, documents)
    assert len(shape.near_duplicates) == len(shape.superseded) == len(shape.duplicates) == listed
    assert len(shape.stale) == documents, "no document of this library has a file"
    assert ("hr" in {one.name for one in shape.collections}) is bool(listed)
    assert ("pay" in shape.model_dump_json()) is bool(listed)


def test_what_could_not_be_read_is_the_business_of_the_admin(places: Locations) -> None:
    with Catalog(places.knowledge).read() as view:
        told = {
            reader: [one.path for one in status_shape(view, places, reader).unread]
            for reader in (Principal("hal", frozenset({"hr"})), None)
        }

    assert list(told.values()) == [[], ["raise.pdf"]]


def test_the_owner_of_the_folder_is_its_admin(tmp_path: Path) -> None:
    assert list_reader(tmp_path) is None
    assert list_reader(tmp_path / "not begun") is None


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_somebody_else_is_held_to_his_groups(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    os.chown(folder, 65534, -1)

    assert isinstance(list_reader(folder), Principal)
