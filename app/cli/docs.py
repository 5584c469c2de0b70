"""`inhouse docs`: the knowledge base."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import shorten
from typing import Any

import click

from app.cli.options import (
    as_json,
    counted,
    note,
    parts_for,
    place_of,
    print_shape,
    progress,
    progress_done,
    say,
)
from app.contract import AddShape, DocumentShape, DocumentsShape, RemoveShape, SearchShape
from app.errors import ExitCode, UsageError

_NOT_READ = ("empty", "skipped", "failed")


@click.group("docs", help="Add, list, search and remove documents.")
def command() -> None:
    """Group of commands."""


@command.command("add")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help="Add the sample handbook of an invented company.")
@as_json
def add(paths: tuple[Path, ...], *, sample: bool, json_output: bool) -> int:
    """Take files and folders (PDF, DOCX, HTML, Markdown, text) into the knowledge base.

    A file that cannot be read is reported with its reason and never stops the others.
    """
    from app.assembly import sample_handbook

    wanted = [*paths, *([sample_handbook()] if sample else [])]
    if not wanted:
        raise UsageError("Nothing to add.", "Name files or folders, or try `inhouse docs add --sample`.")
    # os.path says no where a closed folder makes pathlib raise.
    if missing := [path for path in wanted if not os.path.exists(path)]:  # noqa: PTH110
        raise UsageError(f"{missing[0]} does not exist, or cannot be seen by you.", "Check the path.")
    with parts_for() as parts:
        note("Starting the reader and the embedding model …")
        report = parts.ingest.add(wanted, _announce)
        progress_done()
    if json_output:
        print_shape(report)
    else:
        _say_report(report)
    return ExitCode.FAILED if "failed" in report.totals else ExitCode.OK


def _announce(kind: str, event: dict[str, Any]) -> None:
    if kind == "FileStarted":
        progress(f"{event['number']} of {event['of']}: {event['path']}")
    elif kind == "IndexBuilding":
        progress(f"Building the index of {event['chunks']} passages …")


def _say_report(report: AddShape) -> None:
    for entry in report.files:
        size = counted(entry.chunks, "passage") if entry.chunks else ""
        say(f"{entry.status:10} {entry.path}  {size}{': ' if size and entry.reason else ''}{entry.reason}")
    counts = ", ".join(f"{count} {status}" for status, count in sorted(report.totals.items()))
    say(f"{counted(len(report.files), 'file')}: {counts or 'none that could hold text'}.")
    unread = sum(report.totals.get(status, 0) for status in _NOT_READ)
    if unread:
        say(f"{unread} cannot be searched; the reasons stand above.")
    if report.notice:
        say(report.notice)


@command.command("list")
@as_json
def list_documents(*, json_output: bool) -> None:
    """Print every live document."""
    with parts_for() as parts:
        entries = [
            DocumentShape(
                id=entry.id,
                path=entry.path,
                title=entry.title,
                kind=entry.kind,
                pages=entry.pages,
                characters=entry.characters,
                chunks=entry.chunks,
                added=entry.added,
            )
            for entry in parts.catalog.documents()
        ]
    if json_output:
        print_shape(DocumentsShape(documents=entries))
        return
    for entry in entries:
        size = counted(entry.chunks, "passage")
        say(f"{entry.path}  ({entry.kind}, {size}, added {entry.added[:10]})")
    say(f"{counted(len(entries), 'document')}." if entries else "No documents yet: `inhouse docs add PATH…`.")


@command.command("remove")
@click.argument("names", nargs=-1, required=True)
@as_json
def remove(names: tuple[str, ...], *, json_output: bool) -> None:
    """Remove documents by path, file name or id; all of them or, if one is unknown, none."""
    with parts_for() as parts:
        report: RemoveShape = parts.ingest.remove(names, _announce)
        progress_done()
    if json_output:
        print_shape(report)
        return
    for path in report.removed:
        say(f"removed    {path}")
    if report.notice:
        say(report.notice)


@command.command("search")
@click.argument("query")
@click.option("-k", "limit", default=8, type=click.IntRange(1, 100), show_default=True, help="How many.")
@as_json
def search(query: str, limit: int, *, json_output: bool) -> None:
    """Print the passages nearest to QUERY, best first, without asking the model."""
    from app.principal import current_principal
    from app.result import passage_shape

    with parts_for() as parts:
        found = parts.grounding.find(query, principal=current_principal(), limit=limit)
    if json_output:
        print_shape(SearchShape(passages=[passage_shape(one) for one in found.passages], notice=found.notice))
        return
    for number, passage in enumerate(found.passages, start=1):
        dense = "-" if passage.dense is None else f"{passage.dense:.2f}"
        say(f"{number}. {passage.document}, {place_of(passage)}  (meaning {dense})")
        say(f"   {shorten(passage.text, 300, placeholder=' …')}\n")
    if not found.passages:
        say("Nothing near that was found.")
    if found.notice:
        say(found.notice)
