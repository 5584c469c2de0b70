"""`inhouse history search`: finds in everything that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.options import (
    as_json,
    counted,
    given_text,
    history_exists,
    note,
    open_history,
    parts_for,
    passphrase_file,
    print_shape,
    progress,
    progress_done,
    say,
)
from app.contract import HistorySearchShape, SearchFilters
from safety.terminal import safe_line, safe_text

if TYPE_CHECKING:
    from app.contract import HitShape
    from app.history.history import History

_EVERY = 0.5
"""Seconds between two lines about the index."""


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--after", metavar="DAY", help="From this day on, such as 2026-11-22.")
@click.option("--before", metavar="DAY", help="Up to this day, it included.")
@click.option("--model", metavar="NAME", help="Answered by this model.")
@click.option("--collection", metavar="NAME", help="With a passage from this collection.")
@click.option("--rating", type=click.Choice(["good", "bad"]), help="Rated so.")
@click.option("--sources/--no-sources", "with_sources", default=None, help="With or without passages.")
@click.option("--tag", metavar="TAG", help="In conversations with this tag.")
@click.option("--archived/--not-archived", default=None, help="In archived conversations, or in others.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Most finds.")
@passphrase_file
@as_json
def search(
    words: tuple[str, ...], passphrase_file: Path | None, *, limit: int, json_output: bool, **filters: Any
) -> None:
    """Find WORDS in all that is kept, the best first.

    That is titles, tags, questions, answers and their passages. All words must occur. 'contr*' stands
    for every word that begins so, '"sick leave"' for words side by side (in a shell, put quotation
    marks around both). Without words, the newest that fit the options; with - they are read from
    standard input.
    """
    query = given_text("-").strip() if words == ("-",) else " ".join(words)
    found = HistorySearchShape(query=query, hits=[], searched=0, of=0)
    with parts_for() as parts:
        if history_exists(parts):
            with open_history(parts, passphrase_file) as history:
                found = _found(history, query, SearchFilters(**filters), limit)
    if json_output:
        print_shape(found)
        return
    for hit in found.hits:
        _show(hit)
    say(f"{counted(len(found.hits), 'find')} in {counted(found.searched, 'turn')}.")


def _found(history: History, query: str, filters: SearchFilters, limit: int) -> HistorySearchShape:
    from app.history.search import HistorySearch

    searching = HistorySearch()
    searching.begin(history)
    try:
        searching.search(query, filters, limit)  # refuses what makes no sense before the index is built
        while not searching.wait(_EVERY):
            so_far = searching.search("", SearchFilters(), 0)
            progress(f"Reading: {so_far.searched} of {counted(so_far.of, 'turn')}.")
        progress_done()
        return searching.search(query, filters, limit)
    finally:
        searching.close()
        for notice in history.notices:
            note(notice)


def _show(hit: HitShape) -> None:
    when = hit.time[:16].replace("T", " ")
    turn = f"  turn {hit.turn}" if hit.turn else ""
    say(f"{hit.conversation}  {when}  {safe_line(hit.title, 80)}{turn}")
    at, pieces = 0, [f"  {hit.part}: "]
    for start, end in hit.highlights:
        # Made harmless piece by piece, because the marks around them are escape codes of our own.
        pieces += [
            safe_text(hit.snippet[at:start]),
            click.style(safe_text(hit.snippet[start:end]), bold=True),
        ]
        at = end
    click.echo("".join([*pieces, safe_text(hit.snippet[at:]), "\n"]))
