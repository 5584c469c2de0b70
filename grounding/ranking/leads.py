"""What is known about a query beyond its words."""

from __future__ import annotations

from dataclasses import dataclass, field

from grounding.ranking.second_look import Known

MOST_LAST = 50
"""Chunks of the last turn that are looked at again; an answer is shown with far fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Names and chunks that help to find what is meant; none of them is needed."""

    known: tuple[Known, ...] = field(default=(), repr=False)
    """Catalogue entries that the query mentions: their other names are searched for too."""

    last: tuple[str, ...] = ()
    """Ids of the chunks that the last answer was shown with. They are weighed with what the searches find, by
    the same rules; those that are no longer live, or closed to the principal, are passed over."""
