"""The SQLite file under the vault: header, schema, settings, and one kind of error.

Promises
    * A file of a newer format, or one that is not ours, is refused from its first hundred bytes,
      before SQLite opens it.
    * A schema other than ours is refused: no trigger, view or extra table runs or hides anything.
    * A commit has reached the disk when it returns (WAL with synchronous=FULL).
    * Every failure of SQLite or of the disk leaves as a `VaultError`.

Not promised
    * Durability on disks that lie about having written.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.vault import guard
from app.vault.envelope import MAX_BOX_BYTES
from app.vault.errors import (
    VaultDamagedError,
    VaultError,
    VaultExistsError,
    VaultInUseError,
    VaultNewerError,
    VaultNotSavedError,
)

APPLICATION_ID = 0x494E4853  # "INHS"
USER_VERSION = 1
_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"

_CONVERSATION = (
    "CREATE TABLE conversation (name BLOB PRIMARY KEY, ident BLOB NOT NULL, key_version INTEGER NOT NULL,"
    " wrapped BLOB NOT NULL, count INTEGER NOT NULL, tip BLOB NOT NULL, head BLOB NOT NULL,"
    " meta BLOB NOT NULL)"
)
SCHEMA = (
    "CREATE TABLE vault (one INTEGER PRIMARY KEY, id BLOB, generation INTEGER NOT NULL, head BLOB NOT NULL)",
    "CREATE TABLE slot (id BLOB PRIMARY KEY, body BLOB NOT NULL)",
    _CONVERSATION,
    "CREATE TABLE message (name BLOB PRIMARY KEY, previous BLOB NOT NULL, box BLOB NOT NULL)",
    "CREATE TABLE setting (name BLOB PRIMARY KEY, box BLOB NOT NULL)",
)
COMPANIONS = ("", "-wal", "-shm", "-journal")
"""What SQLite may put beside a database, and the database itself."""

_PRAGMAS = (
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "busy_timeout=5000",
)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

Row = tuple[object, ...]


def check_header(file: Path) -> None:
    """Raises VaultDamagedError, or VaultNewerError for a format this version does not know."""
    with guarded(), file.open("rb") as opened:
        header = opened.read(_HEADER_BYTES)
    version, application = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))
    if len(header) < _HEADER_BYTES or header[:16] != _MAGIC or application != APPLICATION_ID:
        raise VaultDamagedError("The history file is damaged or is not a history of this program.")
    if version > USER_VERSION:
        raise VaultNewerError("This history was written by a newer version.")
    if version != USER_VERSION:
        raise VaultDamagedError("The history file is damaged: its version is not a known one.")


def connect(file: Path) -> sqlite3.Connection:
    """Open with our settings. The caller serialises its threads."""
    return _set_up(sqlite3.connect(file, isolation_level=None, check_same_thread=False), "WAL")


def connect_new(file: Path) -> sqlite3.Connection:
    """As `connect`, for a file that is written in one go: it is whole in itself, without a log beside it."""
    return _set_up(sqlite3.connect(file, isolation_level=None, check_same_thread=False), "DELETE")


def connect_copy(file: Path) -> sqlite3.Connection:
    """Open a finished copy for reading alone; nothing is written, not even beside it.

    Raises VaultDamagedError for one with a log beside it, which holds a part of the copy.
    """
    for companion in COMPANIONS[1:]:
        if Path(f"{file}{companion}").exists():
            raise VaultDamagedError("This copy was made while the history was open, and is not whole.")
    source = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return _set_up(sqlite3.connect(source, uri=True, isolation_level=None, check_same_thread=False), None)


def _set_up(connection: sqlite3.Connection, journal: str | None) -> sqlite3.Connection:
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BOX_BYTES + 1024)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if journal:
        connection.execute(f"PRAGMA journal_mode={journal}")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def snapshot(file: Path, target: Path) -> None:
    """Copy an open database as it stands at this moment into a new file, whole in itself and on disk.

    Reads over a connection of its own, so the one that is open goes on writing meanwhile. Raises
    VaultExistsError if the target is there already; a copy that fails half-way is removed.
    """
    with guarded():
        try:
            guard.make_file(target)
        except FileExistsError:
            raise VaultExistsError(f"There is a file named {target.name} already.", "Name another.") from None
        try:
            source = f"{file.absolute().as_uri()}?mode=ro"
            with (
                closing(sqlite3.connect(source, uri=True)) as here,
                closing(sqlite3.connect(target)) as there,
            ):
                here.execute("PRAGMA busy_timeout=5000")
                here.backup(there)
                there.execute("PRAGMA journal_mode=DELETE")
            guard.sync_file(target)
            guard.sync_folder(target.parent)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def put_in_place(new: Path, file: Path) -> None:
    """Let a finished file take the place of a closed one, on disk when it returns.

    Raises VaultInUseError if the old one has a log beside it: SQLite would play it into the new one.
    """
    guard.sync_file(new)
    for companion in COMPANIONS[1:]:
        if Path(f"{file}{companion}").exists():
            raise VaultInUseError("The history is being copied at this moment.", "Try again afterwards.")
    guard.sync_folder(file.parent)  # the log is gone for good before the new file can appear
    os.replace(new, file)  # noqa: PTH105 - the same on every system
    guard.sync_folder(file.parent)


def truncate_log(connection: sqlite3.Connection) -> bool:
    """Bring everything into the file and empty the log; False where a reader still needs the log."""
    with guarded():
        blocked, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not blocked


def build(connection: sqlite3.Connection) -> None:
    """Write the schema into a new file, inside the caller's transaction."""
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={USER_VERSION}")


def check_schema(connection: sqlite3.Connection) -> None:
    """Raises VaultDamagedError for any schema but ours."""
    found = {row[0] for row in connection.execute("SELECT sql FROM sqlite_schema") if row[0] is not None}
    if found != set(SCHEMA):
        raise VaultDamagedError("The history file is damaged: its tables are not those of a history.")


@contextmanager
def guarded() -> Iterator[None]:
    """What SQLite and the operating system report leaves as a VaultError, without their words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error) from None
    except OSError as error:
        raise VaultNotSavedError(
            f"The disk refused the history ({error.strerror or 'unknown reason'})."
        ) from None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; on disk when it ends."""
    with guarded():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is broken, as against the disk being full or the like."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _translated(error: sqlite3.Error) -> VaultError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code in _DAMAGED:
        return VaultDamagedError(f"The history file is damaged ({name}).")
    if code in _BUSY:
        return VaultInUseError("The history is in use by another program.")
    return VaultNotSavedError(f"The disk refused the history ({name}).")
