"""A vault made once, copied for each test: deriving its key is slow on purpose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.vault.makings import make_vault


@pytest.fixture(scope="session")
def made_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "history"
    make_vault(folder)
    return folder


@pytest.fixture
def folder(made_vault: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_vault, tmp_path / "history"))
