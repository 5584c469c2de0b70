"""Every error of ours belongs to one of four families, says what to do next, and reaches an exit code."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest

from app.errors import EXPECTED, ExitCode, exit_code_of
from tests.architecture.sources import MODULES, name, place, tree

FAMILY_MODULES = ("app.errors", "models.errors", "grounding.errors", "safety.errors", "app.vault.errors")
INNER = {
    # Never leave the module or the package that raises them; each is turned into one of the families there.
    "app.workers.frames.FrameError",
    "app.workers.life.LostError",
    "app.workers.confine.NetworkBlockedError",
}


def families() -> list[type[Exception]]:
    found = [
        member
        for module in FAMILY_MODULES
        for _, member in inspect.getmembers(importlib.import_module(module), inspect.isclass)
        if issubclass(member, Exception) and member.__module__ == module
    ]
    return sorted(set(found), key=lambda one: f"{one.__module__}.{one.__qualname__}")


LEAVES = [one for one in families() if one not in EXPECTED]
# The history turns the vault's errors into its own.
VISIBLE = [one for one in LEAVES if one.__module__ != "app.vault.errors"]


@pytest.mark.parametrize("error", LEAVES, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_error_has_a_remedy_of_its_own(error: type[Exception]) -> None:
    remedy = getattr(error, "remedy", None)

    assert isinstance(remedy, str)
    assert len(remedy.split()) >= 2
    assert remedy.rstrip("`").endswith((".", "!"))
    assert inspect.getdoc(error)


@pytest.mark.parametrize("error", VISIBLE, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_error_that_may_reach_a_front_end_has_an_exit_code(error: type[Exception]) -> None:
    assert issubclass(error, EXPECTED)
    raised = Exception.__new__(error)

    assert exit_code_of(raised) in set(ExitCode) - {ExitCode.OK}


def test_no_two_errors_share_a_name() -> None:
    """A worker's error is rebuilt by its name."""
    names = [one.__name__ for one in families() if issubclass(one, EXPECTED)]

    assert sorted(names) == sorted(set(names))


def test_errors_are_defined_in_the_error_modules_alone() -> None:
    strays = set()
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(b).endswith(("Error", "Exception")) for b in node.bases
            ):
                strays.add(f"{name(module)}.{node.name}")
    strays = {stray for stray in strays if stray.rpartition(".")[0] not in FAMILY_MODULES}

    assert strays - INNER - {stray for stray in strays if stray.rpartition(".")[2].startswith("_")} == set()
    assert place(MODULES[0])
