"""Homes for the commands; the one with documents is made once, because every start costs seconds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.app.cli.home import Home, Said, passphrase_in

HOSTILE = "ev\x1b[31mil\x9b2J\u202e.txt"


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of all fates."""
    place = tmp_path_factory.mktemp("documents")
    (place / "travel.md").write_text(
        "# Travel Policy\n\n## Meals\n\nThe daily meal allowance is 52 euros for a full day.\n\n"
        "## Trains\n\nTrain tickets are booked in second class.\n"
    )
    (place / "again.md").write_bytes((place / "travel.md").read_bytes())
    (place / "empty.txt").write_bytes(b"")
    (place / "photo.xyz").write_bytes(b"\x00\x01")
    (place / "broken.pdf").write_bytes(b"%PDF-1.4 nothing behind this")
    with (place / "huge.txt").open("wb") as stream:
        stream.truncate(1 << 32)
    (place / HOSTILE).write_text("The red hat \x1b[2J\x9b31m costs 13 euros in the shop \u202e today.\n")
    (place / os.fsdecode(b"caf\xe9.txt")).write_text("The blue hat costs 12 euros in the shop.\n")
    return place


@pytest.fixture(scope="session")
def added(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> tuple[Home, Said]:
    """A home after `docs add FOLDER --json`, and what that said."""
    home = Home(tmp_path_factory.mktemp("library"))
    return home, home.run("docs", "add", folder, "--json")


@pytest.fixture(scope="session")
def library(added: tuple[Home, Said]) -> Home:
    """A home with documents and no history."""
    return added[0]


@pytest.fixture(scope="session")
def kept(library: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Said]:
    """The same documents with a history of one turn, and what `ask --json` said."""
    root = tmp_path_factory.mktemp("kept")
    (root / "inhouse").mkdir()
    (root / "inhouse" / "data").symlink_to(library.root / "inhouse" / "data")
    home = Home(root, {"INHOUSE_PASSPHRASE_FILE": str(passphrase_in(root / "keys"))})
    return home, home.run("ask", "What is the daily meal allowance?", "--json")
