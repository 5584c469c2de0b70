"""Profiles: several people under one account, each with a history of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import SettingsError
from app.locations import locate, profile_names


def test_a_profile_has_a_history_of_its_own_and_shares_everything_else(tmp_path: Path) -> None:
    plain = locate({"INHOUSE_HOME": str(tmp_path)})
    robin = locate({"INHOUSE_HOME": str(tmp_path), "INHOUSE_PROFILE": "robin"})

    assert robin.history != plain.history
    assert robin.history.parent == plain.profiles
    assert (robin.knowledge, robin.models, robin.settings) == (plain.knowledge, plain.models, plain.settings)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "Robin", "-x", "a" * 33, "a\n", "ü"])
def test_a_name_that_could_be_a_path_or_look_like_another_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        locate({"INHOUSE_HOME": str(tmp_path), "INHOUSE_PROFILE": name})


def test_the_profiles_that_were_begun_are_listed(tmp_path: Path) -> None:
    locations = locate({"INHOUSE_HOME": str(tmp_path)})

    assert profile_names(locations) == []
    for name in ("robin", "kim", "NOT ONE"):
        (locations.profiles / name).mkdir(parents=True)
    assert profile_names(locations) == ["kim", "robin"]
