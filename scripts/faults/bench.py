"""A vault to break, made once and copied for each attempt, and children that may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault import checking, opening
from app.vault.checking import Report
from app.vault.keys import FLOOR
from app.vault.store import Vault

PASSPHRASE, NEW_PASSPHRASE = "six words nobody would guess here", "six other words nobody ever guesses"
KEY = bytes(range(32))
"""Of the keyring slot, which opens a vault without a slow derivation."""

Contents = dict[bytes, list[bytes | None]]
Say = Callable[[str], None]


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder in memory where there is one: nothing here tests the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder).resolve()


def made(folder: Path, messages: int, conversations: int = 5, longest: int = 1200) -> Path:
    """A vault with so many records of up to `longest` bytes and a few more, closed."""
    vault = opening.create(folder, PASSPHRASE, FLOOR)
    try:
        vault.put_keyring_slot(KEY)
        ids = [vault.add(None, [], f"summary {one}".encode()) for one in range(conversations)]
        for number in range(messages):
            vault.add(ids[number % conversations], [record(number, longest)])
    finally:
        vault.close()
    return folder


def record(number: int, longest: int = 1200) -> bytes:
    """The text of record `number`: no two are alike."""
    return f"record {number} ".encode() + b"x" * (number * 37 % longest)


def fresh(source: Path, target: Path) -> Path:
    """A copy of a closed vault's folder in the place of whatever is there."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(source, target))


def unlocked(folder: Path, secret: str | None = None) -> tuple[Vault, tuple[opening.Incident, ...]]:
    """Open with a passphrase, or with the keyring's key."""
    return opening.open_vault(folder, secret or (lambda _vault: KEY))


def contents(vault: Vault) -> Contents:
    """Every record that can be read."""
    return {one.id: vault.read(one.id) for one in vault.entries() if one.id is not None}


def state(folder: Path, secret: str | None = None) -> tuple[Contents, Report]:
    """What a vault holds, and how sound it is."""
    vault, incidents = unlocked(folder, secret)
    try:
        report = checking.check(vault, incidents)
        if incidents and not report.fresh:
            report = checking.Report(**{**_fields(report), "fresh": incidents})
        return contents(vault), report
    finally:
        vault.close()


def state_untouched(folder: Path, secret: str | None = None) -> tuple[Contents, Report]:
    """As `state`, without a byte written to the folder."""
    vault, incidents = opening.open_copy(folder / opening.FILE, secret=secret or (lambda _vault: KEY))
    try:
        return contents(vault), checking.check(vault, incidents)
    finally:
        vault.close()


def _fields(report: Report) -> dict[str, object]:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}


class Child:
    """`work(say)` in a forked process, which is in nobody's way when it dies."""

    def __init__(self, work: Callable[[Say], None]) -> None:
        readable, writable = os.pipe()
        sys.stdout.flush()
        self._process = os.fork()
        if self._process == 0:
            os.close(readable)
            _work_and_leave(work, writable)
        os.close(writable)
        self._said = os.fdopen(readable, encoding="ascii")

    def lines(self) -> Iterator[str]:
        """What it says, until it ends; a line that was cut off by a kill was not said."""
        for line in self._said:
            if line.endswith("\n"):
                yield line.strip()

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self._process, signal.SIGKILL)

    def end(self) -> int:
        """Wait for it: 0, or minus the signal that ended it. An exception in it is one here."""
        self._said.close()
        code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        if code > 0:
            raise RuntimeError("a child failed; see above")
        return code


def _work_and_leave(work: Callable[[Say], None], writable: int) -> None:
    def say(line: str) -> None:
        os.write(writable, line.encode() + b"\n")

    try:
        work(say)
    except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def ran(work: Callable[[Say], None]) -> tuple[list[str], int]:
    """What a child said, and how it ended."""
    child = Child(work)
    said = list(child.lines())
    return said, child.end()
