"""Puts a copy of a vault, or what could be salvaged of a broken one, in its place.

Promises
    * Nothing takes the place of a vault before its key opened it and all of it was read.
    * What was there before stays, under a name that says why.
    * One process at a time, from the first look to the last rename.

Not promised
    * Noticing that both the vault and every copy of it were replaced by older ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.vault import backup, checking, database, exchange, guard, opening, salvage
from app.vault.checking import Report
from app.vault.errors import VaultAbsentError, VaultDamagedError, VaultError
from app.vault.exchange import FILE
from app.vault.opening import LOCK, Secret
from app.vault.remains import remains_of
from app.vault.salvage import Salvaged

_PART = FILE + ".part"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A copy that was opened and read, and what it would replace."""

    folder: Path
    report: Report
    last_seen: int
    """The highest generation known of the same vault here; 0 where nothing is known."""

    other_vault: bool
    """The vault that is there now is not the one that was copied."""

    @property
    def older(self) -> bool:
        """Whether something newer is known."""
        return self.report.generation < self.last_seen

    def put(self, at: datetime) -> Path | None:
        """Make it the vault; returns where the old one lies now. Raises VaultNotSavedError."""
        return exchange.put_in_place(self.folder, self.folder / _PART, "before-restore", at)


@contextmanager
def restoring(
    copy: Path, folder: Path, secret: Secret, known: Sequence[backup.Copy] = ()
) -> Iterator[Candidate]:
    """Look at a copy for as long as the block lasts; nothing is replaced unless `put` is called.

    `known` are other copies, whose generations tell how old this one is. Raises VaultDamagedError with
    the reason for a damaged copy, WrongPassphraseError, VaultInUseError and as `opening.open_vault`.
    """
    with _locked(folder):
        part = folder / _PART
        with database.guarded():
            exchange.finish(folder, datetime.now(UTC))
            exchange.take_in_log(folder)
            if not copy.is_file():
                raise VaultAbsentError(
                    "There is no such copy.", "See `inhouse history backups` for those there are."
                )
            exchange.copy_file(copy, part)
        try:
            database.check_header(part)
            vault, report = _read(part, secret)
            others = [_outside(folder / FILE), *(_outside(one.file) for one in known)]
            seen = [one.generation for one in others if one and one.vault == vault]
            foreign = others[0] is not None and others[0].vault != vault
            yield Candidate(folder, report, max(seen, default=0), foreign)
        finally:
            _forget(part)


def repair(
    folder: Path, secret: Secret, copies: Sequence[Path], at: datetime
) -> tuple[Salvaged, Report, Path]:
    """Salvage the vault into a new one, filled from `copies` (newest first), and keep the old file.

    Returns what was saved, how the new vault reads, and where the old one lies. Raises
    VaultDamagedError where nothing can be opened, WrongPassphraseError, VaultInUseError.
    """
    with _locked(folder):
        exchange.finish(folder, at)
        part = folder / _PART
        _forget(part)
        if not (folder / FILE).exists():
            raise VaultAbsentError("There is no history here.", "Put a copy in its place with `restore`.")
        try:
            remains = [remains_of(folder / FILE), *(remains_of(file) for file in copies)]
            known = {one[0] for one in remains[0].vaults}
            # Histories of several people may keep their copies in one folder.
            remains[1:] = [one for one in remains[1:] if not known or known & {its[0] for its in one.vaults}]
            salvaged = salvage.rebuild(
                remains, lambda vault, found: opening.root_key(vault, found, secret), part
            )
            _, report = _read(part, secret)
            aside = exchange.put_in_place(folder, part, "broken", at)
        finally:
            _forget(part)
        assert aside is not None, "there was a vault, under the same lock"
        return salvaged, report, aside


def identities(folder: Path) -> set[bytes]:
    """The ids of vaults that a vault file names, however broken it is; none without a file."""
    return {one[0] for one in remains_of(folder / FILE).vaults}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with database.guarded():
        guard.make_folder(folder)
        lock = guard.Lock(folder / LOCK)
    try:
        yield
    finally:
        lock.release()


def _read(part: Path, secret: Secret) -> tuple[bytes, Report]:
    opened, incidents = opening.open_copy(part, secret=secret)
    try:
        return opened.id, checking.check(opened, incidents)
    finally:
        opened.close()


def refuse_damaged(report: Report) -> None:
    """Raises VaultDamagedError with the reason, in numbers."""
    if report.whole:
        return
    records = sum(len(wound.damaged) for wound in report.wounds)
    reasons = [
        f"{records} damaged messages" * bool(records),
        f"{len(report.wounds)} damaged conversations" * bool(report.wounds),
        "a file whose parts do not fit together" * report.broken_file,
        "a seal over the whole that does not fit" * bool(report.fresh),
    ]
    said = ", ".join(reason for reason in reasons if reason) or "a wrong number of messages"
    raise VaultDamagedError(
        f"The copy is damaged: {said}.",
        "Take another copy, or this one with --damaged if there is no better one.",
    )


def _outside(file: Path) -> backup.Outside | None:
    try:
        return backup.outside_of(file)
    except (VaultError, OSError):
        return None


def _forget(part: Path) -> None:
    for companion in ("", "-wal", "-shm", "-journal", ".part"):
        part.with_name(part.name + companion).unlink(missing_ok=True)
