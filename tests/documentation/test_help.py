"""What `--help` says fits its lists, and what the README says of options holds for every command."""

from __future__ import annotations

import re

import click
import pytest

from app.cli.main import cli
from tests.documentation.test_readme import README, every_path

GROUPS = ("admin", "audit", "config", "docs", "entities", "history", "models", "support")
PROSE = re.sub(r"\s+", " ", README)
"""Without its line breaks."""


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


def with_json(group: str) -> dict[str, bool]:
    """Each command of a group, without the group's name, and whether it prints JSON."""
    return {
        path.split(" ", 1)[1]: "json_output" in {one.name for one in command_at(path).params}
        for path in every_path(cli)
        if path.startswith(f"{group} ")
    }


def named(words: str) -> set[str]:
    return set(re.findall(r"`([a-z ]+)`", words))


@pytest.mark.parametrize(("group", "but"), re.findall(r"of `(\w+)` but ((?:`\w+`(?: and )?)+)", PROSE))
def test_all_but_the_named_commands_of_a_group_print_json(group: str, but: str) -> None:
    assert {name for name, prints in with_json(group).items() if not prints} == named(but)


@pytest.mark.parametrize(("group", "those"), re.findall(r"in `(\w+)` for ((?:`\w+`(?:, | and )?)+)", PROSE))
def test_the_named_commands_of_a_group_print_json(group: str, those: str) -> None:
    assert {name for name, prints in with_json(group).items() if prints} == named(those)


def test_the_readme_says_of_which_commands_there_is_json() -> None:
    """A guard of the tests above."""
    [told] = re.findall(r"`--json` is there for (.*?);", PROSE)

    assert set(re.findall(r"(?:of|in) `(\w+)`", told)) == {"docs", "entities", "history", "admin", "audit"}
