"""README.md and the program agree about commands, options, settings, keys and exit codes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from app.administration.policy import SitePolicy
from app.cli.main import cli
from app.contract import AskShape
from app.errors import ExitCode
from app.settings import _OTHER_VARIABLES, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
_CALL = re.compile(r"(?:^|`|\s)((?:scripts/chat|inhouse)(?: [^`\n#]*)?)(?:`|\n|#)")

CALLS = sorted({found[1].strip() for found in _CALL.finditer(README) if "=" not in found[1]})
SETTINGS = [
    (section, key)
    for section, field in Settings.model_fields.items()
    for key in field.annotation.model_fields  # type: ignore[union-attr]  # every field is a section
]


def is_call(text: str) -> bool:
    """A line of prose that begins with the program's name is none."""
    words = text.split()
    return (
        len(words) == 1
        or words[1].startswith("-")
        or words[1].isupper()
        or words[1] in cli.list_commands(click.Context(cli))
    )


def options_of(command: click.Command) -> set[str]:
    context = click.Context(command, help_option_names=["-h", "--help"])
    return {name for one in command.get_params(context) for name in one.opts}


@pytest.mark.parametrize("call", [call for call in CALLS if is_call(call)])
def test_a_call_that_is_named_exists_with_its_options(call: str) -> None:
    words = shlex.split(call)[1:]
    command: click.Command = cli
    allowed = options_of(cli) | ({"--help-setup"} if call.startswith("scripts/chat") else set())
    for word in words:
        if isinstance(command, click.Group) and not word.startswith("-") and not word.isupper():
            inner = command.get_command(click.Context(command), word)
            assert inner is not None, f"there is no {word} in {call}"
            command = inner
            allowed |= options_of(command)
        elif word.startswith("-") and word != "-":
            assert word in allowed, f"{call} has an option that does not exist"


def test_the_readme_names_calls() -> None:
    """A guard of the test above: it must have something to look at."""
    assert len([call for call in CALLS if is_call(call)]) > 15


def every_path(command: click.Command, path: tuple[str, ...] = ()) -> list[str]:
    if not isinstance(command, click.Group):
        return [" ".join(path)]
    context = click.Context(command)
    found: list[str] = []
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        found += every_path(inner, (*path, name))
    return found


@pytest.mark.parametrize("path", every_path(cli))
def test_every_command_is_in_the_readme(path: str) -> None:
    assert f"inhouse {path}" in README


@pytest.mark.parametrize(("section", "key"), SETTINGS)
def test_every_setting_is_in_the_table_with_variable_and_default(section: str, key: str) -> None:
    [row] = [line for line in README.splitlines() if line.startswith(f"| `[{section}] {key}` |")]
    _, _, variable, default, meaning, _ = (cell.strip() for cell in row.split("|"))

    assert variable == f"`INHOUSE_{section}_{key}`".upper()
    assert default == f"{getattr(getattr(Settings(), section), key)}".lower().removesuffix(".0")
    assert meaning


def test_the_table_names_no_setting_that_does_not_exist() -> None:
    named = re.findall(r"^\| `\[(\w+)\] (\w+)`", README, re.MULTILINE)

    assert sorted(named) == sorted(SETTINGS)


def test_the_policy_of_a_site_is_listed_with_its_defaults() -> None:
    rows = re.findall(r"^\| `(history|answer)\.(\w+)` \| (.*?) \|", README, re.MULTILINE)
    defaults = {
        (section, key): ", ".join(value) if isinstance(value, tuple) else f"{value}".lower()
        for section, part in SitePolicy()
        for key, value in part
    }

    assert {(section, key): default for section, key, default in rows} == defaults


@pytest.mark.parametrize("variable", sorted(_OTHER_VARIABLES - {"INHOUSE_PYTHON", "INHOUSE_TORCH_INDEX"}))
def test_every_variable_of_the_program_is_named(variable: str) -> None:
    """The other two belong to the set-up; `scripts/chat --help-setup` explains them."""
    assert variable in README


def test_every_variable_that_is_named_exists() -> None:
    known = _OTHER_VARIABLES | {f"INHOUSE_{section}_{key}".upper() for section, key in SETTINGS}

    assert set(re.findall(r"\bINHOUSE_[A-Z_]+\b", README)) <= known


@pytest.mark.parametrize("key", AskShape.model_json_schema(mode="serialization")["properties"])
def test_every_key_of_an_answer_is_explained(key: str) -> None:
    assert re.search(rf"^{key}\b|, {key}\b", README, re.MULTILINE)


def test_the_exit_codes_are_explained() -> None:
    [told] = re.findall(r"^Exit codes: (.*)$", README, re.MULTILINE)

    assert sorted(int(number) for number in re.findall(r"\b\d\b", told)) == sorted(map(int, ExitCode))


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_what_is_linked_is_there(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:app|scripts|tests)/[\w./]+)`", README))))
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()
