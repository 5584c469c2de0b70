"""The keyring opens the history when it was asked to, and never becomes a weaker way in."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend

from app.errors import HistoryLockedError
from app.history.history import History
from app.history.keyring_slot import (
    REAL,
    Ring,
    disable_keyring,
    enable_keyring,
    find_ring,
    name_of,
)
from tests.app.history.rings import Fails, KeepsInMemory, NeverAnswers, opened
from tests.app.vault.makings import PASSPHRASE, edited


def test_switched_on_it_opens_the_history_beside_the_passphrase(folder: Path) -> None:
    ring = Ring("ring one", KeepsInMemory())
    with opened(folder) as history:
        assert enable_keyring(history, ring) == "ring one"

    with History.open_with_keyring(folder, ring) as history:
        assert history.notices == ()
    History.open(folder, PASSPHRASE).close()


def test_switched_off_neither_slot_nor_key_is_left(folder: Path) -> None:
    backend = KeepsInMemory()
    ring = Ring("ring one", backend)
    with opened(folder) as history:
        enable_keyring(history, ring)
        kept = dict(backend.kept)
        disable_keyring(history, ring)

    assert backend.kept == {}
    backend.kept = kept
    with pytest.raises(HistoryLockedError):
        History.open_with_keyring(folder, ring)


def test_another_keyring_than_last_time_is_said_once(folder: Path) -> None:
    backend = KeepsInMemory()
    with opened(folder) as history:
        enable_keyring(history, Ring("ring one", backend))

    with History.open_with_keyring(folder, Ring("ring two", backend)) as history:
        [notice] = history.notices
    with History.open_with_keyring(folder, Ring("ring two", backend)) as history:
        assert history.notices == ()
    assert "ring one" in notice
    assert "ring two" in notice


@pytest.mark.parametrize(
    "ring",
    [
        pytest.param(Ring("r", KeepsInMemory()), id="holds nothing"),
        pytest.param(Ring("r", KeepsInMemory("not base64 !")), id="holds garbage"),
        pytest.param(Ring("r", KeepsInMemory("AAAA")), id="holds something too short"),
        pytest.param(Ring("r", KeepsInMemory("A" * 43 + "=")), id="holds another key"),
        pytest.param(Ring("r", Fails()), id="is locked"),
        pytest.param(Ring("r", NeverAnswers(), patience=0.05), id="never answers"),
    ],
)
def test_trouble_with_the_keyring_leads_to_being_asked(folder: Path, ring: Ring) -> None:
    with pytest.raises(HistoryLockedError) as refusal:
        History.open_with_keyring(folder, ring)

    assert refusal.value.remedy
    assert "user-secret" not in str(refusal.value)
    History.open(folder, PASSPHRASE).close()


def test_an_altered_slot_of_the_keyring_leads_to_being_asked(folder: Path) -> None:
    with edited(folder) as file:
        [(at, body)] = file.execute("SELECT rowid, body FROM slot WHERE hex(substr(body, 3, 1)) = '02'")
        file.execute("UPDATE slot SET body = ? WHERE rowid = ?", (body[:-1] + bytes([body[-1] ^ 1]), at))

    with pytest.raises(HistoryLockedError):
        opened(folder)
    History.open(folder, PASSPHRASE).close()


def test_a_keyring_that_does_not_keep_is_not_switched_on(folder: Path) -> None:
    with opened(folder) as history, pytest.raises(HistoryLockedError):
        enable_keyring(history, Ring("r", KeepsInMemory("A" * 43 + "=")))
    opened(folder).close()


class Plaintext(KeyringBackend):
    """What keyrings.alt offers: it works, and anyone can read it."""

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Not reached."""

    def delete_password(self, service: str, username: str) -> None:
        """Not reached."""


class Breaks(ChainerBackend):
    """Fails to say what it consists of, as one does whose configuration names nothing that exists."""

    priority = -1  # the library asks every class that is defined

    @property
    def backends(self) -> list[KeyringBackend]:
        raise ModuleNotFoundError("no module named user-secret")


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, Plaintext, ChainerBackend, Breaks])
def test_only_real_keyrings_are_found(backend: type[KeyringBackend]) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        with pytest.raises(HistoryLockedError):
            find_ring()
    finally:
        keyring.set_keyring(before)


def test_the_allowed_names_are_those_of_the_library() -> None:
    from keyring.backends import SecretService, Windows, kwallet, libsecret, macOS

    classes = (
        SecretService.Keyring,
        libsecret.Keyring,
        kwallet.DBusKeyring,
        macOS.Keyring,
        Windows.WinVaultKeyring,
    )

    assert {f"{one.__module__}.{one.__qualname__}" for one in classes} == REAL
    assert name_of(KeepsInMemory()) not in REAL
