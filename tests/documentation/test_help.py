"""What `--help` says fits its lists, and what the README says of options holds for every command."""

from __future__ import annotations

import re

import click
import pytest

from app.cli.main import cli
from tests.documentation.test_readme import README, every_path

GROUPS = ("config", "docs", "entities", "history", "models", "support")


def command_at(path: str) -> click.Command:
    command: click.Command = cli
    for word in path.split():
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None
        command = inner
    return command


def test_these_are_all_groups() -> None:
    """A guard of the tests below."""
    assert sorted({path.split()[0] for path in every_path(cli) if " " in path}) == sorted(GROUPS)


@pytest.mark.parametrize("path", every_path(cli))
def test_a_command_says_what_it_does_and_what_each_option_means(path: str) -> None:
    command = command_at(path)

    assert command.help
    assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []


@pytest.mark.parametrize("group", GROUPS)
def test_no_line_in_the_list_of_a_group_is_cut_off(group: str) -> None:
    command = command_at(group)

    shown = command.get_help(click.Context(command, info_name=group, terminal_width=80))

    assert "..." not in shown.replace("[ARGS]...", "")


@pytest.mark.parametrize(("group", "but"), re.findall(r"of `(\w+)` but ((?:`\w+`(?: and )?)+)", README))
def test_all_but_the_named_commands_of_a_group_print_json(group: str, but: str) -> None:
    paths = [path for path in every_path(cli) if path.startswith(f"{group} ")]
    without = {
        path.split()[1]
        for path in paths
        if "json_output" not in {one.name for one in command_at(path).params}
    }

    assert without == set(re.findall(r"\w+", but.replace(" and ", " ")))
