"""Keyrings for tests: one that keeps, and ones that misbehave as real ones do."""

from __future__ import annotations

import base64
from pathlib import Path
from threading import Event

from app.history.history import History
from app.history.keyring_slot import Ring
from tests.app.vault.makings import KEYRING_KEY


class KeepsInMemory:
    def __init__(self, always: str | None = None) -> None:
        self.always = always
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.always or self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Fails(KeepsInMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked, and the message names user-secret")


class NeverAnswers(KeepsInMemory):
    def get_password(self, service: str, username: str) -> str | None:
        Event().wait(600)
        return None


HOLDS_THE_KEY = Ring("test ring", KeepsInMemory(base64.b64encode(KEYRING_KEY).decode()))


def opened(folder: Path) -> History:
    """At once, without deriving a key."""
    return History.open_with_keyring(folder, HOLDS_THE_KEY)
