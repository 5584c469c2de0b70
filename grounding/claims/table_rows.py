"""Rows of tables held against a claim.

A row has no grammar: what its numbers are said of are the names of their columns and its first cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grounding.claims.taken_apart import Claim, Source
from grounding.text.facts import Facts, Quantity, facts_in
from grounding.text.numerals import with_digits
from grounding.text.rows import Cell, cells
from grounding.text.words import content_stems

_CLOSE = 1e-9
_CLAUSES = re.compile(r"[,;]\s+|\s+(?:and|but|while|whereas)\s+")


def of_another_column(claim: Claim, row: Sequence[Cell]) -> tuple[str, str] | None:
    """An amount that the claim gives and the one that the row has in the column it speaks of; None if none.

    The clause with the amount has words of the other column's name, and none of its own column's alone.
    """
    for amount in claim.facts.quantities:
        own = [cell for cell in row if _gives(amount, cell.facts)]
        if amount.soft or not amount.unit or not own:
            continue
        clause = next((part for part in _CLAUSES.split(claim.text) if amount.text in part), claim.text)
        words = set(content_stems(with_digits(clause)))
        for other in row:
            theirs = [one.text for one in other.facts.quantities if one.unit == amount.unit and not one.soft]
            if theirs and other not in own and all(_speaks_rather_of(other, cell, words) for cell in own):
                return amount.text, theirs[0]
    return None


def of_a_narrower_row(claim: Claim, sources: Sequence[Source]) -> tuple[str, str] | None:
    """An amount that only a row for something narrower has, and that of the row that is meant; None if none.

    "Hotel, high-cost list" is narrower than "Hotel" for a claim and a question that speak of no list.
    """
    said = set(claim.stems) | set(content_stems(claim.question))
    for amount in claim.facts.quantities:
        held = [text for source in sources for text, _ in source.sentences if _gives(amount, facts_in(text))]
        rows = [cells(text) for text in held]
        if amount.soft or not amount.unit or not rows or not all(rows):
            continue
        wider = [_wider(row, amount, said, sources) for row in rows]
        if all(wider):
            return amount.text, wider[0]
    return None


def _speaks_rather_of(other: Cell, own: Cell, words: set[str]) -> bool:
    return bool(words & (other.column - own.column)) and not words & (own.column - other.column)


def _wider(row: Sequence[Cell], amount: Quantity, said: set[str], sources: Sequence[Source]) -> str:
    """The amount in a row of the table whose first cell says less, all of it said; empty if there is none."""
    first, columns = row[0].value, [cell.column for cell in row]
    for other in _rows(sources):
        if [cell.column for cell in other] != columns or not other[0].value < first:
            continue
        more = first - other[0].value
        # A word or so may be there by chance: "hotel costs", and the "high-cost list".
        if other[0].value <= said and len(said & more) < len(more) / 2:
            same = (one for cell in other for one in cell.facts.quantities if one.unit == amount.unit)
            return next((one.text for one in same), "")
    return ""


def _rows(sources: Sequence[Source]) -> Iterator[tuple[Cell, ...]]:
    return filter(None, (cells(text) for source in sources for text, _ in source.sentences))


def _gives(amount: Quantity, facts: Facts) -> bool:
    return any(
        one.unit == amount.unit and abs(one.value - amount.value) <= max(_CLOSE, amount.slack)
        for one in facts.quantities
    )
