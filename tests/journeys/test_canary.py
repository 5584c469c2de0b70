"""A phrase that was typed is found in clear nowhere: no file, no temporary file, no command line, no log."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.program import PROC, Driver, Place, children_of
from tests.journeys.test_kills import TALKATIVE

pytestmark = pytest.mark.real

PROMPT = "zqplemmarine4471"
TITLE = "zqtitlewort5582"
SECRET = "ghp_zQ7wK2mX9vB4nT6yR1cL8dF3gH5jP0sA1bC2"
PASSPHRASE = "zqpassvolcano6693 with more words"
CANARIES = (PROMPT, TITLE, SECRET, PASSPHRASE)
LONG = "Tell me all about working from home, working hours, core hours and paid time off of office staff."
SHARED_MEMORY = Path("/dev/shm")


def forms(text: str) -> dict[str, bytes]:
    """The ways in which a file may hold `text`, small letters throughout where the form has letters."""
    raw = text.encode()
    found = {
        "UTF-8": raw.lower(),
        "UTF-16 little-endian": text.lower().encode("utf-16-le"),
        "UTF-16 big-endian": text.lower().encode("utf-16-be"),
        "hex": raw.hex().encode(),
    }
    for shift in range(3):
        # What stands before shifts the letters of base64; those at the ends depend on the neighbours.
        coded = base64.b64encode(b"\0" * shift + raw)
        found[f"base64 shifted by {shift}"] = coded[(0, 2, 3)[shift] : -4].lower()
    return found


def hits_in(data: bytes, texts: tuple[str, ...]) -> list[str]:
    small = data.lower()
    return [f"{text[:12]}… as {form}" for text in texts for form, raw in forms(text).items() if raw in small]


def files_under(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def hits_on_disk(place: Place, texts: tuple[str, ...] = CANARIES) -> list[str]:
    """Every byte of every file that the program could have written, and the names of the files."""
    found = []
    for path in files_under(place.home, place.user, place.temporary, SHARED_MEMORY):
        with contextlib.suppress(FileNotFoundError):
            found += [f"{path}: {hit}" for hit in hits_in(path.read_bytes() + os.fsencode(path), texts)]
    return found


def hits_in_processes(pids: set[int]) -> list[str]:
    """What every process of the machine may read of these ones, and what only their owner may."""
    found = []
    for pid in pids:
        for name in ("cmdline", "environ", "comm"):
            # The program forbids reading its environment; then nobody else finds anything there either.
            with contextlib.suppress(PermissionError):
                found += [
                    f"{name}: {hit}" for hit in hits_in((PROC / str(pid) / name).read_bytes(), CANARIES)
                ]
    return found


@pytest.mark.parametrize("form", [*forms(PROMPT)])
def test_the_scan_finds_a_phrase_that_lies_there_in_clear(tmp_path: Path, form: str) -> None:
    place = Place(tmp_path)
    (place.temporary / "planted").write_bytes(b"before it " + forms(PROMPT)[form] + b" behind it")

    assert any(form in hit for hit in hits_on_disk(place))


def test_the_scan_finds_the_text_of_the_documents_which_are_not_encrypted(place: Place) -> None:
    assert any("catalog.db" in hit for hit in hits_on_disk(place, ("52 euros for a full day",)))


def test_what_was_typed_is_nowhere_in_clear_while_running_after_a_crash_and_after_the_end(
    place: Place,
) -> None:
    place = Place(place.root, passphrase=PASSPHRASE, extra=TALKATIVE)
    with Driver(place) as driver:
        first = driver.ask(f"{TITLE}: what is the daily meal allowance? {PROMPT}")
        conversation = first.result["conversation"]
        driver.ask(f"And in {PROMPT} when my token is {SECRET}?", conversation=conversation)
        processes = {driver.pid, *children_of(driver.pid)}
        assert len(processes) == 3
        assert hits_in_processes(processes) == []
        assert hits_on_disk(place) == []
        driver.order(f"{LONG} {PROMPT}")
        driver.until("piece")
    assert hits_on_disk(place) == [], "after SIGKILL"

    kept = place.json("history", "show", conversation)["turns"]
    [*_, oldest] = place.json("history", "list")["conversations"]

    assert PROMPT in kept[0]["prompt"]
    assert SECRET in kept[1]["prompt"], "it was kept, and sealed"
    assert TITLE in oldest["title"]
    assert hits_on_disk(place) == [], "after the history was read"


def test_a_command_with_a_question_on_standard_input_leaves_nothing_in_clear(place: Place) -> None:
    place = Place(place.root, passphrase=PASSPHRASE)

    done = place.run("ask", "-", typed=f"What is the daily meal allowance, {PROMPT}, {SECRET}?")

    assert done.returncode == 0
    assert hits_in(done.stderr.encode(), CANARIES) == []
    assert hits_on_disk(place) == []
