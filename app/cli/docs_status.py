"""`inhouse docs status`: the state of the knowledge base, and what an administrator should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from app.cli.docs_collections import collection_shapes
from app.cli.options import as_json, counted, note, parts_for, print_shape, say
from app.contract import DocumentsStatusShape, NoteShape, PairShape

if TYPE_CHECKING:
    from pathlib import Path

    from app.locations import Locations
    from grounding.catalog import CatalogState, CatalogView
    from grounding.passages import Principal

_MEBIBYTE = 1 << 20
_HOURS_A_DAY = 24


@click.command("status")
@as_json
def status(*, json_output: bool) -> None:
    """Print counts, size and age, and what needs attention.

    That is files that changed or went since they were taken in, copies and near duplicates, documents
    with a newer edition, and files that could not be read. All of it for the owner of the knowledge base;
    others are told of documents and collections that they may read alone.
    """
    from app.listing import list_reader

    with parts_for() as parts:
        note("Comparing the documents with their files …")
        with parts.catalog.read() as view:
            shape = status_shape(view, parts.locations, list_reader(parts.locations.knowledge))
    if json_output:
        print_shape(shape)
    else:
        _say(shape)


def status_shape(view: CatalogView, places: Locations, reader: Principal | None) -> DocumentsStatusShape:
    """What `reader` may know of the knowledge base; everything for None, its admin."""
    from grounding.library.file_notes import FileNotes
    from grounding.library.relations import Relations, shown_to, superseded
    from grounding.library.staleness import stale

    state, notes, shown = view.state(), FileNotes(places.knowledge), shown_to(reader, view)
    sources = {name: source for name, source in view.sources().items() if name in shown}
    paths = {name: source.name for name, source in sources.items()}
    held = {source.sha256: source.name for source in sources.values()}
    kind, notice = _index(view, state, places.index)
    return DocumentsStatusShape(
        documents=len(shown),
        chunks=state.chunks if reader is None else view.readable_chunks(reader),
        bytes=view.library_size(),
        generation=state.generation,
        updated=state.updated,
        embedder=state.embedder,
        dimension=state.dimension,
        index=kind,
        notice=notice,
        collections=collection_shapes(view.collections(), reader),
        stale=[NoteShape(path=paths[name], reason=what) for name, what in stale(sources).items()],
        duplicates=[
            PairShape(document=one.name, other=held[one.sha256], likeness=1.0)
            for one in notes.copies_there()
            if one.sha256 in held
        ],
        near_duplicates=[
            PairShape(document=paths[one.first], other=paths[one.second], likeness=round(one.likeness, 2))
            for one in Relations(places.knowledge, reader).near(view)
        ],
        superseded=_pairs(superseded(view), paths),
        # Nobody but the admin knows for whom a file was meant that could not be read.
        unread=[NoteShape(path=one.name, reason=one.reason) for one in notes.unread() if reader is None],
    )


def _pairs(newer: Mapping[str, str], paths: Mapping[str, str]) -> list[PairShape]:
    return [
        PairShape(document=paths[old], other=paths[new])
        for old, new in newer.items()
        if old in paths and new in paths
    ]


def _index(view: CatalogView, state: CatalogState, folder: Path) -> tuple[str, str]:
    """Which index answers, and why no other one does."""
    from grounding.errors import IndexUnusableError
    from grounding.index.delta import delta_of
    from grounding.index.shelf import IndexShelf

    if not state.chunks:
        return "exact", ""
    try:
        delta_of(view, state, IndexShelf(folder).manifest(state))
    except IndexUnusableError as fault:
        return "exact", f"{fault} {fault.remedy}"
    return "chroma", ""


def _say(shape: DocumentsStatusShape) -> None:
    size = f"{shape.bytes / _MEBIBYTE:.1f} MiB"
    say(f"{counted(shape.documents, 'document')}, {counted(shape.chunks, 'passage')}, {size} on disk.")
    if shape.updated:
        say(f"Generation {shape.generation}, {_age(shape.updated)}.")
        say(f"Embedded with {shape.embedder} ({shape.dimension} numbers each); index: {shape.index}.")
    if shape.notice:
        say(shape.notice)
    for one in shape.collections:
        readers = ", ".join(one.groups) or "everyone"
        say(f"Collection {one.name}: {counted(one.documents, 'document')}, read by {readers}.")
    _say_notes("Stale", shape.stale)
    _say_pairs("Copies", "the same as", shape.duplicates)
    _say_pairs("Near duplicates", "nearly the same as", shape.near_duplicates)
    _say_pairs("Superseded", "there is the newer", shape.superseded)
    _say_notes("Not read", shape.unread)


def _say_notes(title: str, notes: Sequence[NoteShape]) -> None:
    if notes:
        say(f"{title}: {len(notes)}")
    for one in notes:
        say(f"    {one.path}: {one.reason}")


def _say_pairs(title: str, words: str, pairs: Sequence[PairShape]) -> None:
    if pairs:
        say(f"{title}: {len(pairs)}")
    for one in pairs:
        share = "" if one.likeness in {None, 1.0} else f" ({one.likeness:.0%})"
        say(f"    {one.document}: {words} {one.other}{share}")


def _age(moment: str) -> str:
    hours = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds() / 3600
    if hours < 1:
        return "changed within the last hour"
    if hours < _HOURS_A_DAY:
        return f"changed {counted(int(hours), 'hour')} ago"
    return f"changed {counted(int(hours / _HOURS_A_DAY), 'day')} ago"
