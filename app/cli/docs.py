"""`inhouse docs`: the knowledge base."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import shorten

import click

from app.cli.docs_collections import collection, collections
from app.cli.docs_eval import evaluate
from app.cli.docs_explain import explain
from app.cli.docs_generations import generations, prune, rebuild, rollback
from app.cli.docs_status import status
from app.cli.docs_sync import sync, watch
from app.cli.docs_work import NOT_READ, NamedPath, say_files, say_left, say_left_out, working
from app.cli.options import as_json, counted, note, parts_for, place_of, print_shape, say
from app.contract import AddShape, DocumentsShape, SearchShape
from app.errors import ExitCode, UsageError


@click.group("docs", help="Add, mirror, list, search and remove documents.")
def command() -> None:
    """Group of commands."""


for _command in (
    collection,
    collections,
    evaluate,
    explain,
    generations,
    prune,
    rebuild,
    rollback,
    status,
    sync,
    watch,
):
    command.add_command(_command)


@command.command("add")
@click.argument("paths", nargs=-1, type=NamedPath(path_type=Path))
@click.option("--sample", is_flag=True, help="Add the sample handbook of an invented company.")
@click.option(
    "--collection",
    "into",
    default="",
    metavar="NAME",
    help="Collection they go into; `inhouse docs collection` makes one.",
)
@as_json
def add(paths: tuple[Path, ...], *, sample: bool, into: str, json_output: bool) -> int:
    """Take files and folders into the knowledge base.

    Read are PDF, DOCX, PPTX, XLSX, ODT, RTF, EPUB, HTML, Markdown, reStructuredText, text, CSV, TSV, EML
    and MSG with attachments, JSON, JSON lines and XML; scanned pages if Tesseract is installed. A file
    that cannot be read is reported with its reason and never stops the others. Of folders, what
    `.inhouseignore` names (the rules of gitignore) is left out and counted; a file that is named itself
    is taken. Ctrl-C stops after the file under way; the same command goes on.
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
        with working(parts.ingest) as work:
            report = parts.ingest.add(wanted, work.hear, collection=into)
    if json_output:
        print_shape(report)
    else:
        _say_report(report)
    return ExitCode.FAILED if "failed" in report.totals or report.left else ExitCode.OK


def _say_report(report: AddShape) -> None:
    say_files(report.files)
    say_left_out(report.left_out)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(report.totals.items()))
    if report.files or not report.left:
        say(f"{counted(len(report.files), 'file')}: {counts or 'none that could hold text'}.")
    unread = sum(report.totals.get(status, 0) for status in NOT_READ)
    if unread:
        say(f"{unread} cannot be searched; the reasons stand above.")
    say_left(report.left)
    if report.notice:
        say(report.notice)


@command.command("list")
@as_json
def list_documents(*, json_output: bool) -> None:
    """Print every live document, with the places of its copies.

    All of them to the owner of the knowledge base, to others those that they may read.
    """
    from app.listing import list_reader
    from app.shapes_of_documents import document_shape
    from grounding.library.file_notes import FileNotes
    from grounding.library.relations import shown_to

    with parts_for() as parts:
        copies: dict[str, list[str]] = {}
        for one in FileNotes(parts.locations.knowledge).copies_there():
            copies.setdefault(one.sha256, []).append(one.source)
        with parts.catalog.read() as view:
            shown = shown_to(list_reader(parts.locations.knowledge), view)
            entries = [
                document_shape(entry, copies.get(entry.sha256, []))
                for entry in view.documents()
                if entry.id in shown
            ]
    if json_output:
        print_shape(DocumentsShape(documents=entries))
        return
    for entry in entries:
        size = counted(entry.chunks, "passage")
        say(f"{entry.path}  ({entry.kind}, {size}, {entry.collection}, added {entry.added[:10]})")
        for place in entry.also_at:
            say(f"    also at {place}")
    say(f"{counted(len(entries), 'document')}." if entries else "No documents yet: `inhouse docs add PATH…`.")


@command.command("remove")
@click.argument("names", nargs=-1, required=True)
@click.option("--keep-history", is_flag=True, help="Keep the text, so that a rollback brings it back.")
@as_json
def remove(names: tuple[str, ...], *, keep_history: bool, json_output: bool) -> None:
    """Remove documents by path, file name or id.

    All of them or, if one is unknown, none. Their text is gone from every generation and from the disk,
    unless the history is to be kept.
    """
    with parts_for() as parts, working(parts.ingest) as work:
        report = parts.ingest.remove(names, work.hear, for_good=not keep_history)
    if json_output:
        print_shape(report)
        return
    for path in report.removed:
        say(f"removed    {path}{'' if report.for_good else '  (until `inhouse docs prune`)'}")
    if report.notice:
        say(report.notice)


@command.command("search")
@click.argument("query")
@click.option("-k", "limit", default=8, type=click.IntRange(1, 100), show_default=True, help="How many.")
@as_json
def search(query: str, limit: int, *, json_output: bool) -> None:
    """Print the passages nearest to QUERY, best first. No language model is started."""
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
