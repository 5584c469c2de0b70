"""Copies an open vault as it is on disk, and opens a closed copy without changing a byte of it.

Promises
    * A copy is one state between two commits, sealed as the vault is, and on disk when it is returned.
    * An opened copy takes no lock, writes nothing, and refuses every change.

Not promised
    * That the copy is sound: `app.vault.checking` looks.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.vault import chain, database, guard, opening
from app.vault.errors import VaultDamagedError
from app.vault.keys import VaultKeys
from app.vault.ledger import blob, load
from app.vault.opening import Incident, Secret
from app.vault.store import Vault

_MAX_SLOTS = 4


class _Free(guard.Lock):
    """In the place of a lock, for a file that nobody writes."""

    def __init__(self) -> None:
        self._descriptor = -1


def snapshot(vault: Vault, target: Path) -> None:
    """Copy into a new file, 0600. Raises VaultNotSavedError, also where `target` exists."""
    vault.check_open()
    with database.guarded():
        guard.make_file(target)
        with closing(sqlite3.connect(target)) as copy:
            vault._connection.backup(copy)  # noqa: SLF001 - the package is one, and others get no connection
        with target.open("rb") as written:
            os.fsync(written.fileno())
        guard.sync_folder(target.parent)


def open_beside(file: Path, vault: Vault) -> tuple[Vault, tuple[Incident, ...]]:
    """Open a copy of an open vault with its keys. Raises VaultDamagedError if it is of another vault."""
    vault.check_open()
    known = vault._ledger  # noqa: SLF001 - keys never leave the package

    def same_root(found: bytes, _slots: dict[bytes, bytes]) -> bytearray:
        if found != known.vault:
            raise VaultDamagedError("This is not a copy of this history.")
        return bytearray(known.keys.root)

    return _opened(file, same_root)


def open_copy(file: Path, secret: Secret) -> tuple[Vault, tuple[Incident, ...]]:
    """Open a closed copy with what opens the vault. Raises as `opening.open_vault`."""
    return _opened(file, lambda vault, found: root_key(vault, found, secret))


root_key = opening._root_key  # noqa: SLF001 - one way of trying slots in the package


def _opened(file: Path, find_root: opening.FindRoot) -> tuple[Vault, tuple[Incident, ...]]:
    database.check_header(file)
    with database.guarded():
        connection = untouched(file)
        try:
            database.check_schema(connection)
            vault, generation, head = opening._first_row(connection)  # noqa: SLF001 - as above
            some = connection.execute("SELECT id, body FROM slot LIMIT ?", (_MAX_SLOTS,))
            keys = VaultKeys(find_root(vault, {blob(slot_id): blob(body) for slot_id, body in some}))
            rows = load(connection, vault, keys, generation)
            opened = Vault(connection, _Free(), rows)
            found = [] if chain.same(rows.head(), head) else ["heads"]
            return opened, opening._remembered(opened, found)  # noqa: SLF001 - as above
        except BaseException:
            connection.close()
            raise


def untouched(file: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    `immutable` because a copy may lie where not even SQLite's index of its log can be written.
    """
    address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
