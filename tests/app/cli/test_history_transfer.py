"""`history import`, `search` and `export` as a person types them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.main import run
from app.contract import HistoryExport, HistorySearchShape, ImportShape
from tests.app.cli.home import passphrase_in

CHAT = {
    "id": "c-1",
    "title": "Pan\x1b[31mcakes",
    "mapping": {
        "q": {
            "parent": None,
            "message": {"author": {"role": "user"}, "content": {"parts": ["How many eggs?"]}},
        },
        "a": {
            "parent": "q",
            "message": {"author": {"role": "assistant"}, "content": {"parts": ["Three \x1b[2J eggs."]}},
        },
    },
}


@pytest.fixture(autouse=True)
def _with_a_passphrase(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("INHOUSE_PASSPHRASE_FILE", str(passphrase_in(tmp_path / "keys")))
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        yield


@pytest.fixture
def chats(tmp_path: Path) -> str:
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps([CHAT, {**CHAT, "id": "c-2", "mapping": {}}]))
    return str(file)


def test_what_was_imported_is_found_and_exported(
    chats: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["history", "import", chats, "--json"]) == 0
    report = ImportShape.model_validate_json(capsys.readouterr().out)
    assert run(["history", "import", chats]) == 0
    again = capsys.readouterr()

    assert (len(report.imported), report.turns) == (1, 1)
    assert "0 conversations with 0 turns imported; 1 were here already." in again.out
    assert "not imported. It holds no message." in again.err
    assert "\x1b" not in again.err

    assert run(["history", "search", "egg*", "--json"]) == 0
    found = HistorySearchShape.model_validate_json(capsys.readouterr().out)
    assert run(["history", "search", "egg*"]) == 0
    shown = capsys.readouterr().out
    assert [hit.conversation for hit in found.hits] == report.imported
    assert (found.searched, found.of) == (1, 1)
    assert "How many eggs?" in shown
    assert "\x1b" not in shown

    assert run(["history", "export", report.imported[0], "-o", str(tmp_path / "one.md")]) == 0
    assert "is not encrypted" in capsys.readouterr().err
    assert "Three ␛[2J eggs." in (tmp_path / "one.md").read_text()

    assert run(["history", "export", "--all", "-o", str(tmp_path / "all")]) == 0
    exported = HistoryExport.model_validate_json((tmp_path / "all" / "conversations.json").read_text())
    assert len(exported.conversations) == 1
    assert stat.S_IMODE((tmp_path / "all").stat().st_mode) == 0o700

    assert run(["history", "export", "--all", "-o", str(tmp_path / "all")]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["export", "-o", "x"], "Name one conversation, or give --all.", id="export of nothing"),
        pytest.param(["export", "1", "--all", "-o", "x"], "Name one conversation, or", id="one and all"),
        pytest.param(
            ["export", "--all", "--format", "html", "-o", "x"], "Leave --format out.", id="all as HTML"
        ),
        pytest.param(["export", "1"], "--output", id="an export to nowhere"),
        pytest.param(["export", "1", "-o", "x"], "There is no history yet.", id="an export of no history"),
        pytest.param(["import"], "FILE", id="an import of nothing"),
        pytest.param(["search", "x", "--rating", "so"], "'so'", id="an unknown rating"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_history_is_begun(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["history", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_searching_begins_no_history(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "search", "eggs"]) == 0
    assert "0 finds in 0 turns." in capsys.readouterr().out
    assert not list(Path(os.environ["INHOUSE_HOME"]).rglob("vault.db"))
