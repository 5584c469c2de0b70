"""T9: what was erased is in no live file, through kills too; copies that still hold it are named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from app.vault import backup
from app.vault.opening import FILE
from faults.bench import Child, contents, made, state, unlocked, workshop
from faults.registry import Result
from faults.shim import KILL, Shim

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_CANARY = b"canary-4417-heliotrope"


def run(size: int, chance: Random) -> Result:
    """`size` conversations, erased one by one; every second time the process is killed meanwhile."""
    result = Result()
    for what in ("erased", "kills", "canaries", "wrapped keys left", "copies not named", "damage"):
        result.count(what, 0)
    with workshop() as above:
        folder = made(above / "vault", 20)
        vault, _ = unlocked(folder)
        kept = contents(vault)
        doomed = [vault.add(None, [_CANARY + str(one).encode()], _CANARY) for one in range(size)]
        names = frozenset(one.name for one in vault.entries() if one.id in doomed)
        copy = backup.take(vault, above / "copies", AT)
        vault.close()
        secrets = _wrapped(folder, names)
        for number, one in enumerate(doomed):
            kill_at = chance.randrange(1, 25) if number % 2 else 0
            _erase(folder, one, kill_at)
            result.count("kills", bool(kill_at))
        found, report = state(folder)
        result.counts["erased"] = sum(one not in found for one in doomed)
        result.expect("a conversation was not erased", holds=result.counts["erased"] == size)
        result.expect("another conversation changed", holds=found == kept and report.whole)
        _hunt(result, folder, secrets)
        _copies(result, folder, copy, names)
    return result


def _wrapped(folder: Path, names: frozenset[bytes]) -> list[bytes]:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        rows = connection.execute("SELECT name, wrapped, ident, meta FROM conversation").fetchall()
    return [blob for name, *blobs in rows if name in names for blob in blobs]


def _erase(folder: Path, conversation: bytes, kill_at: int) -> None:
    """Try until it is done, as a person would; a kill before the commit leaves it whole."""
    for attempt in (kill_at, 0):
        child = Child(lambda _say, at=attempt: _erased(folder, conversation, at))
        list(child.lines())
        child.end()


def _erased(folder: Path, conversation: bytes, kill_at: int) -> None:
    vault, _ = unlocked(folder)
    if kill_at:
        Shim(folder).begin(KILL, at=kill_at)
    if any(one.id == conversation for one in vault.entries()):
        vault.erase([conversation])
    vault.close()


def _hunt(result: Result, folder: Path, secrets: list[bytes]) -> None:
    for file in folder.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        result.count("canaries", data.count(_CANARY))
        result.count("wrapped keys left", sum(secret in data for secret in secrets))
    result.expect("a canary is in clear", holds=not result.counts["canaries"])
    result.expect("a sealed key is left", holds=not result.counts["wrapped keys left"])


def _copies(result: Result, folder: Path, copy: backup.Copy, names: frozenset[bytes]) -> None:
    vault, _ = unlocked(folder)
    try:
        later = backup.take(vault, copy.file.parent, AT.replace(year=2027))
        result.count("copies not named", not backup.may_hold(copy, vault, names))
        result.expect("a copy that holds it is not named", holds=not result.counts["copies not named"])
        result.expect("a later copy is blamed", holds=not backup.may_hold(later, vault, names))
    finally:
        vault.close()
