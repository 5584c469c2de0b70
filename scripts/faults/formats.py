"""T34: what a newer version wrote is refused in words, and not a byte of it is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from app.vault import opening
from app.vault.errors import VaultDamagedError, VaultError, VaultNewerError
from app.vault.opening import FILE
from faults.bench import KEY, PASSPHRASE, fresh, made, state, workshop
from faults.registry import Result

_VERSION = slice(60, 64)
_APPLICATION = slice(68, 72)

Opening = Callable[[Path], object]


def _with_key(folder: Path) -> object:
    return opening.open_vault(folder, lambda _vault: KEY)


def _as_copy(folder: Path) -> object:
    return opening.open_copy(folder / FILE, secret=lambda _vault: KEY)


def run(size: int, chance: Random) -> Result:
    """`size` versions and foreign marks in the header, and in the slots; as a vault and as a copy."""
    result = Result()
    with workshop() as above:
        source = made(above / "made", 5)
        for _ in range(size):
            version = chance.randrange(2, 2**31).to_bytes(4, "big")
            foreign = chance.randbytes(4)
            for open_it in (_with_key, _as_copy):
                work = fresh(source, above / "work")
                _write(work / FILE, _VERSION, version)
                _judge(result, work, open_it, VaultNewerError)
                work = fresh(source, above / "work")
                _write(work / FILE, _APPLICATION, foreign)
                _judge(result, work, open_it, VaultDamagedError)
            work = fresh(source, above / "work")
            _slots(work / FILE, chance.randrange(2, 256))
            # By the passphrase: where the keyring's slot does not open, the passphrase is asked for.
            _judge(result, work, lambda work: opening.open_vault(work, PASSPHRASE), VaultNewerError)
        found, report = state(fresh(source, above / "work"))
        result.expect("the version that is known does not open whole", holds=report.whole and bool(found))
    return result


def _write(file: Path, place: slice, content: bytes) -> None:
    whole = bytearray(file.read_bytes())
    whole[place] = content
    file.write_bytes(whole)


def _slots(file: Path, number: int) -> None:
    """The first byte of each slot, which is its format."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for slot_id, body in connection.execute("SELECT id, body FROM slot").fetchall():
            connection.execute("UPDATE slot SET body = ? WHERE id = ?", (bytes([number]) + body[1:], slot_id))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _judge(result: Result, work: Path, open_it: Opening, expected: type[VaultError]) -> None:
    before = (work / FILE).read_bytes()
    result.count("openings")
    try:
        open_it(work)
        result.failures.append("a format that nobody knows was opened")
    except VaultError as error:
        result.expect(
            f"{type(error).__name__}: {error}", holds=isinstance(error, expected) and bool(error.remedy)
        )
    result.expect("the file was touched", holds=(work / FILE).read_bytes() == before)
