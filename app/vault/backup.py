"""Takes sealed copies of a vault, and looks at them again.

Promises
    * A copy gets its name only after every head and every record in it was read; until then it is
      called `unfinished-…part`.
    * A copy of a vault that is itself damaged says so in its name; it is never taken for a good one.
    * A name says when it was taken and at which generation, and nothing of what is in it.

Not promised
    * That a copy stays good: the disk it lies on decides. `app.vault.checking` looks again.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.vault import checking, database, guard, opening
from app.vault.errors import VaultDamagedError, VaultError
from app.vault.ledger import blob, number
from app.vault.store import Vault

_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"history-(\d{8}T\d{6}Z)-g(\d{1,19})(-auto)?(-damaged)?\.vault")
_ASIDE = re.compile(r"vault\.db\.[a-z-]+-(\d{8}T\d{6}Z)(?:-\d+)?")
_MAX_ROWS = 2**20
_MAX_GENERATION = 2**62


@dataclass(frozen=True, slots=True)
class Copy:
    """A sealed copy, as far as its name tells."""

    file: Path
    taken: datetime
    """UTC, by the clock of the machine that took it."""

    generation: int
    scheduled: bool
    """Taken by itself; only such copies are ever removed by themselves."""

    damaged: bool
    """The vault was damaged when it was taken."""

    @property
    def age(self) -> tuple[int, datetime]:
        """Sorts by what is in it; clocks may be wrong, generations only grow."""
        return self.generation, self.taken


def take(vault: Vault, folder: Path, at: datetime, *, scheduled: bool = False) -> Copy:
    """Copy an open vault into `folder` (made if need be, 0700), read all of the copy, then name it.

    The caller serialises its threads. Raises VaultDamagedError
    where the copy differs from the vault, VaultUnsafeError or VaultNotSavedError.
    """
    vault.check_open()
    with database.guarded():
        guard.make_folder(folder)
        part = folder / f"unfinished-{vault.id.hex()[:8]}.part"
        _forget(part)
    try:
        vault.snapshot(part)
        generation, damaged = _judged(vault, part)
        copy = _named(folder, at, generation, scheduled=scheduled, damaged=damaged)
        with database.guarded():
            # Two copies of one generation in one second are the same copy.
            os.replace(part, copy.file)  # noqa: PTH105 - the same on every system
            guard.sync_folder(folder)
    except BaseException:
        _forget(part)
        raise
    return copy


def _judged(vault: Vault, part: Path) -> tuple[int, bool]:
    """Generation of the copy, and whether it is a true copy of a damaged vault."""
    opened, incidents = opening.open_copy(part, like=vault)
    try:
        report = checking.check(opened, incidents)
    finally:
        opened.close()
    if report.whole:
        return report.generation, False
    if not report.fresh and report.resembles(checking.check(vault)):
        return report.generation, True
    raise VaultDamagedError(
        "The copy of the history is not like the history; it was not kept.",
        "Look at the history with `inhouse history verify`, and at the disk that the copy was meant for.",
    )


def copies(folder: Path) -> list[Copy]:
    """The copies in a folder, oldest first, by their names alone; none if there is no such folder."""
    with database.guarded():
        # A named pipe would never answer, and a link may lead anywhere.
        names = [one.name for one in _files_in(folder)]
    found = (copy_at(folder / name) for name in names)
    return sorted((one for one in found if one), key=lambda one: one.age)


def copy_at(file: Path) -> Copy | None:
    """What the name of a file tells; None if it is not the name of a copy."""
    match = _NAME.fullmatch(file.name)
    if match is None:
        return None
    taken = _time_of(match[1])
    if taken is None:
        return None
    return Copy(file, taken, min(int(match[2]), _MAX_GENERATION), bool(match[3]), bool(match[4]))


def _time_of(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _named(folder: Path, at: datetime, generation: int, *, scheduled: bool, damaged: bool) -> Copy:
    at = at.astimezone(UTC).replace(microsecond=0)
    kind = "-auto" * scheduled + "-damaged" * damaged
    file = folder / f"history-{at.strftime(_TIME)}-g{generation:06d}{kind}.vault"
    return Copy(file, at, generation, scheduled, damaged)


def kept_aside(folder: Path) -> list[Copy]:
    """Vaults that a restore or repair has put aside in the vault's own folder, oldest first."""
    found = []
    with database.guarded():
        for file in _files_in(folder):
            if match := _ASIDE.fullmatch(file.name):
                taken = _time_of(match[1]) or datetime.fromtimestamp(0, UTC)
                found.append(Copy(file, taken, _generation_of(file), scheduled=False, damaged=True))
    return sorted(found, key=lambda one: one.age)


def _files_in(folder: Path) -> list[Path]:
    entries = folder.iterdir() if folder.is_dir() else ()
    return [one for one in entries if one.is_file() and not one.is_symlink()]


def vault_in(file: Path) -> bytes | None:
    """The id of the vault that a file is a copy of; None where that cannot be read."""
    try:
        return outside_of(file).vault
    except VaultError:
        return None


def _generation_of(file: Path) -> int:
    try:
        return outside_of(file).generation
    except VaultError:
        return 0


@dataclass(frozen=True, slots=True)
class Outside:
    """What can be seen of a vault file without any key."""

    vault: bytes
    generation: int
    conversations: frozenset[bytes]
    """Row names."""


def outside_of(file: Path) -> Outside:
    """Look at a closed copy without a key. Raises VaultDamagedError or VaultNewerError."""
    database.check_header(file)
    with database.guarded(), closing(database.connect_copy(file)) as connection:
        first = connection.execute("SELECT id, generation FROM vault WHERE one = 1").fetchone()
        names = connection.execute("SELECT name FROM conversation LIMIT ?", (_MAX_ROWS,))
        if first is None:
            raise VaultDamagedError("The copy is damaged: its first row is missing.")
        held = frozenset(blob(row[0]) for row in names)
        return Outside(blob(first[0]), number(first[1], _MAX_GENERATION), held)


def may_hold(copy: Copy, vault: Vault, names: frozenset[bytes]) -> bool:
    """Whether a copy has one of these conversations, or may have: it is damaged, or has other keys."""
    try:
        outside = outside_of(copy.file)
    except VaultError:
        return True
    if outside.vault != vault.id:
        return False
    known = {entry.name for entry in vault.entries()} | names
    rekeyed = bool(outside.conversations) and not outside.conversations & known
    return rekeyed or bool(outside.conversations & names)


def remove(copy: Copy) -> None:
    """Delete a copy, for good. Raises VaultNotSavedError."""
    with database.guarded():
        copy.file.unlink(missing_ok=True)
        guard.sync_folder(copy.file.parent)


def _forget(part: Path) -> None:
    for companion in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + companion).unlink(missing_ok=True)
