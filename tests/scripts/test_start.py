from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.setting_up.machine import cpu_features
from tests.scripts.checkout import SCRIPTS, Checkout


class TestChat:
    def test_the_first_start_sets_up_and_runs_the_program(self, clone: Checkout) -> None:
        clone.python("python3.11")
        done = clone.run("chat", "ask", "why?", "--json")
        assert (done.returncode, done.stdout) == (0, f"inhouse from {clone.root}: ask why? --json\n")
        assert clone.started() == ["python3.11", "python3.11"]

    def test_nothing_of_the_set_up_reaches_standard_output(self, clone: Checkout) -> None:
        clone.python("python3.11")
        done = clone.run("chat")
        assert "noise" not in done.stdout
        assert "noise on standard output" in done.stderr

    def test_the_second_start_starts_no_python_of_its_own(self, clone: Checkout) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        assert clone.run("chat", "--version").stdout == f"inhouse from {clone.root}: --version\n"
        assert clone.started() == before

    @pytest.mark.parametrize(
        "name", ["scripts/constraints.txt", "scripts/model-packages.txt", "pyproject.toml"]
    )
    def test_a_changed_input_sets_up_again(self, clone: Checkout, name: str) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        with (clone.root / name).open("a") as stream:
            stream.write("# changed\n")
        clone.run("chat")
        assert len(clone.started()) > len(before)

    @pytest.mark.parametrize("variables", [{"INHOUSE_GPU": "cpu"}, {"INHOUSE_PYTHON": "python3.11"}], ids=str)
    def test_another_choice_sets_up_again(self, clone: Checkout, variables: dict[str, str]) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        clone.run("chat", variables=variables)
        assert len(clone.started()) > len(before)

    def test_auto_is_what_an_unset_choice_means(self, clone: Checkout) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        clone.run("chat", variables={"INHOUSE_GPU": "auto"})
        assert clone.started() == before

    def test_a_moved_checkout_sets_up_again(self, clone: Checkout) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        moved = Checkout(clone.root.rename(clone.root.with_name("elsewhere")), clone.path)
        moved.python("python3.11")
        moved.run("chat")
        assert len(moved.started()) > len(before)

    def test_it_stays_in_the_folder_it_was_called_from(self, clone: Checkout, tmp_path: Path) -> None:
        clone.python("python3.11")
        elsewhere = tmp_path / "some folder"
        elsewhere.mkdir()
        done = clone.run("chat", "docs", "add", "a file", cwd=elsewhere)
        assert done.stdout == f"inhouse from {elsewhere}: docs add a file\n"

    def test_a_link_to_it_works(self, clone: Checkout, tmp_path: Path) -> None:
        clone.python("python3.11")
        link = tmp_path / "ask-inhouse"
        link.symlink_to(clone.root / "scripts" / "chat")
        done = clone.run(str(link), "--version")
        assert done.stdout == f"inhouse from {clone.root}: --version\n"

    def test_the_help_of_the_set_up_needs_no_set_up(self, clone: Checkout) -> None:
        done = clone.run("chat", "--help-setup")
        assert done.returncode == 0
        assert {"INHOUSE_GPU", "INHOUSE_TORCH_INDEX", "PIP_NO_INDEX=1"} <= set(done.stdout.split())
        assert clone.started() == []


class TestFindingPython:
    def test_a_shim_that_fails_is_passed_over(self, clone: Checkout) -> None:
        clone.python("python3.11", answer=127)
        clone.python("python3.13")
        assert clone.run("chat").returncode == 0
        assert clone.started() == ["python3.11", "python3.13", "python3.13"]

    def test_without_any_the_command_that_installs_one_is_named(self, clone: Checkout) -> None:
        clone.program("apt-get", "")
        done = clone.run("chat")
        assert (done.returncode, done.stdout) == (1, "")
        assert "no working Python 3.11, 3.12 or 3.13 was found" in done.stderr
        assert "sudo apt install python3 python3-venv" in done.stderr

    @pytest.mark.parametrize(
        ("manager", "command"),
        [
            ("dnf", "sudo dnf install python3.12"),
            ("brew", "brew install python@3.12"),
            ("none", "www.python.org"),
        ],
    )
    def test_the_command_is_that_of_the_system(self, clone: Checkout, manager: str, command: str) -> None:
        clone.program(manager, "")
        assert command in clone.run("chat").stderr

    def test_a_python_of_the_wrong_version_will_not_do(self, clone: Checkout) -> None:
        clone.python("python3", answer=3)
        done = clone.run("chat")
        assert done.returncode == 1
        assert "no working Python" in done.stderr

    def test_a_python_without_venv_is_completed_by_its_package(self, clone: Checkout) -> None:
        clone.program("apt-get", "")
        clone.python("python3.12", answer=4)
        assert "What helps: sudo apt install python3.12-venv" in clone.run("chat").stderr

    def test_a_named_python_that_fails_is_an_error_and_not_replaced(self, clone: Checkout) -> None:
        clone.python("python3.11")
        done = clone.run("chat", variables={"INHOUSE_PYTHON": "/nowhere/python3"})
        assert done.returncode == 1
        assert "INHOUSE_PYTHON=/nowhere/python3 is not a working Python" in done.stderr
        assert clone.started() == []


class TestTest:
    def test_arguments_go_to_pytest_from_the_root_of_the_checkout(
        self, clone: Checkout, tmp_path: Path
    ) -> None:
        clone.python("python3.11")
        done = clone.run("test", "-k", "one or two", cwd=tmp_path)
        assert done.stdout == f"python from {clone.root}: -m pytest -k one or two\n"

    def test_an_environment_without_the_tools_is_not_ready_for_it(self, clone: Checkout) -> None:
        clone.python("python3.11")
        clone.run("chat")
        before = clone.started()
        clone.run("test")
        assert len(clone.started()) > len(before)
        assert "--tests" in (clone.root / "set-up-arguments").read_text()

    def test_an_environment_with_the_tools_is_ready_for_both(self, clone: Checkout) -> None:
        clone.python("python3.11")
        clone.run("test")
        before = clone.started()
        clone.run("chat")
        clone.run("test")
        assert clone.started() == before


class TestCheck:
    def test_every_step_runs_and_the_end_names_those_that_failed(self, clone: Checkout) -> None:
        clone.python("python3.11")
        tools = clone.root / ".venv" / "bin"
        for name, code in {"ruff": 0, "mypy": 1, "lint-imports": 1}.items():
            (tools / name).write_text(f'#!/bin/sh\necho "ran {name} $1"\nexit {code}\n')
            (tools / name).chmod(0o755)
        done = clone.run("check", "-q")
        assert done.returncode == 1
        ran = [line for line in done.stdout.splitlines() if line.startswith(("ran", "python from"))]
        assert ran == ["ran ruff format", "ran ruff check", "ran mypy ", "ran lint-imports ",
                       f"python from {clone.root}: -m pytest -q"]  # fmt: skip
        assert "failed: types, contracts\n" in done.stderr

    def test_it_ends_well_if_all_do(self, clone: Checkout) -> None:
        clone.python("python3.11")
        for name in ("ruff", "mypy", "lint-imports"):
            (clone.root / ".venv" / "bin" / name).write_text("#!/bin/sh\n")
            (clone.root / ".venv" / "bin" / name).chmod(0o755)
        assert clone.run("check").returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "flags\t\t: fpu vme sse sse2 ssse3 avx512_vnni smep f16c bmi2 flush_l1d",
        "Features\t: fp asimd evtstrm asimddp sve i8mm bf16",
        "model name\t: a processor without such a line",
    ],
    ids=["x86", "arm", "neither"],
)
def test_shell_and_python_see_the_same_processor(line: str, tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\n{line}\nbugs\t\t: sse_bug\n\nprocessor\t: 1\n{line}\n")
    code = '. "$1"; find_features "$2"; echo $features'
    done = subprocess.run(
        ["bash", "-euc", code, "-", str(SCRIPTS / "environment.sh"), str(cpuinfo)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(done.stdout.split()) == cpu_features(cpuinfo).split()
