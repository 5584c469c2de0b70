"""Isolation for every test: a home of its own, no network, no passphrase from outside."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path

import pytest

from app.workers.confine import confine, set_offline_environment

set_offline_environment()


def pytest_configure() -> None:
    """The whole suite runs without a network, the kernel sees to it; nothing can be reached by mistake."""
    confine()


def pytest_unconfigure() -> None:
    """llama_cpp opens two files while it is imported and never closes them; that would be the last word."""
    utilities = sys.modules.get("llama_cpp._utils")
    for name in ("outnull_file", "errnull_file"):
        if (file := getattr(utilities, name, None)) is not None:
            file.close()


def pytest_report_header() -> list[str]:
    """Versions that matter when a figure differs."""
    names = (
        "textual",
        "llama-cpp-python",
        "chromadb",
        "sentence-transformers",
        "torch",
        "spacy",
        "cryptography",
    )
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return [f"python {sys.version.split()[0]}; {versions}"]


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's own settings, documents or history."""
    for name in [name for name in os.environ if name.startswith("INHOUSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INHOUSE_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """INHOUSE_HOME of this test."""
    place = tmp_path / "home"
    monkeypatch.setenv("INHOUSE_HOME", str(place))
    return place
