"""T7: costs of key derivation that someone wrote into the file are refused before anything is derived."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from time import perf_counter

from app.vault import opening
from app.vault.errors import VaultError, WrongPassphraseError
from app.vault.opening import FILE
from faults.bench import PASSPHRASE, Say, fresh, made, ran, workshop
from faults.registry import Result

_MOST_MS, _MOST_MIB = 50, 20
_MEMORY, _PASSES, _LANES, _SALT = slice(4, 8), slice(8, 12), slice(12, 16), slice(16, 32)
"""Where the numbers stand in a slot; see FORMAT.md."""

Spoil = Callable[[bytearray, Random], None]


def _put(place: slice, number: int) -> Spoil:
    def spoil(slot: bytearray, _chance: Random) -> None:
        slot[place] = number.to_bytes(4, "big")

    return spoil


def _byte(at: int, value: int) -> Spoil:
    def spoil(slot: bytearray, _chance: Random) -> None:
        slot[at] = value

    return spoil


def _salt(slot: bytearray, chance: Random) -> None:
    slot[_SALT] = chance.randbytes(16)


CASES: dict[str, Spoil] = {
    "8 KiB of memory": _put(_MEMORY, 8),
    "64 MiB less one": _put(_MEMORY, 64 * 1024 - 1),
    "64 GiB of memory": _put(_MEMORY, 64 * 2**20),
    "4 TiB of memory": _put(_MEMORY, 2**32 - 1),
    "no pass": _put(_PASSES, 0),
    "11 passes": _put(_PASSES, 11),
    "2**32 - 1 passes": _put(_PASSES, 2**32 - 1),
    "no lane": _put(_LANES, 0),
    "255 lanes": _put(_LANES, 255),
    "another derivation": _byte(3, 7),
    "no derivation": _byte(3, 0),
    "format 0": _byte(0, 0),
    "format 2": _byte(0, 2),
    "suite 9": _byte(1, 9),
}
DERIVED: dict[str, Spoil] = {"another salt": _salt}
"""What cannot be told from a wrong passphrase without deriving."""


def run(size: int, chance: Random) -> Result:
    """Each case `size` times, each opening in a process of its own."""
    result = Result()
    slowest, largest = 0.0, 0.0
    with workshop() as above:
        source = made(above / "made", 5)
        for name, spoil in (CASES | DERIVED).items():
            for _ in range(size):
                work = fresh(source, above / "work")
                _spoil(work / FILE, spoil, chance)
                before = (work / FILE).read_bytes()
                said, _ = ran(lambda say, work=work: _open(work, say))
                how, seconds, grown = said[0].split()
                result.count("openings")
                result.expect(f"{name}: {how}", holds=how == ("wrong" if name in DERIVED else "refused"))
                result.expect(f"{name}: the file was changed", holds=(work / FILE).read_bytes() == before)
                if name in CASES:
                    slowest, largest = max(slowest, float(seconds)), max(largest, float(grown))
    result.counts["slowest refusal, ms"] = round(slowest * 1000)
    result.counts["most memory taken, MiB"] = round(largest)
    result.expect(f"a refusal took more than {_MOST_MS} ms", holds=slowest * 1000 < _MOST_MS)
    result.expect(f"a refusal took more than {_MOST_MIB} MiB", holds=largest < _MOST_MIB)
    return result


def _spoil(file: Path, spoil: Spoil, chance: Random) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for slot_id, body in connection.execute("SELECT id, body FROM slot").fetchall():
            if body[2] == 1:
                slot = bytearray(body)
                spoil(slot, chance)
                connection.execute("UPDATE slot SET body = ? WHERE id = ?", (bytes(slot), slot_id))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _open(folder: Path, say: Say) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = perf_counter()
    try:
        opening.open_vault(folder, PASSPHRASE)
        how = "opened"
    except WrongPassphraseError:
        how = "wrong"
    except VaultError:
        how = "refused"
    seconds = perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    say(f"{how} {seconds:.6f} {grown:.3f}")
