"""`inhouse docs generations`, `rollback`, `prune` and `rebuild`: earlier states, and room on the disk."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.docs_work import working
from app.cli.options import as_json, counted, note, parts_for, print_shape, say
from app.contract import GenerationsShape
from app.errors import ExitCode, UsageError

_MEBIBYTE = 1 << 20


@click.command("generations")
@as_json
def generations(*, json_output: bool) -> None:
    """Print the states that can be gone back to, newest first.

    Behind + ~ - stand the documents that were added, updated and removed.
    """
    from app.shapes_of_documents import generation_shapes

    with parts_for() as parts, parts.catalog.read() as view:
        kept = generation_shapes(view.generations())
    if json_output:
        print_shape(GenerationsShape(generations=kept))
        return
    for one in kept:
        changes = f"+{one.added} ~{one.updated} -{one.removed}"
        say(f"{one.number:5}  {one.made[:16]}  {counted(one.documents, 'document')}  {changes}  {one.what}")
    if not kept:
        say("No generations yet: `inhouse docs add PATH…` makes the first one.")


@click.command("rollback")
@click.argument("number", type=click.IntRange(1))
@as_json
def rollback(number: int, *, json_output: bool) -> None:
    """Make the documents of generation NUMBER live again.

    This is a new generation: the one before can be gone back to as well.
    """
    with parts_for() as parts, working(parts.ingest) as work:
        report = parts.ingest.rollback(number, work.hear)
    if json_output:
        print_shape(report)
        return
    say(f"Generation {report.generation} holds {counted(report.documents, 'document')}, as {number} did.")
    if report.notice:
        say(report.notice)


@click.command("prune")
@click.option("--keep", required=True, type=click.IntRange(1), help="So many generations stay, the newest.")
@as_json
def prune(keep: int, *, json_output: bool) -> None:
    """Drop older generations for good, and free their space."""
    with parts_for() as parts, working(parts.ingest) as work:
        report = parts.ingest.prune(keep, work.hear)
    if json_output:
        print_shape(report)
        return
    dropped = f"{counted(report.generations, 'generation')}, {counted(report.chunks, 'passage')}"
    sizes = [f"{size / _MEBIBYTE:.1f} MiB" for size in (report.bytes_before, report.bytes_after)]
    say(f"Dropped {dropped}. On disk: {sizes[0]} before, {sizes[1]} now.")
    if report.notice:
        say(report.notice)


@click.command("rebuild")
@click.option(
    "--embedder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of another embedding model: all documents are embedded anew beside the old vectors.",
)
@as_json
def rebuild(embedder: Path | None, *, json_output: bool) -> int:
    """Build the vector index anew, or change the embedding model.

    After a change say so in the settings too: `embedder` under [retrieval]. The old vectors answer until
    all new ones are there. Ctrl-C stops; the same command goes on.
    """
    if embedder is not None and not embedder.is_dir():
        raise UsageError(f"There is no folder {embedder}.", "Name the folder of an embedding model.")
    with parts_for() as parts:
        note("Building …")
        with working(parts.ingest) as work:
            report = parts.ingest.rebuild(work.hear, embedder=embedder)
    if json_output:
        print_shape(report)
    elif report.left:
        left = counted(report.left, "passage")
        say(f"Stopped with {left} still to be embedded. The same command goes on.")
    else:
        say(f"The vector index is built, with {report.embedder}.")
    if report.notice and not json_output:
        say(report.notice)
    return ExitCode.FAILED if report.left else ExitCode.OK
