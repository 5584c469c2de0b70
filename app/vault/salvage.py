"""Makes a new vault from what is left of a broken one, and from copies of it where that is wanted.

Promises
    * What is taken over opens with the keys of the vault, in its own place; nothing is guessed.
    * Records are taken over as they lie there, so one that is missing stays noticed as missing, and a
      copy can fill it at any later time.
    * The broken file is only read.
    * A conversation that was erased does not come back from a copy as long as the vault head still
      vouches for the list of conversations.

Not promised
    * Anything without the row that holds the id of the vault, or without any slot: then a copy of the
      same vault must supply them.
    * Telling an erased conversation from a lost one where the list itself is damaged.
    * Memory: all that is left is held in it, sealed, while the new vault is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.vault import database, guard
from app.vault.choosing import Chooser, Kept
from app.vault.envelope import u64
from app.vault.errors import VaultDamagedError, VaultError
from app.vault.keys import VaultKeys
from app.vault.ledger import MAX_SLOTS, Change, Ledger
from app.vault.remains import Remains

FindRoot = Callable[[bytes, dict[bytes, bytes]], bytearray]
"""From vault id and slots to the vault root key; a VaultError where none opens."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What a new vault was made of. Numbers only."""

    conversations: int
    records: int
    missing: int
    """Records that their conversation counts and that nobody has; they stay noticed."""

    from_copies: int
    """Records that only a copy had."""

    lost_conversations: int
    """Rows whose id opens nowhere; their messages cannot be opened without it."""

    revived: int
    """Conversations that only a copy had; erased ones may be among them, for the list was damaged."""

    settings_lost: int


def rebuild(sources: Sequence[Remains], find_root: FindRoot, target: Path) -> Salvaged:
    """Write a new vault to `target` (which must not exist) from a broken one and, behind it, its copies.

    Slots, ids and keys stay, the generation is one above all that were found. On disk when it returns.
    Raises VaultDamagedError where no id and slot fit together, WrongPassphraseError or VaultNotSavedError.
    """
    vault, root = _root_of(sources, find_root)
    keys = VaultKeys(root)
    try:
        chooser = Chooser(vault, keys, sources)
        generation = 1 + max(one[1] for source in sources for one in source.vaults if one[0] == vault)
        return _write(target, chooser, Ledger(vault, keys, generation), _slots(sources))
    finally:
        keys.wipe()


def _root_of(sources: Sequence[Remains], find_root: FindRoot) -> tuple[bytes, bytearray]:
    refused: VaultError | None = None
    for vault in dict.fromkeys(one[0] for source in sources for one in source.vaults):
        for source in sources:
            try:
                return vault, find_root(vault, dict(list(source.slots.items())[:MAX_SLOTS]))
            except VaultError as error:
                # A wrong passphrase says more than the damage of another source.
                refused = error if refused is None or isinstance(refused, VaultDamagedError) else refused
    raise refused or VaultDamagedError(
        "Nothing is left of the history file that its key could be found in.",
        "Put a copy in its place with `inhouse history restore`.",
    )


def _slots(sources: Sequence[Remains]) -> dict[bytes, bytes]:
    """Those of the broken vault; a slot that only a copy has may have been taken away since."""
    return next((dict(list(one.slots.items())[:MAX_SLOTS]) for one in sources if one.slots), {})


def _write(target: Path, chooser: Chooser, ledger: Ledger, slots: dict[bytes, bytes]) -> Salvaged:
    settings = dict(chooser.settings())
    sound = {name: box for name, box in settings.items() if box is not None}
    with database.guarded():
        guard.make_file(target)
        connection = database.connect_new(target)
        try:
            with database.transaction(connection):
                database.build(connection)
                connection.executemany("INSERT INTO slot (id, body) VALUES (?, ?)", slots.items())
                connection.executemany("INSERT INTO setting (name, box) VALUES (?, ?)", sound.items())
                ledger.apply(Change(settings=sound, slots=slots, generations=0))
                salvaged = _write_conversations(connection, chooser, ledger)
        finally:
            connection.close()
        guard.sync_file(target)
        guard.sync_folder(target.parent)
    lost = len(settings) - len(sound)
    return Salvaged(**salvaged, settings_lost=lost)


def _write_conversations(connection: sqlite3.Connection, chooser: Chooser, ledger: Ledger) -> dict[str, int]:
    told = dict.fromkeys(("conversations", "records", "missing", "from_copies", "revived"), 0)
    told["lost_conversations"] = 0
    for kept in chooser.conversations():
        if kept is None:
            told["lost_conversations"] += 1
            continue
        _put(connection, kept, ledger)
        ledger.apply(Change({kept.row.name: kept.row}, generations=0))
        present = sum(one is not None for one in kept.records)
        told["conversations"] += 1
        told["records"] += present
        told["missing"] += len(kept.records) - present
        told["from_copies"] += kept.copied
        told["revived"] += kept.revived
    connection.execute(
        "INSERT INTO vault (one, id, generation, head) VALUES (1, ?, ?, ?)",
        (ledger.vault, ledger.generation, ledger.head()),
    )
    return told


def _put(connection: sqlite3.Connection, kept: Kept, ledger: Ledger) -> None:
    row = kept.row
    assert row.id is not None, "only conversations that are known by their id are kept"
    names = (ledger.keys.row_name(b"message", row.id + u64(at)) for at in range(len(kept.records)))
    present = [
        (name, one.previous, one.box)
        for name, one in zip(names, kept.records, strict=True)
        if one is not None
    ]
    connection.executemany("INSERT INTO message (name, previous, box) VALUES (?, ?, ?)", present)
    connection.execute(
        "INSERT INTO conversation (name, ident, key_version, wrapped, count, tip, head, meta)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row.columns(),
    )
