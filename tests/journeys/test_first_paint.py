"""Commands that need no model start no process and import nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.journeys.program import ROOT, Place

HEAVY = frozenset(
    {
        "chromadb",
        "llama_cpp",
        "onnxruntime",
        "sentence_transformers",
        "spacy",
        "torch",
        "transformers",
    }
)

WATCHED = """
import atexit, json, runpy, sys
started = []
sys.addaudithook(
    lambda event, _: event in ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec")
    and started.append(event)
)
atexit.register(
    lambda: print(json.dumps({"started": started, "modules": sorted(sys.modules)}), file=sys.stderr)
)
sys.argv = ["inhouse", *sys.argv[1:]]
runpy.run_module("app", run_name="__main__")
"""


def watched(place: Place, *arguments: str) -> tuple[list[str], set[str]]:
    """The process starts and the top-level modules of one run of the program."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments],
        capture_output=True,
        text=True,
        env=place.environment,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stderr.splitlines()[-1])
    return seen["started"], {name.partition(".")[0] for name in seen["modules"]}


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "config show",
        "config schema --of ask",
        "history list",
        "models list",
        "docs list",
    ],
)
def test_a_command_without_a_model_starts_no_process_and_imports_nothing_heavy(
    empty: Place, command: str
) -> None:
    started, modules = watched(empty, *command.split())

    assert started == []
    assert modules & HEAVY == set()


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_and_version_import_neither_the_window_nor_the_vault(empty: Place, command: str) -> None:
    _, modules = watched(empty, command)

    assert modules & {"textual", "cryptography", "pydantic", "yaml"} == set()


def test_help_and_version_leave_nothing_on_disk(empty: Place) -> None:
    watched(empty, "--help")
    watched(empty, "--version")

    assert not empty.home.exists()


@pytest.mark.real
def test_the_watch_sees_a_process_where_one_is_started(empty: Place) -> None:
    started, _ = watched(empty, "docs", "search", "anything")

    assert "subprocess.Popen" in started
