"""T35: turns, locking and files taken in beside each other; memory and descriptors stay flat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic

import numpy as np

from app.assistant import Assistant
from app.contract.history import SearchFilters
from app.errors import HistoryInUseError
from app.history.history import History
from app.history.search import HistorySearch
from app.recorders import KeptTurns
from app.stages.stage import Channel
from app.workers.jailed_reader import JailedReader
from faults.bench import KEY, fresh, made, workshop
from faults.registry import Result
from faults.secrets_wrong import ring
from grounding.errors import IntakeError
from grounding.intake import admit
from models.scripted_engine import ScriptedEngine
from tests.app.scripted import QUESTION, line

_TURNS_BETWEEN_LOCKS = 20
_KEPT = 10
"""Conversations; older ones are erased, so that what is held does not grow by itself."""

_TRIES, _PAUSE = 20, 0.05

_MOST_MIB_PER_HOUR = 5.0
_LONGEST_REST = 4.0
"""Seconds between two sessions, and between two files, in a run of minutes, which is to be long, not hard."""

_JUDGED_FROM = 240.0
"""Seconds; in a shorter run the allocator's first growth says more than any leak."""

_OF_ONE_JAIL = 6
"""Descriptors that a file which is read at this moment may have open."""

_PAGE = os.sysconf("SC_PAGE_SIZE")


def run(size: int, chance: Random) -> Result:
    """For `size` seconds."""
    result = Result()
    for what in ("turns", "locked and unlocked", "files read", "errors"):
        result.count(what, 0)
    samples = list[tuple[float, float, int]]()
    with workshop() as above:
        work = fresh(made(above / "made", 0, conversations=0), above / "work")
        started = monotonic()
        rest = min(_LONGEST_REST, size / 60)
        with _reading(result, above, rest, chance):
            while (now := monotonic() - started) < size:
                _session(result, work)
                Event().wait(rest)
                samples.append((now, _mib(), len([*Path("/proc/self/fd").iterdir()])))
    _judge(result, samples, size)
    return result


def _session(result: Result, work: Path) -> None:
    """Unlock, some turns, a search, erase the oldest, lock."""
    with _unlocked(result, work) as history:
        result.count("locked and unlocked")
        search = HistorySearch()
        search.begin(history)
        engine = ScriptedEngine("The daily meal allowance is 52 euros.")
        assistant = Assistant(line(engine), KeptTurns(history))
        conversation = None
        for _ in range(_TURNS_BETWEEN_LOCKS):
            asked = assistant.ask(QUESTION, conversation, Channel(lambda _: None))
            conversation = asked.conversation
            result.count("turns")
            result.count("errors", asked.outcome != "answered")
        search.wait(30.0)
        search.search("allowance", SearchFilters())
        kept = [one.id for one in history.conversations()]
        if kept[_KEPT:]:
            history.erasing.erase(kept[_KEPT:])
        search.close()


def _unlocked(result: Result, work: Path) -> History:
    """A child that is being started holds a copy of the lock for a moment, until it becomes its program."""
    for _ in range(_TRIES):
        try:
            return History.open_with_keyring(work, ring(KEY))
        except HistoryInUseError:
            result.count("moments in which the lock was still held")
            Event().wait(_PAUSE)
    return History.open_with_keyring(work, ring(KEY))


@contextmanager
def _reading(result: Result, above: Path, rest: float, chance: Random) -> Iterator[None]:
    """Read files in their jails meanwhile, good ones and broken ones."""
    ends = Event()

    def read() -> None:
        reader, number = JailedReader(), 0
        while not ends.wait(rest):
            number += 1
            file = above / f"note{number % 2}.{('md', 'pdf')[number % 2]}"
            file.write_bytes(b"%PDF-1.7 broken" if number % 2 else f"# Note\n\n{chance.random()}\n".encode())
            try:
                reader.read(admit(file))
            except IntakeError:
                result.count("broken files refused")
            result.count("files read")

    thread = Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _judge(result: Result, samples: list[tuple[float, float, int]], size: int) -> None:
    later = samples[len(samples) // 3 :]  # the first third warms caches
    times, memory, files = (np.array(column, dtype=float) for column in zip(*later, strict=True))
    slope = float(np.polyfit(times, memory, 1)[0]) * 3600 if len(later) > 1 else 0.0
    result.counts["resident, MiB"] = round(float(memory[-1]))
    result.counts["growth, KiB an hour"] = round(slope * 1024)
    result.counts["most descriptors"] = int(files.max())
    result.counts["descriptors more at the end than after the first third"] = int(files[-1] - files[0])
    result.expect("a turn was not answered", holds=not result.counts["errors"])
    result.expect("descriptors leak", holds=files[-1] - files[0] <= _OF_ONE_JAIL)
    if size >= _JUDGED_FROM:
        result.expect(f"memory grows by {slope:.1f} MiB an hour", holds=slope < _MOST_MIB_PER_HOUR)


def _mib() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20
