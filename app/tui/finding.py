"""Searches everything kept while the person types, and goes on until all of it has been searched."""

from __future__ import annotations

from functools import partial

from app.contract import HistorySearchShape
from app.tui.room import Room
from app.tui.typed_search import FILTERS, TypedSearch, read
from app.tui.wording import count, trouble_of

_PAUSE = 0.3
"""Seconds without a key after which a search begins: not every letter is one."""

_AGAIN = 0.5
"""Seconds until a search is repeated while the index is still being built."""


class Finding:
    """One search at a time; what an earlier one brings is not shown any more."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._latest = 0

    def seek(self) -> None:
        """Go to the search box, with earlier searches to bring back."""
        self._room.conversations.seek()
        self._room.apart(
            lambda: self._room.desk.keeping().remembered_searches(), self._room.conversations.remember
        )

    def sought(self, typed: str) -> None:
        """Something else stands in the search box."""
        self._latest += 1
        search = read(typed)
        if search:
            self._room.screen.set_timer(_PAUSE, partial(self._begin, self._latest, search))
        elif search.complaint:
            self._room.conversations.show_hits([], search.complaint)
        elif typed.strip():
            self._room.conversations.show_hits([], f"Filters: {FILTERS}")
        else:
            self._room.conversations.show_all()

    def meant(self, typed: str) -> None:
        """Keep a search that was finished with Enter: what stood there before is none."""
        if read(typed):
            work = lambda: self._room.desk.keeping().remember_search(" ".join(typed.split()))  # noqa: E731
            self._room.apart(work, lambda _: None)

    def _begin(self, number: int, search: TypedSearch) -> None:
        if number == self._latest:
            work = lambda: self._room.desk.keeping().search(search.words, search.filters)  # noqa: E731
            self._room.apart(
                work, partial(self._found, number, search.complaint), partial(self._failed, number)
            )
            self._repeat = partial(self._begin, number, search)

    def _found(self, number: int, complaint: str, found: HistorySearchShape) -> None:
        if number != self._latest:
            return
        said = [complaint, count(len(found.hits), "find") if found.hits else "Nothing found."]
        if found.searched < found.of:
            said.append(f"searched {found.searched:,} of {found.of:,} turns")
            self._room.screen.set_timer(_AGAIN, self._repeat)
        self._room.conversations.show_hits(found.hits, " · ".join(part for part in said if part))

    def _failed(self, number: int, error: Exception) -> None:
        if number == self._latest:
            self._room.conversations.show_hits([], trouble_of(error).text)
