"""`inhouse entities`: names are loaded, shown, linked and removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import run
from app.contract.entities import LinkShape
from app.errors import ExitCode


@pytest.fixture
def listed(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A loaded list."""
    file = tmp_path / "list.csv"
    file.write_text("name,aliases,kind,description\nAcme Ltd,ACM,supplier,Makes screws\n", encoding="utf-8")
    assert run(["entities", "load", str(file)]) == ExitCode.OK
    assert "1 added" in capsys.readouterr().out
    assert home.exists()
    return file


@pytest.mark.usefixtures("listed")
def test_an_entity_is_shown_by_its_alias(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["entities", "show", "ACM", "--json"]) == ExitCode.OK

    assert json.loads(capsys.readouterr().out)["name"] == "Acme Ltd"


@pytest.mark.real
@pytest.mark.usefixtures("listed")
def test_a_text_is_linked(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Did Acme write yesterday?"

    assert run(["entities", "link", text, "--today", "2026-03-01", "--json"]) == ExitCode.OK

    found = LinkShape.model_validate_json(capsys.readouterr().out).entities
    assert [(one.name, one.value) for one in found] == [("Acme Ltd", None), (None, "2026-02-28")]


@pytest.mark.usefixtures("listed")
def test_a_removed_entity_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["entities", "remove", "Acme Ltd"]) == ExitCode.OK
    assert run(["entities", "show", "Acme Ltd"]) != ExitCode.OK

    assert "inhouse entities list" in capsys.readouterr().err


@pytest.mark.usefixtures("listed")
def test_a_loaded_entity_is_corrected_in_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["entities", "correct", "ACM", "--reject"]) == ExitCode.USAGE

    assert "Correct it in its file" in capsys.readouterr().err
