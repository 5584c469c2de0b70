"""Vaults for tests, at the cheapest cost that is accepted; a keyring key opens them at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault import opening
from app.vault.keys import FLOOR
from app.vault.opening import Incident
from app.vault.store import Vault

PASSPHRASE = "six words nobody would guess here"
KEYRING_KEY = bytes(range(32))


def make_vault(folder: Path) -> None:
    vault = opening.create(folder, PASSPHRASE, FLOOR)
    vault.put_keyring_slot(KEYRING_KEY)
    vault.close()


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Vault, tuple[Incident, ...]]]:
    vault, incidents = opening.open_vault(folder, lambda _vault: KEYRING_KEY)
    try:
        yield vault, incidents
    finally:
        vault.close()


@contextmanager
def edited(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file as an attacker with write access sees it, while nobody has it open."""
    connection = sqlite3.connect(folder / "vault.db", isolation_level=None)
    try:
        yield connection
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def read_all(folder: Path) -> tuple[dict[bytes, list[bytes | None]], list[str], bool]:
    """What opens of each conversation, what is told, and whether all heads are sound."""
    with opened(folder) as (vault, incidents):
        entries = vault.entries()
        contents = {one.id: vault.read(one.id) for one in entries if one.id is not None}
        told = [one.what for one in incidents]
        return contents, told, all(one.sound and one.summary is not None for one in entries)
