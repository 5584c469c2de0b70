"""`inhouse entities`: the names that the program knows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import as_json, counted, note, parts_for, print_shape, say
from app.contract.entities import (
    EntitiesLoadShape,
    KnownEntitiesShape,
    KnownEntityShape,
    LinkShape,
    MentionShape,
)
from app.errors import UsageError

if TYPE_CHECKING:
    from app.administration.auditing import What
    from grounding.entities import LinkedMention
    from grounding.entity_catalogue import CatalogueEntry, EntityCatalogue
    from grounding.naming.entity_store import EntityStore

_LONGEST_LINE = 20_000


@click.group("entities", help="Load, list, correct and try out the names the program knows.")
def command() -> None:
    """Group of commands."""


@command.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Drop loaded entities that are not in FILE.")
@as_json
def load(file: Path, *, replace: bool, json_output: bool) -> None:
    """Take names from FILE: CSV or YAML.

    CSV has the columns name, aliases (separated by |), kind and description, and may have id; YAML is a
    list with the same fields. An entry that is there already is changed. All of the file is taken or, if
    one line is wrong, none of it.
    """
    from grounding.naming.entity_files import read_entities

    with _opened("entities.load") as (store, _):
        read = read_entities(file)
        report = store.load(read.entries, replace=replace)
    shape = EntitiesLoadShape(**asdict(report), warnings=list(read.warnings))
    if json_output:
        print_shape(shape)
        return
    for warning in shape.warnings:
        note(warning)
    say(
        f"{shape.added} added, {shape.changed} changed, {shape.unchanged} unchanged, {shape.removed} removed."
    )


@command.command("list")
@click.option("--mined", is_flag=True, help="Only what the documents define.")
@as_json
def list_entities(*, mined: bool, json_output: bool) -> None:
    """Print every entity.

    That is what was loaded, and what the documents that you may read define.
    """
    with _opened() as (_, catalogue):
        entries = [entry for entry in catalogue.entries if entry.origin != "loaded" or not mined]
    if json_output:
        print_shape(KnownEntitiesShape(entities=[_shape(entry) for entry in entries]))
        return
    for entry in entries:
        also = f", also {', '.join(entry.aliases)}" if entry.aliases else ""
        say(f"{entry.name}  ({entry.kind}, {entry.origin}{also})")
    say(f"{counted(len(entries), 'entry').replace('entrys', 'entries')}.")


@command.command("show")
@click.argument("name")
@as_json
def show(name: str, *, json_output: bool) -> None:
    """Print one entity, by name, alias or id."""
    from grounding.naming.known_entities import named

    with _opened() as (_, catalogue):
        entry = named(catalogue, name)
    if json_output:
        print_shape(_shape(entry))
        return
    say(f"{entry.name}  ({entry.kind}, {entry.origin})\nid: {entry.id}")
    for label, value in (("also", ", ".join(entry.aliases)), ("is", entry.description)):
        if value:
            say(f"{label}: {value}")
    if entry.sources:
        say(f"defined in: {', '.join(entry.sources)}")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Drop a loaded entity, by name, alias or id."""
    from grounding.naming.known_entities import named

    with _opened("entities.correct") as (store, catalogue):
        entry = named(catalogue, name)
        if entry.origin != "loaded":
            raise UsageError(
                f"{entry.id} comes from the documents.", "Use `inhouse entities correct NAME --reject`."
            )
        store.remove(entry.id)
    say(f"removed    {entry.name}")


@command.command("correct")
@click.argument("name")
@click.option("--reject", is_flag=True, help="Never use this entry again.")
@click.option("--restore", is_flag=True, help="Take it as the documents define it again; NAME is its id.")
@click.option("--name", "new_name", default="", metavar="TEXT", help="Another canonical name.")
@click.option("--aliases", default=None, metavar="A|B", help="Other aliases; empty for none.")
@click.option("--description", default="", metavar="TEXT", help="What it is.")
def correct(  # noqa: PLR0913 - one parameter an option
    name: str, *, reject: bool, restore: bool, new_name: str, aliases: str | None, description: str
) -> None:
    """Change or reject an entry mined from documents.

    It stays so when they are taken in again. One that was loaded is corrected in its file.
    """
    changes = bool(new_name or description or aliases is not None)
    if reject + restore + changes != 1:
        raise UsageError("Say one thing.", "Use --reject, --restore, or new texts.")
    from grounding.naming.entity_store import Correction

    with _opened("entities.correct") as (store, catalogue):
        if restore:
            if not store.forget_correction(name):
                raise UsageError(f"No correction of {name!r} is kept.", "Give the id of the entry.")
            say(f"restored   {name}")
            return
        entry = _mined(catalogue, name)
        store.correct(
            entry.id,
            Correction(
                verdict="rejected" if reject else "changed",
                name=_short(new_name),
                aliases=None
                if aliases is None
                else tuple(alias for part in aliases.split("|") if (alias := _short(part))),
                description=_short(description),
            ),
        )
    say(f"{'rejected' if reject else 'changed'}   {entry.name}  ({entry.id})")


@command.command("link")
@click.argument("text")
@click.option("--today", default="", metavar="YYYY-MM-DD", help="The day relative dates count from.")
@as_json
def link(text: str, *, today: str, json_output: bool) -> None:
    """Print what TEXT mentions and what is known of it.

    For - every line of standard input is such a text. No language model is started.
    """
    from grounding.entity_linker import EntityLinker

    day = _day(today)
    linker = EntityLinker()
    with _opened() as (_, catalogue):
        for line in _lines() if text == "-" else iter([text]):
            found = linker.mentions(line, catalogue, today=day)
            if json_output:
                print_shape(LinkShape(text=line, entities=[_mention_shape(one) for one in found]))
            else:
                _say_mentions(found)


def _say_mentions(found: tuple[LinkedMention, ...]) -> None:
    for one in found:
        entity = one.entity
        stands_for = entity.value if entity.name is None else f"{entity.name} ({entity.id})"
        say(f"{entity.text}  {entity.label}  {stands_for or 'unknown'}: {one.reason}")
    if not found:
        say("Nothing is mentioned.")


@contextmanager
def _opened(what: What | None = None) -> Iterator[tuple[EntityStore, EntityCatalogue]]:
    """The names that are known; `what` is recorded and, where there is an admin, needs the admin."""
    from app.principal import current_principal
    from grounding.naming.entity_store import EntityStore
    from grounding.naming.known_entities import KnownEntities

    with parts_for() as parts:
        if what:
            parts.administration.require(what)
        store = EntityStore(parts.locations.knowledge)
        yield store, KnownEntities(parts.catalog, store).of(current_principal())
        if what:
            parts.administration.record(what)


def _mined(catalogue: EntityCatalogue, name: str) -> CatalogueEntry:
    from grounding.naming.known_entities import named

    entry = named(catalogue, name)
    if entry.origin == "loaded":
        raise UsageError(f"{entry.name!r} was loaded.", "Correct it in its file and load that again.")
    return entry


def _shape(entry: CatalogueEntry) -> KnownEntityShape:
    return KnownEntityShape(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        aliases=list(entry.aliases),
        description=entry.description,
        origin=entry.origin,
        sources=list(entry.sources),
    )


def _mention_shape(mention: LinkedMention) -> MentionShape:
    return MentionShape(**asdict(mention.entity), kind=mention.kind, reason=mention.reason)


def _lines() -> Iterator[str]:
    while line := sys.stdin.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UsageError(f"A line is longer than {_LONGEST_LINE:,} characters.", "Split it.")
        yield line.rstrip("\r\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now().astimezone().date()
    except ValueError:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-03-31.") from None


def _short(text: str) -> str:
    longest = 2_000
    if len(text) > longest:
        raise UsageError(f"A text is longer than {longest:,} characters.", "Shorten it.")
    return " ".join(text.split())
