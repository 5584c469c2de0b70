"""T10: keyrings that misbehave and wrong passphrases lead to being asked, always in the same words."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import perf_counter
from types import FrameType
from typing import Any, Self

from app.errors import HistoryLockedError
from app.history.attempts import WrongAttempts
from app.history.history import History
from app.history.keyring_slot import Ring
from faults.bench import KEY, PASSPHRASE, fresh, made, workshop
from faults.registry import Result

_HANGS = 30.0
_PATIENCE = 0.5
_TICK = 0.01
_MOST_LATE = 0.2
_LENGTHS = (0, 1, 8, 40, 1000)


class _Keeps:
    """A keyring that gives what `get` gives."""

    def __init__(self, get: Callable[[], str | None]) -> None:
        self._get = get

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        return self._get()

    def set_password(self, service: str, username: str, password: str) -> None:
        del service, username, password
        raise AssertionError("nothing may be stored when a history is opened")

    def delete_password(self, service: str, username: str) -> None:
        del service, username
        raise AssertionError("nothing may be deleted when a history is opened")


def _locked() -> str | None:
    raise RuntimeError("the keyring is locked")


def _hangs() -> str | None:
    Event().wait(_HANGS)
    return base64.b64encode(KEY).decode()


def _gives(text: str | None) -> Callable[[], str | None]:
    return lambda: text


def ring(key: bytes) -> Ring:
    """A keyring that holds this key, so that a history opens without a slow derivation."""
    return Ring("of the test", _Keeps(_gives(base64.b64encode(key).decode())))


RINGS: dict[str, Callable[[], str | None]] = {
    "holds nothing": _gives(None),
    "is locked": _locked,
    "holds another key": _gives(base64.b64encode(bytes(32)).decode()),
    "holds garbage": _gives("\x00 not base64 \udce4"),
    "holds a megabyte": _gives("A" * 2**20),
    "holds an empty text": _gives(""),
    "hangs for 30 s": _hangs,
}


def run(size: int, chance: Random) -> Result:
    """Each keyring once, then `size` wrong passphrases."""
    result = Result()
    with workshop() as above:
        source = made(above / "made", 3)
        for name, get in RINGS.items():
            _judge_ring(result, name, get, fresh(source, above / "work"))
        _judge_passphrases(result, fresh(source, above / "work"), size, chance)
    return result


def _judge_ring(result: Result, name: str, get: Callable[[], str | None], work: Path) -> None:
    before = {file.name: file.read_bytes() for file in work.iterdir()}
    misbehaving = Ring("of the test", _Keeps(get), patience=_PATIENCE)
    found = list[str]()

    def open_it() -> None:
        try:
            History.open_with_keyring(work, misbehaving).close()
            found.append("opened")
        except HistoryLockedError as error:
            found.append("asked" if error.remedy or str(error) else "without words")

    opener = Thread(target=open_it)
    latest, last = 0.0, perf_counter()
    opener.start()
    while opener.is_alive():
        opener.join(_TICK)
        latest, last = max(latest, perf_counter() - last), perf_counter()
    result.count("keyrings")
    worst = max(result.counts.get("longest that another thread stood still, ms", 0), round(latest * 1000))
    result.counts["longest that another thread stood still, ms"] = worst
    result.expect(f"a keyring that {name}: {found}", holds=found == ["asked"])
    result.expect(f"a keyring that {name} held up another thread", holds=latest < _MOST_LATE + _TICK)
    after = {file.name: file.read_bytes() for file in work.iterdir()}
    result.expect(f"a keyring that {name} changed a file", holds=after == before)


def _judge_passphrases(result: Result, work: Path, size: int, chance: Random) -> None:
    waits = list[float]()
    attempts = WrongAttempts(sleep=waits.append, clock=lambda: 0.0)
    said, paths = set[str](), set[tuple[tuple[str, int], ...]]()
    for number in range(size):
        guess = _guess(number, chance)
        with _Steps() as steps:
            try:
                History.open(work, guess, attempts=attempts).close()
                result.failures.append("a wrong passphrase opened the history")
            except HistoryLockedError as error:
                said.add(f"{error} {error.remedy}")
        if number:  # the first one imports
            paths.add(tuple(sorted(steps.seen)))
        result.count("wrong passphrases")
    result.counts["different words said"] = len(said)
    result.counts["different ways through the code"] = len(paths)
    result.expect("the words differed", holds=len(said) == 1)
    result.expect("the way through the code differed", holds=len(paths) <= 1)
    expected = [min(2.0**number, 30.0) for number in range(size - 1)]
    result.expect("a delay was left out", holds=waits == expected)
    History.open(work, PASSPHRASE, attempts=attempts).close()


def _guess(number: int, chance: Random) -> str:
    if number % 2:  # ever longer parts of the right one
        return PASSPHRASE[: number % len(PASSPHRASE)]
    return "".join(chr(chance.randrange(32, 0x2FF)) for _ in range(chance.choice(_LENGTHS)))


class _Steps:
    """Which lines of the vault run."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        file = frame.f_code.co_filename
        return self._line if "/app/vault/" in file or "/app/history/" in file else None

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self.seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line
