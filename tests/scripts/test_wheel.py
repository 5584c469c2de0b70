from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.scripts.checkout import SCRIPTS

ROOT = SCRIPTS.parent
PACKAGES = ("app", "models", "grounding", "safety")

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as a user gets it, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout with the wheel and nothing else in it."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, folder, wheel], check=True)
    return folder


def run_there(installed: Path, folder: Path, *command: str | Path) -> str:
    variables = {**os.environ, "PYTHONPATH": str(installed), "INHOUSE_HOME": str(folder / "home")}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=True)
    return done.stdout


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"app/__main__.py", "app/pipeline.yaml", "app/vault/FORMAT.md"} <= there
    assert any(name.startswith("app/samples/handbook/") for name in there)
    assert there <= set(zipfile.ZipFile(wheel).namelist())


def test_nothing_but_the_packages_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_licence_comes_along(wheel: Path) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_its_modules_are_those_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import app, grounding, models, safety; print(app.__file__)"
    assert Path(run_there(installed, tmp_path, sys.executable, "-P", "-c", code).strip()).is_relative_to(
        installed
    )


def test_its_command_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert "0.1.0" in run_there(installed, tmp_path, installed / "bin" / "inhouse", "--version")
