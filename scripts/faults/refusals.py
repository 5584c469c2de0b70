"""T6: a disk that refuses or shortens a write costs nothing but that write, and it can be retried."""

from __future__ import annotations

import base64
import errno
import os
from pathlib import Path
from random import Random

from app.errors import HistoryNotSavedError
from app.history.history import History
from app.history.keyring_slot import Ring
from faults.bench import KEY, Say, fresh, made, ran, state, workshop
from faults.registry import Result
from faults.shim import ALL, REFUSE, REFUSE_ON, SHORTEN, WRITES, Shim

_KINDS = (
    ("ENOSPC", REFUSE_ON, errno.ENOSPC),
    ("EDQUOT", REFUSE_ON, errno.EDQUOT),
    ("EROFS", REFUSE_ON, errno.EROFS),
    ("EIO", REFUSE, errno.EIO),
    ("short write", SHORTEN, 0),
)
_TURNS = 8


class _Kept:
    """A keyring with the one key in it."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - a keyring's signature
        return base64.b64encode(KEY).decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        pass

    def delete_password(self, service: str, username: str) -> None:
        pass


def run(size: int, _chance: Random) -> Result:
    """Each kind at each of the first `size` writes; then what was refused is saved again."""
    result = Result()
    for what in ("refusals", "told as not saved", "saved again", "corruptions", "lost", "duplicates"):
        result.count(what, 0)
    with workshop() as above:
        source = made(above / "made", 20)
        for name, mode, code in _KINDS:
            for at in range(1, size + 1):
                work = fresh(source, above / "work")
                said, _ = ran(lambda say, mode=mode, at=at, code=code: _turns(above, say, (mode, at, code)))
                result.count("refusals")
                _judge(result, f"{name} at write {at}", work, said)
    result.expect("what was refused could not be saved again",
                  holds=result.counts["told as not saved"] == result.counts["saved again"])  # fmt: skip
    return result


def _turns(above: Path, say: Say, fault: tuple[int, int, int]) -> None:
    work = above / "work"
    mode, at, code = fault
    with History.open_with_keyring(work, Ring("of the test", _Kept())) as history:
        shim = Shim(work)
        shim.begin(mode, kinds=WRITES if mode == SHORTEN else ALL, at=at, error=code)
        for number in range(_TURNS):
            text = f"question {number} {os.urandom(8).hex()}"
            try:
                history.begin_turn(None, text)
            except HistoryNotSavedError:
                shim.end()
                say("refused")
                history.begin_turn(None, text)
                say("again")
            say("kept " + text)
        shim.end()


def _judge(result: Result, what: str, work: Path, said: list[str]) -> None:
    result.count("told as not saved", said.count("refused"))
    result.count("saved again", said.count("again"))
    found, report = state(work)
    texts = [one.decode() for records in found.values() for one in records if one is not None]
    safe = [line.removeprefix("kept ") for line in said if line.startswith("kept ")]
    times = [sum(text in one for one in texts) for text in safe]
    result.count("lost", times.count(0))
    result.count("duplicates", sum(number > 1 for number in times))
    result.count("corruptions", not report.whole)
    holds = report.whole and set(times) == {1} and len(safe) == _TURNS
    result.expect(f"{what}: lost, doubled or not whole", holds=holds)
