"""Modules of at most 300 lines, functions of at most 40, at most five parameters."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import MODULES, place, tree

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 300, 40, 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Path) -> list[Function]:
    return [node for node in ast.walk(tree(module)) if isinstance(node, Function)]


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def is_command(function: Function) -> bool:
    """A click command has a parameter for every option that it documents."""
    return any("command" in ast.unparse(decorator) for decorator in function.decorator_list)


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_a_module_keeps_the_ceilings(module: Path) -> None:
    length = len(module.read_text("utf-8").splitlines())
    long = [f"{one.name}: {lines(one)} lines" for one in functions(module) if lines(one) > FUNCTION_LINES]
    broad = [
        f"{one.name}: {parameters(one)} parameters"
        for one in functions(module)
        if parameters(one) > PARAMETERS and not is_command(one)
    ]

    assert length <= MODULE_LINES, length
    assert long + broad == []
