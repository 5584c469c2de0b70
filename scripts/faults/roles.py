"""T31: whoever has not the admin's passphrase changes nothing with any command, and it is on record."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from app.administration.auditing import Auditor
from app.administration.role import Administration
from app.locations import Locations, locate
from app.vault.keys import FLOOR
from faults.bench import PASSPHRASE, workshop
from faults.registry import Result

_ROOT = Path(__file__).resolve().parents[2]

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("docs", "add", "NOTE"),
    ("docs", "sync", "FOLDER"),
    ("docs", "remove", "note.md"),
    ("docs", "rollback", "1"),
    ("docs", "prune"),
    ("docs", "rebuild"),
    ("docs", "collection", "secret"),
    ("models", "add", "NOTE"),
    ("models", "remove", "large"),
    ("entities", "load", "NAMES"),
    ("entities", "remove", "Acme"),
    ("admin", "init"),
    ("admin", "passphrase"),
    ("admin", "policy", "POLICY"),
    ("admin", "sign"),
    ("admin", "trust", "0000"),
    ("audit", "verify"),
)

FALSE_ROLES = {"INHOUSE_ADMIN": "1", "INHOUSE_ROLE": "admin", "SUDO_USER": "admin", "USER": "admin"}


def run(size: int, chance: Random) -> Result:
    """`size` attempts: each command without a passphrase, with a wrong one, with claims to be the admin."""
    result = Result()
    for what in ("attempts", "successes", "refusals without a reason", "changed files"):
        result.count(what, 0)
    with workshop() as above:
        locations = locate({"INHOUSE_HOME": str(above / "home")})
        auditor = Auditor(locations.audit, "the admin")
        Administration(locations, auditor, lambda: PASSPHRASE).create(PASSPHRASE, FLOOR)
        _things(above)
        before = _digest(locations)
        claims = _claims(above, chance)
        attempts = [(command, claim) for command in COMMANDS for claim in claims]
        for number in range(size):
            if number % len(attempts) == 0:
                chance.shuffle(attempts)
            command, claim = attempts[number % len(attempts)]
            _attempt(result, above, command, claim)
            same = _digest(locations) == before
            result.count("changed files", not same)
            result.expect(f"{' '.join(command)} changed a file", holds=same)
        recorded = sum(1 for _ in auditor.log.entries()) - 1
        result.counts["events on record"] = recorded
    result.expect("an attempt succeeded", holds=not result.counts["successes"])
    result.expect("no attempt is on record", holds=recorded >= result.counts["attempts"] // 4)
    return result


def _things(above: Path) -> None:
    (above / "folder").mkdir()
    (above / "note.md").write_text("# Note\n\nThe lamp is green.\n", encoding="utf-8")
    (above / "names.csv").write_text("name,kind\nAcme,organisation\n", encoding="utf-8")
    (above / "policy.toml").write_text("", encoding="utf-8")


def _claims(above: Path, chance: Random) -> tuple[dict[str, str], ...]:
    wrong = above / "wrong"
    wrong.write_text(f"not the words {chance.random()}", encoding="utf-8")
    wrong.chmod(0o600)
    return (
        {},
        FALSE_ROLES,
        {"INHOUSE_ADMIN_PASSPHRASE_FILE": str(wrong), "INHOUSE_NEW_ADMIN_PASSPHRASE_FILE": str(wrong)},
    )


def _attempt(result: Result, above: Path, command: tuple[str, ...], claim: dict[str, str]) -> None:
    places = {"NOTE": "note.md", "FOLDER": "folder", "NAMES": "names.csv", "POLICY": "policy.toml"}
    words = [str(above / places[word]) if word in places else word for word in command]
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
        env={"PATH": os.environ["PATH"], "INHOUSE_HOME": str(above / "home"), "HOME": str(above)} | claim,
    )
    result.count("attempts")
    result.count("successes", done.returncode == 0)
    silent = not done.stderr.strip() or "Traceback" in done.stderr
    result.count("refusals without a reason", silent)
    said = done.stderr.strip().splitlines()[-1:]
    result.expect(f"{' '.join(command)}: {done.returncode} {said}", holds=done.returncode != 0 and not silent)


def _digest(locations: Locations) -> str:
    """Of all files that only the admin may change; the record of events grows, and caches are no truth."""
    whole = hashlib.sha256()
    for folder in (locations.config, locations.data):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            if locations.audit not in file.parents:
                whole.update(str(file).encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()
