"""T4: a kill at each write, sync, rename and removal of one operation leaves it done or not begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from app.vault import backup, rekey, restoring
from app.vault.errors import VaultError, WrongPassphraseError
from app.vault.keys import FLOOR
from faults.bench import (
    KEY,
    NEW_PASSPHRASE,
    PASSPHRASE,
    Contents,
    Say,
    fresh,
    made,
    ran,
    state,
    unlocked,
    workshop,
)
from faults.registry import Result
from faults.shim import COUNT, KILL, Shim

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Operation:
    """Something that changes files; `act` is told the folder and is handed a switch for the shim."""

    name: str
    act: Callable[[Path, Callable[[], None]], None]
    secrets: tuple[str | None, ...] = (None,)
    """What may open the vault afterwards."""


def commit(folder: Path, begin: Callable[[], None]) -> None:
    vault, _ = unlocked(folder)
    begin()
    vault.add(vault.entries()[0].id, [b"one more"], b"summary")


def change_passphrase(folder: Path, begin: Callable[[], None]) -> None:
    vault, _ = unlocked(folder)
    begin()
    vault.change_passphrase(NEW_PASSPHRASE, FLOOR)


def take_backup(folder: Path, begin: Callable[[], None]) -> None:
    vault, _ = unlocked(folder)
    begin()
    backup.take(vault, folder / "backups", AT)


def restore(folder: Path, begin: Callable[[], None]) -> None:
    [copy] = backup.copies(folder / "backups")
    begin()
    with restoring.restoring(copy.file, folder, lambda _vault: KEY) as candidate:
        candidate.put(AT)


def repair(folder: Path, begin: Callable[[], None]) -> None:
    begin()
    restoring.repair(folder, lambda _vault: KEY, (), AT)


def erase(folder: Path, begin: Callable[[], None]) -> None:
    vault, _ = unlocked(folder)
    begin()
    vault.erase([min(one.id for one in vault.entries() if one.id)])


def rekey_everything(folder: Path, begin: Callable[[], None]) -> None:
    vault, _ = unlocked(folder)
    begin()
    rekey.rekey(vault, NEW_PASSPHRASE, FLOOR)


OPERATIONS = (
    Operation("commit", commit),
    Operation("passphrase change", change_passphrase, (None, PASSPHRASE, NEW_PASSPHRASE)),
    Operation("backup", take_backup),
    Operation("restore", restore),
    Operation("repair", repair),
    Operation("erase", erase),
    Operation("re-key", rekey_everything, (None, NEW_PASSPHRASE)),
)


def run(size: int, _chance: Random) -> Result:
    """Every `size`th call of each operation, the first and the last in any case."""
    result = Result()
    with workshop() as above:
        source = made(above / "made", 30)
        vault, _ = unlocked(source)
        backup.take(vault, source / "backups", AT)
        vault.add(None, [b"since the copy"], b"summary")
        vault.close()
        for operation in OPERATIONS:
            _at_each_call(result, operation, source, above / "work", size)
    return result


def _at_each_call(result: Result, operation: Operation, source: Path, work: Path, step: int) -> None:
    before, _ = state(fresh(source, work))
    fresh(source, work)
    [calls], _ = ran(lambda say: _counted(operation, work, say))
    after = _opened(operation, work)
    for call in sorted({*range(1, int(calls) + 1, step), int(calls)}):
        fresh(source, work)
        ran(lambda _say, at=call: _killed(operation, work, at))
        result.count(f"{operation.name}: kills")
        found = _opened(operation, work)
        where = f"{operation.name}, call {call}"
        result.expect(f"{where}: neither before nor after", holds=found in (before, after))
        good = all(_reads(copy.file) for copy in backup.copies(work / "backups"))
        result.expect(f"{where}: a named copy is not whole", holds=good)


def _counted(operation: Operation, work: Path, say: Say) -> None:
    shim = Shim(work)
    operation.act(work, lambda: shim.begin(COUNT))
    say(str(shim.end()))


def _killed(operation: Operation, work: Path, call: int) -> None:
    shim = Shim(work)
    operation.act(work, lambda: shim.begin(KILL, at=call))


def _opened(operation: Operation, work: Path) -> Contents | str:
    """What can be read with any of the secrets; a sentence if nothing, or if it is not sound."""
    said = "nothing opens it"
    for secret in operation.secrets:
        try:
            found, report = state(work, secret)
        except WrongPassphraseError:
            continue
        except VaultError as error:
            said = str(error)
            continue
        return found if report.whole else "it opens, but is not whole"
    return said


def _reads(copy: Path) -> bool:
    try:
        backup.outside_of(copy)
    except VaultError:
        return False
    return True
