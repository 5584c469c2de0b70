"""T8: words given to the history in every way there is are found in clear in no file, however it ends."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NoReturn

from app.contract.history import SearchFilters
from app.history.exporting.target import write_new
from app.history.history import History
from app.history.search import HistorySearch
from app.traces import hide_values
from faults.bench import KEY, fresh, made, workshop
from faults.registry import Result
from faults.secrets_wrong import ring

_ENDS = ("closed", "locked", "killed", "crashed", "killed in an export")
_STEP = 50
"""Words that one process is given."""


def run(size: int, chance: Random) -> Result:
    """`size` words, in processes that end in each way in turn."""
    result = Result()
    for what in ("words", "files scanned", "found in clear", "kept"):
        result.count(what, 0)
    with workshop() as above:
        work = fresh(made(above / "made", 0, conversations=0), above / "work")
        (above / "temporary").mkdir()
        for number, first in enumerate(range(0, size, _STEP)):
            words = [f"zqw{chance.randbytes(8).hex()}" for _ in range(min(_STEP, size - first))]
            _used(above, work, words, _ENDS[number % len(_ENDS)])
            result.count("words", len(words))
            _scan(result, above, words)
            with History.open_with_keyring(work, ring(KEY)) as history:
                kept = str([turn.prompt for one in history.conversations() for turn in history.turns(one.id)])
            result.count("kept", sum(word in kept for word in words))
    result.expect("a word was found in clear", holds=not result.counts["found in clear"])
    result.expect("a question was not kept", holds=result.counts["kept"] >= size)
    return result


def _used(above: Path, work: Path, words: list[str], end: str) -> None:
    """In a process of its own, whose standard streams go into files that are scanned as well."""
    child = os.fork()
    if child == 0:
        for stream, name in ((1, "output"), (2, "errors")):
            os.dup2(os.open(above / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
        os.environ["TMPDIR"] = tempfile.tempdir = str(above / "temporary")
        os.chdir(above / "temporary")
        _use(above, work, words, end)
    os.waitpid(child, 0)


def _use(above: Path, work: Path, words: list[str], end: str) -> NoReturn:
    hide_values()
    history = History.open_with_keyring(work, ring(KEY))
    search = HistorySearch()
    search.begin(history)
    conversation = ""
    for word in words:
        handle = history.begin_turn(None, f"{word} asked")
        conversation = handle.conversation
        history.append(handle.turn, f"{word} answered")
        history.finish(handle.turn, json.dumps({"answer": word, "passages": [word]}), state="complete")
        history.rate(conversation, handle.turn, "bad", word)
        history.shelf.rename(conversation, f"{word} titled")
        history.shelf.tag(conversation, [word])
        history.drafts.keep(None, word)
        history.choices.remember_search(word)
        search.add(conversation)
    search.wait(20.0)
    search.search(words[-1], SearchFilters())
    if end == "killed in an export":
        write_new(above / "export.json", _cut_off(words[0]))
    if end == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    search.close()
    if end == "locked":
        history.close()
        os.kill(os.getpid(), signal.SIGKILL)
    if end == "crashed":
        _crash({words[0]: words})
    history.close()
    os._exit(0)


def _crash(held: object) -> NoReturn:
    try:
        raise KeyError(held)  # noqa: TRY301 - it is caught only to end this process as Python would
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    os._exit(1)


def _cut_off(word: str) -> Iterator[str]:
    """The pieces of an export; the process dies before it hands over the first with a word in it."""
    yield "{"
    os.kill(os.getpid(), signal.SIGKILL)
    yield word


def _scan(result: Result, above: Path, words: list[str]) -> None:
    for path in above.rglob("*"):
        if path.is_file():
            result.count("files scanned")
            data = path.read_bytes().lower() + os.fsencode(path)
            found = [word for word in words if any(form in data for form in _forms(word))]
            result.count("found in clear", len(found))
            if found:
                result.failures.append(f"{path.name} holds {len(found)} of them")


def _forms(word: str) -> list[bytes]:
    """The ways in which a file may hold it; `word` has small letters only."""
    raw = word.encode()
    coded = (base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] : -4].lower() for shift in range(3))
    return [raw, word.encode("utf-16-le"), word.encode("utf-16-be"), raw.hex().encode(), *coded]
