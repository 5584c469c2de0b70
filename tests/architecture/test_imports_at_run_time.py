"""What is really imported, opened and started, observed in processes of their own.

A static graph cannot see whether a deferred import stays deferred.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import MODULES, ROOT, name

HEAVY = ("torch", "spacy", "chromadb", "llama_cpp", "sentence_transformers")

OBSERVE = """
import os, sys
started, ours, read = [], [], []
home = {home!r}

def observe(event, arguments):
    if event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system"):
        started.append(event)
    elif event in ("open", "os.mkdir", "os.listdir", "os.scandir", "sqlite3.connect"):
        path = arguments[0] if arguments else ""
        path = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
        if path.startswith(home):
            ours.append(path)

sys.addaudithook(observe)

class Watched(dict):
    def _seen(self, key):
        if isinstance(key, str) and key.startswith("INHOUSE_"):
            read.append(key)
    def get(self, key, default=None):
        self._seen(key)
        return dict.get(self, key, default)
    def __getitem__(self, key):
        self._seen(key)
        return dict.__getitem__(self, key)
    def __contains__(self, key):
        self._seen(key)
        return dict.__contains__(self, key)
"""


def observed(program: str, home: Path, *watched: str) -> dict[str, set[str]]:
    """Which of `watched` a program imported, what it started, opened and read of ours; in its own process."""
    ending = f"""
print("\\n@@imported", *[one for one in {watched!r} if one in sys.modules])
print("@@started", *started)
print("@@ours", *ours)
print("@@read", *read)
"""
    done = subprocess.run(
        [sys.executable, "-c", OBSERVE.format(home=str(home)) + program + ending],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"INHOUSE_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    lines = [line[2:].split() for line in done.stdout.splitlines() if line.startswith("@@")]
    return {words[0]: set(words[1:]) for words in lines}


def test_importing_any_module_does_nothing(home: Path) -> None:
    """No file of ours is opened, no variable of ours is read, no process is started, nothing is made."""
    names = [name(module) for module in MODULES if module.stem != "__main__"]
    program = f"""
import importlib
os.environ = Watched(os.environ)
for one in {names!r}:
    importlib.import_module(one)
"""
    seen = observed(program, home)

    assert seen == {"imported": set(), "started": set(), "ours": set(), "read": set()}
    assert not home.exists()


def test_the_observer_sees_what_it_looks_for(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "file").write_bytes(b"")
    program = f"""
os.environ = Watched(os.environ)
os.environ.get("INHOUSE_HOME")
open({str(home / "file")!r}).close()
import subprocess, colorsys
subprocess.run([sys.executable, "-c", ""])
"""
    seen = observed(program, home, "colorsys", "wave")

    assert seen["imported"] == {"colorsys"}
    assert "subprocess.Popen" in seen["started"]
    assert seen["ours"] == {str(home / "file")}
    assert seen["read"] == {"INHOUSE_HOME"}


def test_the_whole_window_imports_nothing_heavy_and_no_key(home: Path) -> None:
    names = [name(module) for module in MODULES if name(module).startswith("app.tui")]
    program = f"import importlib\nfor one in {names!r}: importlib.import_module(one)"
    seen = observed(
        program, home, *HEAVY, "numpy", "cryptography", "app.vault", "app.assembly", "app.workers.life"
    )

    assert len(names) > 10
    assert seen["imported"] == set()
    assert seen["started"] == set()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["history", "list"], ["config", "show"], ["ask", "--help"]],
    ids=" ".join,
)
def test_a_light_command_imports_nothing_heavy_and_starts_no_process(
    arguments: list[str], home: Path
) -> None:
    light = () if arguments[0] in {"history", "config"} else ("textual", "cryptography")
    program = f"from app.cli.main import run\ncode = run({arguments!r})\nassert code in (0, None), code"
    seen = observed(program, home, *HEAVY, *light)

    assert seen["imported"] == set()
    assert seen["started"] == set()


def test_every_heavy_library_is_one_that_is_installed() -> None:
    """A misspelt name would never be found among what was imported."""
    from importlib.util import find_spec

    assert all(find_spec(library) for library in (*HEAVY, "textual", "cryptography", "numpy"))
