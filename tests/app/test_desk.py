"""What the window is told about a place where something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assembly import Parts
from app.desk import AssembledDesk, device_words
from app.errors import HistoryLockedError, SetupError
from app.locations import locate
from app.settings import ModelSettings, Settings
from app.stages.stage import Channel
from tests.app.cli.home import passphrase_in


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(locate({"INHOUSE_HOME": str(tmp_path / "home")}), Settings())


@pytest.mark.parametrize(
    ("offloaded", "layers", "reason", "words"),
    [
        (30, 30, "", "GPU 30/30"),
        (12, 30, "out of memory", "GPU 12/30 (out of memory)"),
        (0, 30, "this build has no GPU backend", "CPU: this build has no GPU backend"),
        (0, 30, "", "CPU"),
    ],
)
def test_the_truth_about_the_device(offloaded: int, layers: int, reason: str, words: str) -> None:
    assert device_words(offloaded, layers, reason) == words


def test_a_status_is_given_before_anything_is_loaded(parts: Parts) -> None:
    status = AssembledDesk(parts, {}).status()

    assert (status.model, status.documents, status.index_notice) == ("", 0, "")


def test_a_status_is_given_with_an_unknown_model_and_without_an_embedding_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise SetupError("The embedding model is not installed.")

    monkeypatch.setattr("app.assembly.embedder_folder", missing)
    settings = Settings(model=ModelSettings(name="nope"))
    status = AssembledDesk(Parts(locate({"INHOUSE_HOME": str(tmp_path)}), settings), {}).status()

    assert status.model == ""
    assert status.index_notice == "The embedding model is not installed."


def test_a_locked_history_takes_no_question(parts: Parts) -> None:
    desk = AssembledDesk(parts, {})

    with pytest.raises(HistoryLockedError):
        desk.ask("hello?", None, Channel(lambda _: None))
    with pytest.raises(HistoryLockedError):
        desk.conversations()


def test_without_a_passphrase_nothing_is_begun(parts: Parts) -> None:
    desk = AssembledDesk(parts, {})

    assert desk.history_state() == "absent"
    assert not desk.unlock_without_asking()
    assert desk.history_state() == "absent"


def test_a_passphrase_file_begins_and_later_opens_the_history(parts: Parts, tmp_path: Path) -> None:
    environment = {"INHOUSE_PASSPHRASE_FILE": str(passphrase_in(tmp_path / "keys"))}
    first = AssembledDesk(parts, environment)
    assert first.unlock_without_asking()
    assert first.history_state() == "open"
    first.close()

    second = AssembledDesk(parts, environment)
    assert second.history_state() == "locked"
    assert second.unlock_without_asking()
    assert second.conversations() == []
    second.close()
