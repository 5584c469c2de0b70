"""The command line: groups of commands, and how failures end."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

from app.errors import EXPECTED, ExitCode, exit_code_of
from safety.terminal import safe_text

# Name, module and one line of help: `--help` imports none of the modules.
_COMMANDS = {
    "admin": ("app.cli.admin", "Make and use the admin key, which signs what is answered from."),
    "audit": ("app.cli.audit", "Show and verify the record of admin and security events."),
    "ask": ("app.cli.ask", "Ask a question and print the checked answer."),
    "config": ("app.cli.config", "Settings in force, places on disk, JSON schemas."),
    "docs": ("app.cli.docs", "Add, list, search and remove documents."),
    "doctor": ("app.cli.doctor", "Say what works here, what does not, and what to do about it."),
    "entities": ("app.cli.entities", "Load, list, correct and try out the names the program knows."),
    "history": ("app.cli.history", "List and show your encrypted conversations."),
    "models": ("app.cli.models", "List, add and remove models."),
    "support": ("app.cli.support", "Check answers against the passages they were written from."),
}


class _LazyGroup(click.Group):
    """Imports a command's module when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in sorted(_COMMANDS)])


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="inhouse", prog_name="inhouse")
@click.option("--model", metavar="NAME", help="Model to answer with; see `inhouse models list`.")
@click.option("--profile", metavar="NAME", help="Whose history, where several people share an account.")
@click.pass_context
def cli(context: click.Context, model: str | None, profile: str | None) -> None:
    """Ask your company's documents, on this machine alone.

    Without a command, the window opens.
    """
    context.obj = {"model": model}
    if profile is not None:
        # For every part of the program, the window's as well; a profile's name is no secret.
        os.environ["INHOUSE_PROFILE"] = profile
    if context.invoked_subcommand is None:
        from app.cli.window import open_window

        open_window(model)


def run(arguments: Sequence[str]) -> int:
    """Run one command; every expected failure is a sentence, a remedy and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character shows "?" instead of ending the program.
            stream.reconfigure(errors="replace")
    try:
        result = cli.main(args=list(arguments), prog_name="inhouse", standalone_mode=False)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(safe_text(shown.getvalue()), err=True, nl=False)
        return ExitCode.USAGE
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return ExitCode.FAILED
    except EXPECTED as error:
        click.echo(safe_text(f"{error}\n{error.remedy}".strip()), err=True)
        return exit_code_of(error)
    return result if isinstance(result, int) else ExitCode.OK
