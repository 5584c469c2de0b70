"""README.md lists keys of commands, formats, keys of the window and scripts as they are."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from app.contract import SHAPES
from app.tui.screens.help import KEYS
from grounding.loaders.sniffing import Kind
from tests.documentation.test_readme import README, ROOT

_BLOCKS = re.findall(r"`([a-z ]+) --json` prints[^\n]*:\n\n```text\n(.*?)```", README, re.DOTALL)
_NAMES = re.compile(r"^([a-z_]+(?:, [a-z_]+)*)(?=\s|$)")
_FORMATS = {
    "html": "HTML",
    "markdown": "Markdown",
    "rst": "reStructuredText",
    "text": "plain text",
}
"""The others are called by their own name in capitals."""


def listed(block: str) -> dict[str, str]:
    """Key at the top to what is said of it; lines that begin with a space go on with the last one."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in block.splitlines():
        if match := _NAMES.match(line):
            names = match[1].split(", ")
        for name in names:
            found[name] = f"{found.get(name, '')} {line.removeprefix(match[0] if match else '').strip()}"
    return found


def inner_keys(said: str) -> set[str]:
    """Names between the first braces, without what stands in brackets within them."""
    depth, names = 0, ""
    for sign in said[said.index("{") :]:
        depth += (sign in "{[") - (sign in "}]")
        if depth == 0:
            break
        names += sign if depth == 1 and sign not in "{[]}" else ""
    return {part.split()[0].rstrip(":") for part in names.split(",") if part.strip()}


def schema_of(command: str) -> dict[str, Any]:
    return SHAPES[command.replace(" ", "-")].model_json_schema(mode="serialization")


def referred(schema: dict[str, Any], key: str) -> set[str] | None:
    """Keys of the shape that `key` holds, or None if it holds none or has no fixed keys."""
    names = re.findall(r"'\$ref': '#/\$defs/(\w+)'", repr(schema["properties"][key]))
    return set(schema["$defs"][names[0]]["properties"]) if names else None


INNER = [
    (command, key, said)
    for command, block in _BLOCKS
    for key, said in listed(block).items()
    if "{" in said and referred(schema_of(command), key) is not None
]


def test_the_readme_lists_these_shapes() -> None:
    """A guard of the tests below."""
    assert [command for command, _ in _BLOCKS] == ["ask", "docs eval", "support check", "entities link"]
    assert len(INNER) > 12


@pytest.mark.parametrize(("command", "block"), _BLOCKS, ids=[command for command, _ in _BLOCKS])
def test_the_keys_of_a_shape_are_those_that_the_readme_lists(command: str, block: str) -> None:
    assert set(listed(block)) == set(schema_of(command)["properties"])


@pytest.mark.parametrize(("command", "key", "said"), INNER, ids=[f"{one} {key}" for one, key, _ in INNER])
def test_the_keys_within_a_shape_are_those_that_the_readme_lists(command: str, key: str, said: str) -> None:
    assert inner_keys(said) == referred(schema_of(command), key)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_format_that_is_read_is_in_the_readme(kind: str) -> None:
    [table] = re.findall(r"^\| Format \|.*?\n\n", README, re.DOTALL | re.MULTILINE)

    assert _FORMATS.get(kind, kind.upper()) in table


def test_every_key_that_the_readme_names_is_on_the_help_page_of_the_window() -> None:
    [table] = re.findall(r"^\| Key \|.*?\n\n", README, re.DOTALL | re.MULTILINE)
    named = {key for row in table.splitlines()[2:] if row for key in row.split("|")[1].strip().split(", ")}

    assert named <= {key for keys, _ in KEYS for key in keys.split(", ")}


@pytest.mark.parametrize(
    "script",
    sorted(
        path.name
        for path in (ROOT / "scripts").iterdir()
        if path.name.startswith(("bench_", "eval_", "fit_", "mutate_", "test_"))
    ),
)
def test_every_script_that_measures_or_tries_is_named(script: str) -> None:
    assert f"`scripts/{script}`" in README
