"""`inhouse models`: which models exist."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.options import note, parts_for, say
from models.errors import WeightsMissingError


@click.group("models", help="List, add and remove models.")
def command() -> None:
    """Group of commands."""


@command.command("list")
def list_models() -> None:
    """Print every model with its size; the one in use is marked."""
    with parts_for() as parts:
        for name in parts.registry.names():
            mark = "*" if name == parts.settings.model.name else " "
            try:
                spec = parts.registry.get(name)
            except WeightsMissingError as error:
                say(f"{mark} {name:32} {error}")
                continue
            kind = "built in" if spec.built_in else "added"
            say(f"{mark} {name:32} {spec.size / 1e6:9.1f} MB  {kind}  {spec.sha256[:12]}")


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", default="", help="Name to call it by; the file's name by default.")
def add(file: Path, name: str) -> None:
    """Copy a GGUF FILE into the registry.

    It is loaded once before, to see that it works.
    """
    with parts_for() as parts:

        def check(spec: object) -> None:
            from models.spec import ModelSpec

            assert isinstance(spec, ModelSpec)
            note(f"Loading {spec.name} to see that it works …")
            engine = parts.engine_for(spec)
            try:
                described = engine.warm()
            finally:
                engine.close()
            note(
                f"It has {described.layers} layers and runs on {described.backend}, "
                f"with a window of {described.context} tokens."
            )

        spec = parts.registry.add(file, name=name, check=check)
        say(f"Added. Use it with: inhouse --model {spec.name}")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete an added model."""
    with parts_for() as parts:
        parts.registry.remove(name)
        say(f"Removed {name}.")
