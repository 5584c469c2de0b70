"""T36: copies taken while writing are whole when restored; damaged and older ones are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from app.vault import backup, restoring
from app.vault.errors import VaultError
from faults.bench import KEY, contents, fresh, made, record, state, unlocked, workshop
from faults.registry import Result

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def run(size: int, chance: Random) -> Result:
    """`size` copies between writes, each restored over the last state and read; then damaged ones."""
    result = Result()
    for what in ("copies", "restored and equal", "older announced", "damaged", "damaged refused"):
        result.count(what, 0)
    with workshop() as above:
        folder = made(above / "vault", 20)
        taken = _taken(folder, size)
        last, _ = state(folder)
        for number, (copy, held) in enumerate(taken):
            work = fresh(folder, above / "work")
            with restoring.restoring(copy.file, work, lambda _vault: KEY) as candidate:
                result.count("older announced", candidate.older)
                aside = candidate.put(AT + timedelta(seconds=number))
            found, report = state(work)
            result.count("copies")
            result.count("restored and equal", found == held and report.whole)
            kept = aside is not None and _content_of(aside, work) == last
            result.expect(f"copy {number}: what was there before is not kept", holds=kept)
        for copy, _ in taken:
            _damage(result, copy.file, folder, chance)
    result.expect("a good copy was not restored whole", holds=result.counts["restored and equal"] == size)
    result.expect("an older copy was not announced", holds=result.counts["older announced"] == size)
    result.expect("a damaged copy was taken for good",
                  holds=result.counts["damaged refused"] == result.counts["damaged"])  # fmt: skip
    return result


def _taken(folder: Path, size: int) -> list[tuple[backup.Copy, dict[bytes, list[bytes | None]]]]:
    vault, _ = unlocked(folder)
    taken = []
    try:
        for number in range(size):
            vault.add(None if number % 3 else vault.entries()[0].id, [record(number)], b"summary")
            copy = backup.take(vault, folder / "backups", AT + timedelta(days=number))
            taken.append((copy, contents(vault)))
        vault.add(None, [b"after the last copy"])
    finally:
        vault.close()
    return taken


def _content_of(aside: Path, work: Path) -> dict[bytes, list[bytes | None]]:
    (work / "vault.db").write_bytes(aside.read_bytes())
    return state(work)[0]


def _damage(result: Result, copy: Path, folder: Path, chance: Random) -> None:
    """A page of it is overwritten with chance bytes."""
    whole = copy.read_bytes()
    page = chance.randrange(1, len(whole) // 4096) * 4096
    copy.write_bytes(whole[:page] + chance.randbytes(4096) + whole[page + 4096 :])
    result.count("damaged")
    try:
        with restoring.restoring(copy, folder, lambda _vault: KEY) as candidate:
            restoring.refuse_damaged(candidate.report)
    except VaultError:
        result.count("damaged refused")
