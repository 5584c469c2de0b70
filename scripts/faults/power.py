"""T5: a power cut at any point leaves a vault that opens and has all that was acknowledged."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from app.vault.errors import VaultError
from app.vault.opening import FILE
from faults.bench import fresh, made, ran, record, state, unlocked, workshop
from faults.recording import Disk, Event, events
from faults.registry import Result
from faults.shim import Shim

_WAYS = ("kept", "dropped", "some")
_COMMITS_FOR_EACH_CUT = 0.2


def run(size: int, chance: Random) -> Result:
    """`size` cuts spread over a recording, each in one of three ways."""
    result = Result()
    for what in ("cut points", "lost", "does not open", "not whole"):
        result.count(what, 0)
    with workshop() as above:
        source = made(above / "made", 20)
        work = fresh(source, above / "work")
        commits = max(10, int(size * _COMMITS_FOR_EACH_CUT))
        ran(lambda _say: _recorded(work, above / "log", commits))
        known = {str(work / FILE): bytearray((source / FILE).read_bytes())}
        recorded = [one for one in events(above / "log") if not one.path.endswith("-shm")]
        cuts = set(chance.sample(range(len(recorded)), min(size, len(recorded))))
        _cut(result, Disk(known), recorded, cuts, chance)
    result.expect("an acknowledged message was lost", holds=not result.counts["lost"])
    result.expect("a vault did not open", holds=not result.counts["does not open"])
    result.expect("heads or chains did not fit", holds=not result.counts["not whole"])
    return result


def _recorded(work: Path, log: Path, commits: int) -> None:
    """Commits, each promised once it is done; now and then the log is taken into the file."""
    vault, _ = unlocked(work)
    shim = Shim(work)
    shim.record(log)
    known = [one.id for one in vault.entries()]
    for number in range(commits):
        known.append(vault.add(known[number % len(known)], [record(number)], b"summary"))
        shim.mark(number + 1)
        if number % 25 == 24:  # noqa: PLR2004 - often enough for cuts inside of it
            vault.erase([vault.add(None, [b"to be erased"])])
    vault.close()


def _cut(result: Result, disk: Disk, recorded: list[Event], cuts: set[int], chance: Random) -> None:
    promised = 0
    for number, event in enumerate(recorded):
        if number in cuts:
            _judge(result, disk.cut(_WAYS[number % len(_WAYS)], chance), promised)
        if event.what == "m":
            promised = event.offset
        else:
            disk.take(event)


def _judge(result: Result, files: dict[str, bytearray], promised: int) -> None:
    result.count("cut points")
    folder = Path(next(path for path in files if path.endswith(FILE))).parent
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    for path, data in files.items():
        Path(path).write_bytes(data)
        Path(path).chmod(0o600)
    try:
        found, report = state(folder)
    except VaultError as error:
        result.count("does not open")
        result.failures.append(f"after {promised} commits: {error}")
        return
    kept = {one for records in found.values() for one in records}
    result.count("lost", sum(record(number) not in kept for number in range(promised)))
    result.count("not whole", not report.whole)
    result.counts["acknowledged at the last cut"] = promised
