"""What this program exported comes back as it was, byte for byte, and nothing half."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import ImportUnusableError
from app.history.exporting.one import export_one
from app.history.history import History
from app.history.importing.importer import import_file
from app.vault.keys import FLOOR
from tests.app.history.conftest import folder, made_vault
from tests.app.history.rings import opened
from tests.app.history.told import tell
from tests.app.vault.makings import PASSPHRASE

__all__ = ["folder", "made_vault"]

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def exported(folder: Path, tmp_path: Path) -> Path:
    with opened(folder) as history:
        export_one(history, tell(history), "json", tmp_path / "first.json")
    return tmp_path / "first.json"


@pytest.fixture
def second(tmp_path: Path) -> History:
    return History.create(tmp_path / "second" / "history", PASSPHRASE, kdf=FLOOR)


def test_export_import_export_gives_the_same_bytes(exported: Path, second: History, tmp_path: Path) -> None:
    with second:
        report = import_file(second, exported)
        [conversation] = report.imported
        export_one(second, conversation, "json", tmp_path / "second.json")

    assert (report.source, report.turns, report.notes) == ("inhouse", 3, [])
    assert (tmp_path / "second.json").read_bytes() == exported.read_bytes()


def test_the_imported_conversation_is_as_it_was(exported: Path, folder: Path, second: History) -> None:
    with opened(folder) as history, second:
        [conversation] = import_file(second, exported).imported
        [before] = history.conversations()
        [after] = second.conversations()

        assert second.tree(conversation) == history.tree(before.id)
        assert second.turns(conversation) == history.turns(before.id)
        assert (after.title, after.tags, after.pinned) == (before.title, before.tags, before.pinned)
        assert (after.created, after.updated) == (before.created, before.updated)


def test_what_is_here_already_is_not_imported_again(exported: Path, folder: Path, second: History) -> None:
    with opened(folder) as history, second:
        assert import_file(history, exported).already_here == 1
        import_file(second, exported)
        again = import_file(second, exported)

        assert (again.imported, again.already_here) == ([], 1)
        assert len(history.conversations()) == len(second.conversations()) == 1


def _first(change: Change) -> Change:
    return lambda conversation: change(conversation["turns"][0])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda one: one.update(more=1), id="an unknown key"),
        pytest.param(lambda one: one.pop("turns"), id="no turns"),
        pytest.param(lambda one: one.update(turns=[]), id="an empty conversation"),
        pytest.param(lambda one: one.update(id="../../etc"), id="an id that is none"),
        pytest.param(lambda one: one.update(shown="0" * 32), id="a branch that is not there"),
        pytest.param(lambda one: one.update(updated="yesterday"), id="a time that is none"),
        pytest.param(lambda one: one.update(title="x" * 10_000), id="an endless title"),
        pytest.param(lambda one: one["turns"].reverse(), id="a turn before the one that it follows"),
        pytest.param(lambda one: one["turns"].append(one["turns"][0]), id="a turn twice"),
        pytest.param(_first(lambda turn: turn.update(parent=turn["id"])), id="a turn behind itself"),
        pytest.param(_first(lambda turn: turn.update(state="writing")), id="an unknown state"),
        pytest.param(_first(lambda turn: turn.update(state="interrupted")), id="cut off, with a result"),
        pytest.param(_first(lambda turn: turn.update(result=None, sources=[])), id="done without a result"),
        pytest.param(_first(lambda turn: turn.update(prompt=["x"])), id="a prompt that is no text"),
        pytest.param(
            _first(lambda turn: turn["result"]["passages"][0].update(text="Forged.")), id="a forged passage"
        ),
        pytest.param(lambda one: one.update(updated="2026-01-01\n00:00:00+00:00"), id="a time of two lines"),
        pytest.param(lambda one: one.update(updated="9999-12-31"), id="a day instead of a time"),
        pytest.param(_first(lambda turn: turn.update(prompt="\ud800")), id="half a character"),
        pytest.param(
            _first(lambda turn: turn["result"].update(model={"name": "\ud800"})),
            id="half a character deep down",
        ),
        pytest.param(
            _first(lambda turn: turn["result"].update({"\ud800": 1})), id="half a character as a key"
        ),
    ],
)
def test_an_altered_conversation_is_left_out_with_a_reason_and_the_others_come(
    exported: Path, second: History, change: Change
) -> None:
    document = json.loads(exported.read_text())
    altered = json.loads(json.dumps(document["conversations"][0]))
    change(altered)
    document["conversations"].insert(0, altered)
    exported.write_text(json.dumps(document))

    with second:
        report = import_file(second, exported)

        assert len(second.conversations()) == len(report.imported) == 1
        [note] = report.notes
        assert note.reason
        assert not note.taken


def test_a_title_and_tags_stay_on_one_line(exported: Path, second: History) -> None:
    """Lists print one conversation a line: a title of two lines would be a forged entry."""
    document = json.loads(exported.read_text())
    document["conversations"][0].update(title="x\nforged\x0bline", tags=["a\nb"])
    exported.write_text(json.dumps(document))

    with second:
        import_file(second, exported)
        [listed] = second.conversations()

    assert (listed.title, listed.tags) == ("x forged line", ("a b",))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda result: result["sentences"][0].update(support=[]), id="a verdict that is a list"),
        pytest.param(lambda result: result.update(sentences=5), id="a number of sentences"),
        pytest.param(lambda result: result.update(timings_ms={"total": 10**400}), id="an endless time"),
        pytest.param(lambda result: result.update(notices=[{}, 5]), id="notices that are no text"),
        pytest.param(lambda result: result.update(model=7), id="a model that is a number"),
    ],
)
def test_a_result_of_a_strange_form_can_be_exported_all_the_same(
    exported: Path, second: History, tmp_path: Path, change: Change
) -> None:
    document = json.loads(exported.read_text())
    change(document["conversations"][0]["turns"][0]["result"])
    exported.write_text(json.dumps(document))

    with second:
        [conversation] = import_file(second, exported).imported
        for form in ("markdown", "html", "json"):
            export_one(second, conversation, form, tmp_path / form)


def test_passages_that_are_no_list_can_be_exported(exported: Path, second: History, tmp_path: Path) -> None:
    document = json.loads(exported.read_text())
    first = document["conversations"][0]["turns"][0]
    first["result"]["passages"], first["sources"] = 5, []
    exported.write_text(json.dumps(document))

    with second:
        [conversation] = import_file(second, exported).imported
        export_one(second, conversation, "markdown", tmp_path / "it.md")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'"hello"', id="no conversations"),
        pytest.param(b"[1, null, []]", id="a list of something else"),
        pytest.param(b'{"format": "inhouse-history", "version": 2}', id="a newer version"),
        pytest.param(b"PK\x05\x06" + bytes(18), id="an empty ZIP"),
    ],
)
def test_a_file_without_conversations_is_refused(second: History, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "what.json"
    file.write_bytes(content)

    with second, pytest.raises(ImportUnusableError) as refusal:
        import_file(second, file)

    assert refusal.value.remedy


def test_a_file_that_is_not_there_is_refused(second: History, tmp_path: Path) -> None:
    with second, pytest.raises(ImportUnusableError):
        import_file(second, tmp_path / "nowhere.json")
