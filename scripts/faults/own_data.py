"""T33: what a person takes along comes back byte for byte; clocks erase nothing early."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from app.history.exporting.everything import export_everything
from app.history.exporting.one import export_one
from app.history.history import History
from app.history.importing.importer import import_file
from app.history.rules import HistoryRules
from app.history.steady import SteadyClock
from app.history.tidying import tidy
from app.vault.keys import FLOOR
from faults.bench import KEY, PASSPHRASE, fresh, made, workshop
from faults.registry import Result
from faults.secrets_wrong import ring

_DAY, _YEAR = 24 * 3600, 365 * 24 * 3600
_RETENTION = 30
_WORDS = ("leave", "zürich", "你好", "🌍", "\u202e", "<b>", "\x1b[31m", "```", "\\", '"', "\0")
_JUMPS = (0, 0, 0, 0, _YEAR, -_YEAR)


class _Wall:
    """A system clock that somebody turns, beside the time that really passes."""

    def __init__(self) -> None:
        self.shown = 40.0 * _YEAR
        self.passed = 0

    def __call__(self) -> float:
        return self.shown

    def day(self, chance: Random) -> None:
        """A day goes by; at one in three the clock is a year off by the end of it."""
        self.passed += _DAY
        self.shown += _DAY + chance.choice(_JUMPS)


def run(size: int, chance: Random) -> Result:
    """`size` conversations there and back and erased; then `size` days under a clock that jumps."""
    result = Result()
    with workshop() as above:
        work = fresh(made(above / "made", 0, conversations=0), above / "work")
        _there_and_back(result, above, work, size, chance)
        _clocks(result, fresh(above / "made", above / "work"), size, chance)
    return result


def _there_and_back(result: Result, above: Path, work: Path, size: int, chance: Random) -> None:
    with History.open_with_keyring(work, ring(KEY)) as history:
        for number in range(size):
            _tell(history, number, chance)
    with History.open_with_keyring(work, ring(KEY)) as history:
        done = export_everything(history, above / "all")
        first = _each(history, above / "first")
        erased = history.erasing.erase_all()
        result.count("conversations exported", done.conversations)
        result.count("conversations erased", erased.conversations)
        result.expect("something was left", holds=not history.conversations())
    with History.create(above / "second", PASSPHRASE, kdf=FLOOR) as second:
        for part in sorted((above / "all").glob("conversations*.json")):
            result.count("conversations imported", len(import_file(second, part).imported))
        again = _each(second, above / "again")
    result.count("not byte-equal", sum(first[title] != again.get(title) for title in first))
    result.expect("the exports differ", holds=first == again and len(first) == size)


def _tell(history: History, number: int, chance: Random) -> None:
    conversation = None
    for turn in range(chance.randrange(1, 4)):
        handle = history.begin_turn(conversation, f"{number} {' '.join(chance.choices(_WORDS, k=9))}")
        conversation = handle.conversation
        history.append(handle.turn, " ".join(chance.choices(_WORDS, k=40)))
        if turn % 2 == 0:
            history.finish(handle.turn, json.dumps({"answer": chance.choice(_WORDS)}), state="stopped")
    assert conversation is not None, "there was a turn"
    history.shelf.rename(conversation, f"title {number}")


def _each(history: History, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    found = {}
    for number, one in enumerate(history.conversations()):
        file = folder / f"{number}.json"
        export_one(history, one.id, "json", file)
        found[one.title] = file.read_bytes()
    return found


def _clocks(result: Result, work: Path, size: int, chance: Random) -> None:
    wall = _Wall()
    born = dict[str, int]()
    for what in ("days", "clock jumps", "erased by itself", "erased early"):
        result.count(what, 0)
    with History.open_with_keyring(work, ring(KEY)) as history:
        history.core.steady = SteadyClock(wall)
        history.core.rules = HistoryRules(retention_days=_RETENTION)
        for _ in range(size):
            handle = history.begin_turn(None, "kept for its time")
            history.finish(handle.turn, "{}", state="complete")
            born[handle.conversation] = wall.passed
            shown, passed = wall.shown, wall.passed
            wall.day(chance)
            result.count("days")
            result.count("clock jumps", wall.shown - shown != wall.passed - passed)
            tidy(history.core)
            left = {one.id for one in history.conversations()}
            for gone in [one for one in born if one not in left]:
                result.count("erased by itself")
                result.count("erased early", wall.passed - born.pop(gone) < _RETENTION * _DAY)
    result.expect("something was erased early", holds=not result.counts["erased early"])
