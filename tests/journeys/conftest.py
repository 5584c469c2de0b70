"""Homes for the journeys. The sample is taken in once; a journey that changes anything works on a copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.program import Place


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, Any]]:
    """A home with the sample handbook, and what `docs add --sample --json` said about it."""
    place = Place(tmp_path_factory.mktemp("sample"))
    return place, place.json("docs", "add", "--sample")


@pytest.fixture
def place(sample: tuple[Place, dict[str, Any]], tmp_path: Path) -> Place:
    """A copy of the home with the sample handbook, without a history."""
    place = Place(tmp_path / "place")
    shutil.copytree(sample[0].home, place.home, ignore=shutil.ignore_patterns("history"))
    return place


@pytest.fixture(scope="session")
def questions() -> dict[str, list[dict[str, Any]]]:
    """The 36 questions."""
    text = Path(__file__).with_name("handbook_questions.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
