"""A phrase that was typed is found in clear nowhere: no file, no temporary file, no command line, no log."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters, digits
from threading import Event

import pytest

from tests.journeys.program import PROC, Driver, Place, children_of
from tests.journeys.terminal import Terminal, terminal
from tests.journeys.test_kills import TALKATIVE

pytestmark = pytest.mark.real

RUN = secrets.token_hex(4)
"""Other words each time, so that a copy of this source or a run beside this one is no hit."""

PROMPT = f"zqplemmarine{RUN}"
TITLE = f"zqtitlewort{RUN}"
SECRET = "ghp_" + "".join(secrets.choice(ascii_letters + digits) for _ in range(36))
PASSPHRASE = f"zqpassvolcano{RUN} with more words"
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


def hits_in_processes(pids: set[int], texts: tuple[str, ...] = CANARIES) -> list[str]:
    """What every process of the machine may read of these ones, and what only their owner may."""
    found = []
    for pid in pids:
        for name in ("cmdline", "environ", "comm"):
            # The program forbids reading its environment; then nobody else finds anything there either.
            with contextlib.suppress(PermissionError):
                seen = (PROC / str(pid) / name).read_bytes()
                found += [f"{name}: {hit}" for hit in hits_in(seen, texts)]
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


SEARCH_BOX, QUESTION_BOX = (range(1, 30), range(1, 6)), (range(120), range(24, 34))
"""Columns and rows of the window, which has 120 and 36; the cursor rests in the last two meanwhile."""


class Typed:
    """What a person types into the window: each word where one can be typed, and nowhere else."""

    PROMPT = f"promptyarrow{RUN}"
    REASON = f"reasonsorrel{RUN}"
    WORDS_OF_TITLE = f"titleburdock{RUN}"
    TAG = f"tagcomfrey{RUN}"
    SEARCH = f"searchmallow{RUN}"
    EXPORT = f"exporttansy{RUN}"
    DRAFT = f"draftvervain{RUN}"
    PASSPHRASE = f"passbetony{RUN} and more words"
    ALL = (PROMPT, REASON, WORDS_OF_TITLE, TAG, SEARCH, EXPORT, DRAFT, PASSPHRASE)


def say_everything(pane: Terminal) -> None:
    """Ask, rate with a reason, rename, tag, search, begin an export and leave it, and begin a question."""
    pane.wait_for("no way to recover")
    pane.type(Typed.PASSPHRASE)
    pane.press("Enter")
    pane.wait_for("The same passphrase again")
    pane.type(Typed.PASSPHRASE)
    pane.press("Enter")
    pane.wait_for("recovery code is the one way back", seconds=120)
    pane.press("Escape")
    is_gone(pane, "recovery code is the one way back")
    pane.wait_for("documents ready", seconds=180)
    cursor_is_in(pane, QUESTION_BOX)
    pane.type(f"{Typed.PROMPT}?")
    pane.wait_for(Typed.PROMPT)
    pane.press("Enter")
    pane.wait_for("Your documents do not say.")
    pane.press("F8")
    pane.wait_for("rated bad")
    for keys, question, typed in (
        (["F8", "r"], "Why was it bad?", Typed.REASON),
        (["C-r", "r"], "Rename this conversation", Typed.WORDS_OF_TITLE),
        (["C-r", "t"], "Tags", f", {Typed.TAG}"),
    ):
        pane.press(*keys)
        pane.wait_for(question)
        pane.wait_for("Enter takes it")
        pane.type(typed)
        pane.press("Enter")
        is_gone(pane, "Enter takes it")
    pane.press("C-r", "x")
    pane.wait_for("Export this conversation")
    pane.type(Typed.EXPORT)
    pane.press("Escape")
    is_gone(pane, "Export this conversation")
    pane.press("C-f")
    cursor_is_in(pane, SEARCH_BOX)
    pane.type(Typed.SEARCH)
    pane.wait_for("Nothing found.")
    pane.press("Enter", "Escape")
    is_gone(pane, "Nothing found.")
    pane.press("C-n")
    pane.wait_for("New conversation")
    cursor_is_in(pane, QUESTION_BOX)
    pane.type(Typed.DRAFT)
    pane.wait_for(Typed.DRAFT)


def is_gone(pane: Terminal, words: str) -> None:
    for _ in range(300):
        if words not in pane.screen:
            return
        Event().wait(0.05)
    raise AssertionError(f"{words!r} did not go away; the screen was:\n{pane.screen}")


def cursor_is_in(pane: Terminal, box: tuple[range, range]) -> None:
    """What is typed goes where the cursor stands; before that it goes where it stood."""
    columns, rows = box
    for _ in range(300):
        x, y = pane.run("display-message", "-p", "-t", "main", "#{cursor_x} #{cursor_y}").split()
        if int(x) in columns and int(y) in rows:
            return
        Event().wait(0.05)
    raise AssertionError(f"the cursor stayed at {x}, {y}; the screen was:\n{pane.screen}")


def hits_of_window(place: Place, pane: Terminal) -> list[str]:
    """On disk, in what other processes may see of it, in what its terminal keeps beside the screen."""
    pid = int(pane.run("display-message", "-p", "-t", "main", "#{pane_pid}") or 0)
    processes = {pid, *children_of(pid)} - {0} if pane.is_running else set()
    beside = "\n".join((pane.title, pane.buffers, pane.run("show-messages"), pane.run("show-environment")))
    return [
        *hits_on_disk(place, Typed.ALL),
        *hits_in_processes(processes, Typed.ALL),
        *hits_in(beside.encode(), Typed.ALL),
    ]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: no real terminal to test in")
def test_nothing_that_can_be_typed_into_the_window_lies_anywhere_in_clear(place: Place) -> None:
    environment = place.environment | {"TERM": "xterm-256color"}
    del environment["INHOUSE_PASSPHRASE_FILE"]
    with terminal([sys.executable, "-m", "app"], place.root, environment) as pane:
        say_everything(pane)
        assert hits_of_window(place, pane) == [], "while it is open"
        pane.press("F12")
        screen = pane.wait_for("Type the passphrase of your history.")
        assert hits_in(screen.encode(), Typed.ALL) == [], "a locked screen shows nothing"
        assert hits_of_window(place, pane) == [], "while it is locked"
        pane.type(Typed.PASSPHRASE)
        pane.press("Enter")
        pane.wait_for("Ask your documents")
        os.kill(int(pane.run("display-message", "-p", "-t", "main", "#{pane_pid}")), signal.SIGKILL)
        pane.wait_for_end()
        assert hits_of_window(place, pane) == [], "after SIGKILL"
    assert_all_was_kept(place)


def assert_all_was_kept(place: Place) -> None:
    """What was looked for was there, sealed."""
    place.passphrase_file.write_text(Typed.PASSPHRASE, encoding="utf-8")
    [kept] = place.json("history", "list")["conversations"]
    [turn] = place.json("history", "show", kept["id"])["turns"]
    assert kept["title"].endswith(Typed.WORDS_OF_TITLE)
    assert Typed.TAG in kept["tags"]
    assert Typed.PROMPT in turn["prompt"]
    assert Typed.REASON in str(turn)
    place.passphrase_file.unlink()
    assert hits_on_disk(place, Typed.ALL) == [], "after it was read"
