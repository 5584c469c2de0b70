"""`inhouse docs explain`: why a search brought what it brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from app.cli.options import as_json, counted, parts_for, print_shape, say

if TYPE_CHECKING:
    from grounding.passages import Retrieval
    from grounding.ranking.explanation import ExplainedCandidate, Explanation

_SHOWN = 30
"""Lines of the table; --json prints every candidate."""

_DOCUMENT_COLUMN = 38


@click.command("explain")
@click.argument("query")
@click.option(
    "-k", "limit", default=8, type=click.IntRange(1, 100), show_default=True, help="How many passages."
)
@click.option(
    "--after", "earlier", multiple=True, metavar="QUESTION", help="An earlier question that QUERY follows on."
)
@as_json
def explain(query: str, limit: int, earlier: tuple[str, ...], *, json_output: bool) -> None:
    """Say why a search brings what it brings.

    Printed are what was searched for, every candidate with its scores, and what was dropped and why: dense
    is the likeness of meaning, words the full-text score, names the share of known names, fused what these
    give together, score what the passages are ordered by, unless a line says what moved it. With --after,
    once for each earlier question, QUERY is searched for as it would be in that conversation. No language
    model is started.
    """
    from app.principal import current_principal
    from app.shapes_of_documents import explain_shape

    with parts_for() as parts:
        found = parts.grounding.find(
            query,
            principal=current_principal(),
            limit=limit,
            earlier=[(question, "") for question in earlier],
            explain=True,
        )
    if json_output:
        print_shape(explain_shape(query, found))
    elif found.explanation is None:
        say(found.notice or "There was nothing to search for.")
    else:
        _say(found, found.explanation)


def _say(found: Retrieval, told: Explanation) -> None:
    say(f"Searched for: {told.searched}")
    for word in told.corrections:
        say(f"  {word.written!r} was read as {word.read_as!r}")
    if told.context:
        say(f"And once more with: {told.context}")
    say(f"Words: {', '.join(told.terms) or 'none'}")
    if told.entities:
        say(f"Known names: {', '.join(told.entities)}")
    say(f"\n{'':3} {'score':>6} {'dense':>6} {'words':>6} {'names':>6} {'fused':>6}  document")
    places = {one.id: f"number {number}" for number, one in enumerate(told.candidates, start=1)}
    for number, one in enumerate(told.candidates[:_SHOWN], start=1):
        say(f"{number:3} {_figures(one)}  {_where(one)}{_remarks(one, places)}")
    if len(told.candidates) > _SHOWN:
        say(f"    … and {len(told.candidates) - _SHOWN} more, with --json")
    say(f"\n{counted(len(found.passages), 'passage')} of {counted(len(told.candidates), 'candidate')}.")
    say("Took " + ", ".join(f"{name} {took:.1f} ms" for name, took in told.milliseconds.items()) + ".")
    if found.notice:
        say(found.notice)


def _figures(one: ExplainedCandidate) -> str:
    scores = (one.dense, one.lexical, one.entity)
    optional = " ".join(f"{'-' if score is None else format(score, '.2f'):>6}" for score in scores)
    return f"{one.score:6.2f} {optional} {one.fused:6.4f}"


def _where(one: ExplainedCandidate) -> str:
    name = one.document
    if len(name) > _DOCUMENT_COLUMN:
        name = f"…{name[-_DOCUMENT_COLUMN + 1 :]}"
    return f"{name}, {one.place}" if one.place else name


def _remarks(one: ExplainedCandidate, places: Mapping[str, str]) -> str:
    """In brackets, with places in the table for chunk ids."""
    dropped = " ".join(places.get(word, word) for word in one.dropped.split())
    remarks = "; ".join(filter(None, (one.source, one.moved, dropped)))
    return f"  ({remarks})" if remarks else ""
