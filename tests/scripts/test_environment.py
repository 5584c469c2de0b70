from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.setting_up.environment import Environment, clean_variables, locked
from scripts.setting_up.errors import CommandFailedError
from scripts.setting_up.progress import Progress
from tests.scripts.checkout import SCRIPTS, executable

VARIABLES = {"PATH": "/usr/bin:/bin"}

# Holds the lock and installs with a pip that hangs half-way, as scripts/setup does.
HOLDER = """
import io, sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
from setting_up.environment import Environment, locked
from setting_up.progress import Progress
folder = Path({folder!r})
with locked(folder / "lock", print) as lock:
    environment = Environment(folder=folder / ".venv", variables={variables!r}, lock=lock)
    environment.pip(["anything"], Progress(io.StringIO(), 1, folder / "log"))
"""


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(io.StringIO(), total=1, log=tmp_path / "log")


def with_python(folder: Path, text: str) -> Environment:
    """An environment whose Python answers the probe and otherwise does what `text` says."""
    environment = Environment(folder=folder / ".venv", variables=VARIABLES)
    probed = f'#!/bin/sh\nif [ "$1" = -I ]; then echo "cp311 /base"; exit 0; fi\n{text}\n'
    executable(environment.python, probed)
    executable(environment.folder / "bin" / "pip", f"#!{environment.python}\n")
    return environment


class TestProbe:
    def test_a_sound_environment_tells_its_python(self, tmp_path: Path) -> None:
        environment = with_python(tmp_path, "")
        assert environment.probe() == environment.probe("/base") == "cp311"

    def test_none_is_not_sound(self, tmp_path: Path) -> None:
        assert Environment(folder=tmp_path / ".venv", variables=VARIABLES).probe() == ""

    def test_one_from_another_python_than_the_named_one_is_not_sound(self, tmp_path: Path) -> None:
        assert with_python(tmp_path, "").probe("/another") == ""

    def test_one_whose_python_is_gone_is_not_sound(self, tmp_path: Path) -> None:
        environment = with_python(tmp_path, "")
        environment.python.unlink()
        environment.python.symlink_to("/nowhere/python3.11")
        assert environment.probe() == ""

    def test_one_whose_python_fails_is_not_sound(self, tmp_path: Path) -> None:
        environment = with_python(tmp_path, "")
        executable(environment.python, "#!/bin/sh\nexit 1\n")
        assert environment.probe() == ""

    def test_one_that_was_moved_is_not_sound(self, tmp_path: Path) -> None:
        environment = with_python(tmp_path, "")
        moved = environment.folder.rename(tmp_path / "moved")
        assert Environment(folder=moved, variables=VARIABLES).probe() == ""


class TestPip:
    def test_an_installation_that_ends_well_leaves_it_sound(self, tmp_path: Path, progress: Progress) -> None:
        environment = with_python(tmp_path, "echo 'Installing collected packages: a'")
        environment.pip(["a"], progress)
        assert environment.probe() == "cp311"

    def test_a_failure_before_any_change_leaves_it_sound(self, tmp_path: Path, progress: Progress) -> None:
        environment = with_python(tmp_path, "echo 'no network'; exit 1")
        with pytest.raises(CommandFailedError) as caught:
            environment.pip(["a"], progress)
        assert caught.value.output == ("no network",)
        assert environment.probe() == "cp311"

    def test_a_failure_amid_changes_is_made_anew(self, tmp_path: Path, progress: Progress) -> None:
        full = "echo 'Installing collected packages: a'; echo 'No space left on device'; exit 1"
        environment = with_python(tmp_path, full)
        with pytest.raises(CommandFailedError):
            environment.pip(["a"], progress)
        assert environment.probe() == ""

    def test_a_killed_set_up_is_found_out_and_its_lock_ends_with_its_last_child(self, tmp_path: Path) -> None:
        says, hears = tmp_path / "says", tmp_path / "hears"
        for fifo in (says, hears):
            os.mkfifo(fifo)
        environment = with_python(tmp_path, f"echo half-way > '{says}'; cat '{hears}' > /dev/null")
        code = HOLDER.format(scripts=str(SCRIPTS), folder=str(tmp_path), variables=VARIABLES)
        with subprocess.Popen([sys.executable, "-c", code]) as holder:
            assert says.read_text() == "half-way\n"
            holder.kill()
        with (tmp_path / "lock").open("a") as stream:
            with pytest.raises(BlockingIOError):
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hears.write_text("go on\n")
            fcntl.flock(stream, fcntl.LOCK_EX)
        assert environment.probe() == ""


@pytest.mark.real
def test_a_half_made_environment_is_repaired(tmp_path: Path, progress: Progress) -> None:
    environment = with_python(tmp_path, "echo 'Installing collected packages: a'; exit 1")
    with pytest.raises(CommandFailedError):
        environment.pip(["a"], progress)
    environment.make(progress)
    assert environment.probe(sys.base_prefix) == f"cp{sys.version_info.major}{sys.version_info.minor}"


class TestRecord:
    def test_what_was_done_is_remembered_per_step(self, tmp_path: Path) -> None:
        environment = Environment(folder=tmp_path / ".venv", variables={})
        environment.record("torch", "1")
        environment.record("libraries", "2")
        environment.record("torch", "3")
        assert environment.done() == {"torch": "3", "libraries": "2"}

    @pytest.mark.parametrize("text", ["", "[]", "{", "\x00"], ids=repr)
    def test_an_unreadable_record_means_that_nothing_is_done(self, tmp_path: Path, text: str) -> None:
        environment = Environment(folder=tmp_path / ".venv", variables={})
        environment.record("torch", "1")
        (environment.folder / "inhouse-done.json").write_text(text)
        assert environment.done() == {}


class TestStamp:
    def test_one_with_tools_is_ready_for_both(self, tmp_path: Path) -> None:
        environment = Environment(folder=tmp_path, variables={})
        environment.stamp("inputs\nof two lines", tests=True)
        assert environment.stamped(tests=True) == environment.stamped(tests=False) == "inputs\nof two lines"

    def test_one_without_tools_is_not_ready_for_tests(self, tmp_path: Path) -> None:
        environment = Environment(folder=tmp_path, variables={})
        environment.stamp("inputs", tests=False)
        assert (environment.stamped(tests=False), environment.stamped(tests=True)) == ("inputs", "")

    def test_a_change_takes_both_away(self, tmp_path: Path) -> None:
        environment = Environment(folder=tmp_path, variables={})
        environment.stamp("inputs", tests=True)
        environment.unstamp()
        assert environment.stamped(tests=True) == environment.stamped(tests=False) == ""


def test_whoever_waits_for_the_lock_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    code = HOLDER.format(scripts=str(SCRIPTS), folder=str(tmp_path), variables=VARIABLES)
    says, hears = tmp_path / "says", tmp_path / "hears"
    for fifo in (says, hears):
        os.mkfifo(fifo)
    with_python(tmp_path, f"echo holding > '{says}'; cat '{hears}' > /dev/null")

    def let_go(text: str) -> None:
        said.append(text)
        hears.write_text("go on\n")

    with subprocess.Popen([sys.executable, "-c", code]) as holder:
        assert says.read_text() == "holding\n"
        with locked(tmp_path / "lock", let_go):
            assert holder.wait() == 0
    assert said == ["Another set-up is at work here; waiting for it to end."]


def test_the_users_pip_settings_hold_and_detours_do_not() -> None:
    given = {
        "PIP_INDEX_URL": "https://pip.example",
        "PIP_NO_INDEX": "1",
        "PIP_TARGET": "/x",
        "PYTHONPATH": "/y",
    }
    kept = clean_variables(given)
    assert kept.items() >= {"PIP_INDEX_URL": "https://pip.example", "PIP_NO_INDEX": "1"}.items()
    assert kept.keys().isdisjoint({"PIP_TARGET", "PYTHONPATH"})
