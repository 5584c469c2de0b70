"""`inhouse config`: settings in force, places on disk, JSON schemas."""

from __future__ import annotations

import json

import click

from app.cli.options import say
from app.contract import SHAPES


@click.group("config", help="Settings in force, places on disk, JSON schemas.")
def command() -> None:
    """Group of commands that start no child process."""


@command.command("show")
def show() -> None:
    """Print the settings in force as JSON.

    The environment and the settings file are applied.
    """
    from app.assembly import assemble

    click.echo(json.dumps(assemble().settings.model_dump(mode="json"), indent=2))


@command.command("paths")
def paths() -> None:
    """Print where everything lies on disk."""
    import os

    from app.locations import locate

    # Not through the settings: whoever has broken them must be able to find them.
    places = locate(os.environ)
    for name in ("settings", "knowledge", "index", "models", "history", "logs"):
        say(f"{name:10} {getattr(places, name)}")


@command.command("schema")
@click.option("--of", "shape", type=click.Choice(sorted(SHAPES)), required=True, help="Whose output.")
def schema(shape: str) -> None:
    """Print the JSON schema of a command's output."""
    click.echo(json.dumps(SHAPES[shape].model_json_schema(mode="serialization"), indent=2))
