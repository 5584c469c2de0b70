"""T4: kills at any moment while writing lose nothing that was acknowledged and double nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from time import perf_counter

from faults.bench import Child, Say, made, record, state, unlocked, workshop
from faults.registry import Result
from faults.shim import KILL, Shim

_SECONDS_TO_OPEN = 2.0


def run(size: int, chance: Random) -> Result:
    """`size` times: write until killed, half of them from outside, half within a call; then read all."""
    result = Result()
    for what in ("cycles", "acknowledged", "lost", "duplicates", "not whole"):
        result.count(what, 0)
    with workshop() as above:
        folder = made(above / "vault", 20)
        safe: Counter[bytes] = Counter()
        slowest = 0.0
        for cycle in range(size):
            safe.update(_write_until_killed(folder, cycle, chance))
            started = perf_counter()
            found, report = state(folder)
            slowest = max(slowest, perf_counter() - started)
            kept = Counter(one for records in found.values() for one in records if one is not None)
            result.count("cycles")
            result.counts["lost"] = sum((safe - kept).values())
            result.counts["duplicates"] = sum(number - 1 for number in kept.values())
            result.count("not whole", not report.whole)
        result.counts["acknowledged"] = sum(safe.values())
        result.counts["slowest opening with everything read, ms"] = round(slowest * 1000)
    result.expect("an acknowledged message was lost", holds=not result.counts["lost"])
    result.expect("a message was there twice", holds=not result.counts["duplicates"])
    result.expect("heads or chains did not fit", holds=not result.counts["not whole"])
    result.expect("opening took longer than 2 s", holds=slowest < _SECONDS_TO_OPEN)
    return result


def _write_until_killed(folder: Path, cycle: int, chance: Random) -> list[bytes]:
    after, seed, within = chance.randrange(1, 40), chance.random(), cycle % 2
    kill_at = within * chance.randrange(1, 400)
    writes = Random(seed)  # noqa: S311 - nothing is kept secret by it
    child = Child(lambda say: _write(folder, cycle, writes, kill_at, say))
    said: list[bytes] = []
    for line in child.lines():
        said.append(_text(cycle, int(line)))
        if not within and len(said) == after:
            child.kill()
    child.end()
    return said


def _text(cycle: int, number: int) -> bytes:
    return f"cycle {cycle} ".encode() + record(number)


def _write(folder: Path, cycle: int, chance: Random, kill_at: int, say: Say) -> None:
    vault, _ = unlocked(folder)
    known = [one.id for one in vault.entries()]
    if kill_at:
        Shim(folder).begin(KILL, at=kill_at)
    for number in range(100_000):
        target = chance.choice([*known, None])
        known.append(vault.add(target, [_text(cycle, number)], b"summary"))
        say(str(number))
