"""The policy of the site holds for every history that is opened, and opening one is recorded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.administration.auditing import Auditor
from app.administration.governing import govern, recorded
from app.administration.last_seen import LastSeen
from app.administration.policy import PublishedPolicy
from app.administration.role import Administration
from app.errors import HistoryLockedError, NotSignedError, UsageError
from app.history.exporting.everything import export_everything
from app.history.exporting.one import export_one
from app.history.history import History
from app.history.keyring_slot import enable_keyring
from app.locations import Locations
from app.vault.keys import FLOOR
from tests.app.history.rings import opened

PASSPHRASE = "words that only the admin knows"


@pytest.fixture
def administration(tmp_path: Path) -> Administration:
    locations = Locations(tmp_path / "config", tmp_path / "data", tmp_path / "state", tmp_path / "history")
    return Administration(locations, Auditor(locations.audit, "kim"), lambda: PASSPHRASE)


def governed(folder: Path, administration: Administration, policy: str) -> History:
    file = administration.locations.data.parent / "wanted.yaml"
    file.write_text(policy)
    published = PublishedPolicy(administration)
    published.publish(file)
    history = opened(folder)
    govern(history, published, administration)
    return history


def written(history: History) -> str:
    handle = history.begin_turn(None, "hello")
    history.finish(handle.turn, "{}", state="complete")
    return handle.conversation


def events(administration: Administration) -> list[str]:
    return [entry.event.what for entry in administration.auditor.log.entries()]


def test_under_a_legal_hold_nothing_is_erased_by_hand(folder: Path, administration: Administration) -> None:
    with governed(folder, administration, "history:\n  hold: true\n") as history:
        conversation = written(history)
        history.choices.put_hold(on=False)

        with pytest.raises(UsageError):
            history.erasing.erase([conversation])


def test_where_exports_are_forbidden_nothing_is_written(
    folder: Path, administration: Administration, tmp_path: Path
) -> None:
    with governed(folder, administration, "history:\n  export: false\n") as history:
        conversation = written(history)

        with pytest.raises(UsageError, match="policy"):
            export_one(history, conversation, "json", tmp_path / "one.json")
        with pytest.raises(UsageError, match="policy"):
            export_everything(history, tmp_path / "all")

    assert not (tmp_path / "one.json").exists()
    assert not (tmp_path / "all").exists()


def test_where_the_keyring_is_forbidden_no_key_is_put_into_it(
    folder: Path, administration: Administration
) -> None:
    with (
        governed(folder, administration, "history:\n  keyring: false\n") as history,
        pytest.raises(UsageError, match="policy"),
    ):
        enable_keyring(history)


def test_opening_is_recorded_without_a_name(folder: Path, administration: Administration) -> None:
    governed(folder, administration, "").close()

    assert events(administration)[-1] == "history.unlock"


def test_a_passphrase_that_opens_nothing_is_recorded(folder: Path, administration: Administration) -> None:
    with pytest.raises(HistoryLockedError), recorded(administration):
        History.open(folder, "words that open nothing")

    assert events(administration) == ["history.refused"]


def test_a_history_is_closed_again_where_the_policy_cannot_be_trusted(
    folder: Path, administration: Administration
) -> None:
    administration.create(PASSPHRASE, FLOOR)
    administration.locations.policy.parent.mkdir(parents=True)
    administration.locations.policy.write_text("history:\n  hold: false\n")
    history = opened(folder)

    with pytest.raises(NotSignedError):
        govern(history, PublishedPolicy(administration), administration)
    with pytest.raises(HistoryLockedError):
        history.conversations()


def test_what_is_done_to_a_history_as_a_whole_is_recorded(
    folder: Path, administration: Administration
) -> None:
    with governed(folder, administration, "") as history:
        history.new_recovery_code()
        history.erasing.erase([written(history)])

    assert events(administration)[-2:] == ["history.recovery", "history.erase"]


def test_an_older_state_of_the_whole_history_is_told(
    folder: Path, administration: Administration, tmp_path: Path
) -> None:
    old = shutil.copytree(folder, tmp_path / "old")
    with governed(folder, administration, "") as history:
        written(history)

    shutil.rmtree(folder)
    shutil.copytree(old, folder)

    with governed(folder, administration, "") as history:
        assert any("older copy" in notice for notice in history.notices)
    assert events(administration)[-1] == "history.incident"


def test_a_history_that_went_on_is_not_called_older(folder: Path, administration: Administration) -> None:
    for _ in range(2):
        with governed(folder, administration, "") as history:
            written(history)
            assert not any("older copy" in notice for notice in history.notices)


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 9000, b'{"a": "b"}', b'{"a": -1}'])
def test_a_record_of_what_was_seen_that_cannot_be_read_knows_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "seen" / "histories.json"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(content)

    assert LastSeen(file).of(b"vault") == 0
    assert LastSeen(file).remember(b"vault", 5) == ""
    assert LastSeen(file).of(b"vault") == 5
