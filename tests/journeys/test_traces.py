"""Every process gives up core dumps and being read before anything is typed, and a crash tells no value."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import ExitCode
from app.history.history import History
from app.locations import locate
from app.vault.keys import FLOOR
from tests.journeys.program import ROOT, Place
from tests.journeys.terminal import environment_for, terminal
from tests.journeys.test_canary import hits_in

pytestmark = pytest.mark.real

CORE = "zqpcorelovage3391"
WATCHED = ("app.cli.main", "app.cli.history", "app.cli.window", "app.tui.app", "app.workers.services")
WATCHER = """
import atexit, ctypes, os, resource, sys

def note(moment):
    state = (ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
    with open(os.environ["WATCHED_STATES"], "a", encoding="utf-8") as file:
        file.write(f"{moment} {state}\\n")

def look(event, arguments):
    if event == "import" and arguments[0] in {NAMES}:
        note(arguments[0])
    elif event == "open" and arguments[0] == os.environ.get("INHOUSE_PASSPHRASE_FILE"):
        note("passphrase")

sys.addaudithook(look)
"""


@pytest.fixture
def watching(tmp_path: Path) -> dict[str, str]:
    """Python starts with a hook that notes, at each watched import, what the process has given up by then."""
    folder = tmp_path / "watcher"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCHER.replace("{NAMES}", repr(set(WATCHED))))
    return {"PYTHONPATH": f"{folder}:{ROOT}", "WATCHED_STATES": str(tmp_path / "states")}


def states(watching: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in Path(watching["WATCHED_STATES"]).read_text(encoding="utf-8").splitlines():
        moment, state = line.split(" ", 1)
        found.setdefault(moment, set()).add(state)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process whether it can be dumped")
def test_commands_and_workers_write_no_core_and_cannot_be_read(
    place: Place, watching: dict[str, str], tmp_path: Path
) -> None:
    place = Place(place.root, extra=watching)
    (tmp_path / "note.md").write_text("# Lamps\n\nThe lamp in the hall is green.\n")

    assert place.run("docs", "add", str(tmp_path / "note.md")).returncode == 0
    assert place.run("ask", "What is the daily meal allowance?").returncode == 0

    found = states(watching)
    assert found.keys() >= {"app.cli.main", "app.workers.services", "passphrase"}
    assert set().union(*found.values()) == {"(0, 0, 0)"}


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: no real terminal to test in")
def test_the_window_writes_no_core_and_cannot_be_read_before_a_passphrase_is_typed(
    watching: dict[str, str], tmp_path: Path
) -> None:
    environment = environment_for(tmp_path / "home") | watching
    with terminal([sys.executable, "-m", "app"], tmp_path, environment) as pane:
        pane.wait_for("no way to recover")
        before = states(watching)
        pane.press("C-q")
        pane.wait_for_end()

    assert before.keys() >= {"app.cli.main", "app.tui.app"}
    assert set().union(*before.values()) == {"(0, 0, 0)"}


def test_nothing_of_the_program_logs() -> None:
    """A log filter is needed by who logs; there is one rule instead."""
    calls = [
        f"{file.relative_to(ROOT)}:{number}"
        for package in ("app", "grounding", "models", "safety")
        for file in (ROOT / package).rglob("*.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if line.lstrip().startswith(("import logging", "from logging")) or "getLogger(" in line
    ]

    assert calls == []


def folder_for_all(place: Place, folder: Path) -> None:
    folder.chmod(0o750)


def file_for_all(place: Place, folder: Path) -> None:
    (folder / "vault.db").chmod(0o644)


def link_on_the_way(place: Place, folder: Path) -> None:
    moved = folder.rename(place.root / "moved")
    folder.symlink_to(moved, target_is_directory=True)


def second_name(place: Place, folder: Path) -> None:
    (place.root / "second.db").hardlink_to(folder / "vault.db")


def passphrase_for_all(place: Place, folder: Path) -> None:
    place.passphrase_file.chmod(0o644)


@pytest.mark.parametrize(
    "spoil", [folder_for_all, file_for_all, link_on_the_way, second_name, passphrase_for_all]
)
def test_what_others_can_reach_is_refused_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Place, Path], None]
) -> None:
    place = Place(tmp_path, passphrase=f"{CORE} with more words")
    folder = locate(place.environment).history
    History.create(folder, place.passphrase, kdf=FLOOR).close()
    spoil(place, folder)

    done = place.run("history", "list")
    said = done.stderr.strip().splitlines()

    assert done.returncode == ExitCode.HISTORY
    assert len(said) >= 2, "what is wrong, and what to do"
    assert "Traceback" not in done.stderr
    assert hits_in(done.stderr.encode() + done.stdout.encode(), (CORE,)) == []
