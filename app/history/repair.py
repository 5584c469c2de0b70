"""Looks a history over, puts a copy in its place, and makes a new one from a broken one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.contract.history_copies import DamageShape, RepairShape, RestoreShape, VerifyShape
from app.errors import HistoryDamagedError
from app.history.translate import translated
from app.vault import backup, checking, opening, restoring
from app.vault.checking import Report
from app.vault.opening import Secret
from app.vault.restoring import Candidate

if TYPE_CHECKING:
    from app.history.history import History

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


def verify(history: History) -> VerifyShape:
    """Read every head and every message of an open history."""
    core = history._core  # noqa: SLF001 - the facade and its parts are one
    with core.at_work() as vault:
        return verified(checking.check(vault))


def verify_copy(copy: Path, secret: Secret) -> VerifyShape:
    """Read every head and every message of a copy; nothing is written. Raises HistoryError."""
    with translated():
        opened, incidents = opening.open_copy(copy, secret=secret)
        try:
            return verified(checking.check(opened, incidents))
        finally:
            opened.close()


@dataclass(frozen=True, slots=True)
class Restoring:
    """A copy that was read and may be put in place, as long as the block lasts."""

    copy: Path
    candidate: Candidate

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the person must agree to; none where nothing newer is known."""
        said = []
        if self.candidate.older:
            taken = backup.copy_at(self.copy)
            since = f" from {taken.taken:%Y-%m-%d %H:%M} UTC" if taken else ""
            said.append(
                f"This is an older copy{since}, generation {self.candidate.report.generation}"
                f" of {self.candidate.last_seen}."
            )
        if self.candidate.other_vault:
            said.append("This is a copy of another history than the one that is here now.")
        return tuple(said)

    def refuse_damaged(self) -> None:
        """Raises HistoryDamagedError with the reason, unless the copy is whole."""
        with translated():
            restoring.refuse_damaged(self.candidate.report)

    def put(self, now: Clock = utc_now) -> RestoreShape:
        """Make it the history; the one from before stays under another name."""
        with translated():
            kept = self.candidate.put(now())
        known = backup.copy_at(self.copy)
        return RestoreShape(
            copy_of=str(self.copy),
            taken=known.taken.isoformat() if known else None,
            last_seen=self.candidate.last_seen,
            older=self.candidate.older,
            kept=str(kept) if kept else None,
            verified=verified(self.candidate.report),
        )


@contextmanager
def restoring_from(
    copy: Path, folder: Path, secret: Secret, others: Path | None = None
) -> Iterator[Restoring]:
    """Open and read a copy. `others` is the folder of further copies, which tell how old this one is."""
    with translated():
        known = backup.copies(others or folder)
        with restoring.restoring(copy.absolute(), folder, secret, known) as candidate:
            yield Restoring(copy, candidate)


def repair(folder: Path, secret: Secret, copies: Sequence[Path], now: Clock = utc_now) -> RepairShape:
    """Salvage a broken history into a new one, filled from `copies`, newest first. Raises HistoryError."""
    with translated():
        salvaged, report, aside = restoring.repair(folder, secret, copies, now())
    return RepairShape(
        repaired=True,
        conversations=salvaged.conversations,
        records=salvaged.records,
        missing=salvaged.missing,
        from_copies=salvaged.from_copies,
        lost_conversations=salvaged.lost_conversations,
        revived=salvaged.revived,
        settings_lost=salvaged.settings_lost,
        kept=str(aside),
        verified=verified(report),
    )


def newest_good(folder: Path, history: Path) -> Path | None:
    """The copy in `folder` to fill the broken history in the folder `history` from."""
    with translated():
        own = restoring.identities(history)
        good = [copy.file for copy in backup.copies(folder) if not copy.damaged]
        return next((file for file in reversed(good) if not own or backup.vault_in(file) in own), None)


def refuse_damage(found: VerifyShape, what: str) -> None:
    """Raises HistoryDamagedError in numbers, for a command's exit code."""
    if not found.whole:
        records = sum(len(one.records) for one in found.damaged)
        raise HistoryDamagedError(
            f"{what} is damaged: messages {records}, conversations {len(found.damaged)}.",
            "Run `inhouse history repair`; the damaged file is kept.",
        )


def verified(report: Report) -> VerifyShape:
    """The shape of a report: ids and numbers, no titles."""
    return VerifyShape(
        whole=report.whole,
        generation=report.generation,
        conversations=report.conversations,
        records=report.records,
        damaged=[
            DamageShape(
                conversation=(wound.id or wound.name).hex(),
                head_fits=wound.sound,
                title_opens=wound.summary_opens,
                records=list(wound.damaged),
            )
            for wound in report.wounds
        ],
        unaccounted=report.unaccounted,
        broken_file=report.broken_file,
        put_back_or_removed=any(one.what != f"rows {report.unaccounted:+}" for one in report.fresh),
    )
