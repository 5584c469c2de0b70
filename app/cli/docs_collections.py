"""`inhouse docs collections` and `collection`: which documents who may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.options import as_json, counted, parts_for, print_shape, say
from app.contract import CollectionShape, CollectionsShape
from app.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.assembly import Parts
    from grounding.catalog import Collection
    from grounding.passages import Principal


@click.command("collections")
@as_json
def collections(*, json_output: bool) -> None:
    """Print the collections that you may read.

    With their readers and sizes; the owner sees all of them.
    """
    with parts_for() as parts:
        _print(parts, json_output=json_output)


@click.command("collection")
@click.argument("name")
@click.option(
    "--groups", metavar="A,B", help="Groups of the operating system that may read it, and nobody else."
)
@click.option("--everyone", is_flag=True, help="Everyone may read it.")
@click.option("--move", "documents", multiple=True, metavar="DOCUMENT", help="Put a document into it.")
@click.option("--drop", is_flag=True, help="Drop it; it must be empty.")
@as_json
def collection(  # noqa: PLR0913 - a parameter for every option
    name: str,
    *,
    groups: str | None,
    everyone: bool,
    documents: tuple[str, ...],
    drop: bool,
    json_output: bool,
) -> None:
    """Make a collection, or say who may read it and what is in it.

    A change of groups counts at once. A collection that is new and names no groups is for everyone. A
    document is named by its path, file name or id; --move may be given several times.
    """
    named = None if groups is None else [group.strip() for group in groups.split(",") if group.strip()]
    if (named is not None and everyone) or (drop and (named is not None or everyone or documents)):
        raise UsageError("These options contradict each other.", "Give --groups, --everyone or --drop alone.")
    if named == []:
        raise UsageError("--groups names no group.", "For a collection that all may read, say --everyone.")
    with parts_for() as parts:
        parts.ingest.collection(name, groups=[] if everyone else named, move=documents, drop=drop)
        _print(parts, json_output=json_output)


def collection_shapes(found: Iterable[Collection], reader: Principal | None) -> list[CollectionShape]:
    """Collections as JSON; those that `reader` may read, all of them for None."""
    return [
        CollectionShape(name=one.name, groups=sorted(one.groups), documents=one.documents, chunks=one.chunks)
        for one in found
        if reader is None or not one.groups or one.groups & reader.groups
    ]


def _print(parts: Parts, *, json_output: bool) -> None:
    from app.listing import list_reader

    with parts.catalog.read() as view:
        shapes = collection_shapes(view.collections(), list_reader(parts.locations.knowledge))
    if json_output:
        print_shape(CollectionsShape(collections=shapes))
        return
    for one in shapes:
        readers = ", ".join(one.groups) or "everyone"
        say(f"{one.name}: {counted(one.documents, 'document')}, read by {readers}")
