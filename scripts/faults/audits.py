"""T32: whatever is done to the audit log at any position is noticed, and the first bad entry named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from app.vault import admin_key, checkpoints
from app.vault.admin_key import Admin
from app.vault.audit_chain import Event
from app.vault.audit_log import LOG, AuditLog
from app.vault.keys import FLOOR
from faults.bench import PASSPHRASE, fresh, workshop
from faults.registry import Result

_NOW = "2026-03-01T12:00:00+00:00"
_ENTRIES, _SIGNED = 200, 150

Lines = list[bytes]


def _edited(lines: Lines, at: int) -> Lines:
    said = json.loads(lines[at])
    said["counts"] = {"files": 10**6}
    return [*lines[:at], json.dumps(said, separators=(",", ":")).encode() + b"\n", *lines[at + 1 :]]


ATTACKS: dict[str, Callable[[Lines, int], Lines]] = {
    "edited": _edited,
    "deleted": lambda lines, at: [*lines[:at], *lines[at + 1 :]],
    "inserted": lambda lines, at: [*lines[: at + 1], *lines[at:]],
    "reordered": lambda lines, at: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
    "newest cut off": lambda lines, at: lines[:at],
    "all cut off": lambda _lines, _at: [],
}


def run(size: int, chance: Random) -> Result:
    """Each attack at `size` positions, and an old copy of the log put back as often."""
    result = Result()
    for what in ("attacks", "unnoticed", "named wrongly"):
        result.count(what, 0)
    with workshop() as above:
        admin = admin_key.create(above / "admin", PASSPHRASE, FLOOR)
        source = _made(above, admin)
        for _ in range(size):
            for name, attack in ATTACKS.items():
                work = fresh(source, above / "work")
                at = chance.randrange(_ENTRIES - 1)
                file = work / "audit" / LOG
                file.write_bytes(b"".join(attack(file.read_bytes().splitlines(keepends=True), at)))
                expected = {"inserted": at + 1, "all cut off": 0}.get(name, at)
                _judge(result, f"{name} at {at}", checkpoints.audit(*_parts(work, admin)), expected)
            _old_copy(result, fresh(source, above / "work"), above / f"old{chance.randrange(4)}", admin)
        admin.close()
    return result


def _made(above: Path, admin: Admin) -> Path:
    """200 entries, a checkpoint behind the 150th, and copies of the folder at four earlier moments."""
    place = above / "source"
    log = AuditLog(place / "audit")
    for number in range(_ENTRIES):
        if number == _SIGNED:
            checkpoints.sign(log, admin, _NOW, _places(place))
        if number in range(20, 100, 20):
            shutil.copytree(place / "audit", above / f"old{number // 20 - 1}")
        counts = {"files": number}
        log.append(Event(time=_NOW, who="a1b2", what="docs.add", subject=f"{number:064x}", counts=counts))
    return place


def _old_copy(result: Result, work: Path, old: Path, admin: Admin) -> None:
    """The whole folder put back; the checkpoint outside it stays."""
    shutil.rmtree(work / "audit")
    shutil.copytree(old, work / "audit")
    _judge(result, f"{old.name} put back", checkpoints.audit(*_parts(work, admin)), None)


def _judge(result: Result, what: str, report: checkpoints.Report, at: int | None) -> None:
    result.count("attacks")
    result.count("unnoticed", report.bad is None)
    wrong = report.bad is not None and at is not None and report.bad != at
    result.count("named wrongly", wrong)
    result.expect(f"{what}: said {report.bad}", holds=report.bad is not None and not wrong)


def _parts(place: Path, admin: Admin) -> tuple[AuditLog, Admin, list[Path]]:
    return AuditLog(place / "audit"), admin, _places(place)


def _places(place: Path) -> list[Path]:
    return [place / "audit" / "checkpoint.json", place / "elsewhere" / "checkpoint.json"]
