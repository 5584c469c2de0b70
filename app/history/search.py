"""Finds what was asked and answered; the index is built in the background once the history is open.

The newest conversations come first, so that finding works at once; `searched` and `of` say how far it
is. One thread alone puts conversations in: whoever has changed one names it, and it is read anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Condition, Thread
from typing import Protocol

from app.contract import HistorySearchShape, SearchFilters
from app.errors import HistoryError, HistoryLockedError
from app.history.search_filters import is_narrowed
from app.history.search_index import IndexedConversation, SearchIndex
from app.history.search_query import terms_of
from app.history.search_texts import indexed
from app.history.turns import ConversationSummary, TurnRecord

MOST_HITS = 500


class Searched(Protocol):
    """What is searched: an open history. Its methods may be called from any thread."""

    def conversations(self) -> list[ConversationSummary]:
        """Newest first."""
        ...

    def tree(self, conversation: str) -> list[TurnRecord]:
        """All turns, those of every branch."""
        ...


class HistorySearch:
    """One per open history: `begin` when it has opened, `close` when it is locked."""

    def __init__(self) -> None:
        self._index = SearchIndex()
        self._changed = Condition()
        self._waiting: deque[ConversationSummary | str] = deque()
        self._thread: Thread | None = None
        self._stopped = False
        self._busy = False
        self._unread = 0
        """Turns of conversations that were listed and are not yet in the index."""

    def begin(self, history: Searched) -> None:
        """Start building; returns at once. ValueError if it has begun already."""
        with self._changed:
            if self._thread is not None:
                raise ValueError("the search has begun already")
            self._stopped, self._busy = False, True
            self._thread = Thread(target=self._work, args=(history,), name="history search", daemon=True)
            self._thread.start()

    def search(self, query: str, filters: SearchFilters, limit: int = 50) -> HistorySearchShape:
        """Find in what has been read until now. Nothing typed and no filter set finds nothing.

        Raises UsageError for a query that is too long or a filter that makes no sense,
        HistoryLockedError before `begin` and after `close`.
        """
        terms = terms_of(query)
        with self._changed:
            if self._thread is None:
                raise HistoryLockedError("The history is locked.")
            unread = self._unread
        asked_for = bool(terms) or (is_narrowed(filters) and not query.strip())
        hits = self._index.find(terms, filters, max(0, min(limit, MOST_HITS))) if asked_for else []
        searched = self._index.turns()
        return HistorySearchShape(query=query, hits=hits, searched=searched, of=searched + unread)

    def add(self, conversation: str) -> None:
        """Read a conversation anew, before all others: a turn came, a rating, a title, a tag."""
        with self._changed:
            if self._thread is not None and not self._stopped:
                self._waiting.appendleft(conversation)
                self._changed.notify_all()

    def forget(self, conversation: str) -> None:
        """Take it out at once; it is gone from the next search on, also while the index is being built."""
        self.add(conversation)
        self._index.remove(conversation)

    def wait(self, seconds: float) -> bool:
        """Until all that was named is in the index; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self._waiting, seconds)

    def close(self) -> None:
        """Stop, and drop the index. Harmless when called again; `begin` may follow."""
        with self._changed:
            thread, self._stopped = self._thread, True
            self._waiting.clear()
            self._changed.notify_all()
        if thread is not None:
            thread.join()
        with self._changed:
            self._thread, self._busy, self._unread = None, False, 0
        self._index.close()

    def _work(self, history: Searched) -> None:
        try:
            self._list(history.conversations())
            while (one := self._next()) is not None:
                self._read(history, one)
        except HistoryError:
            # Locked while it was being read. Who locked it closes this too; until then nothing new is found.
            with self._changed:
                self._stopped = True
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _list(self, found: Sequence[ConversationSummary]) -> None:
        with self._changed:
            self._waiting.extend(found)
            self._unread = sum(one.turns for one in found)

    def _next(self) -> ConversationSummary | str | None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            self._busy = True
            return self._waiting.popleft()

    def _read(self, history: Searched, one: ConversationSummary | str) -> None:
        """A name that waits is a conversation that changed; its summary is looked up when its time comes."""
        name = one if isinstance(one, str) else one.id
        try:
            summary = _summary(history, name) if isinstance(one, str) else one
            content = None if summary is None else _content(history, summary)
            if content is None:
                self._index.remove(name)
            else:
                self._index.put(content)
        finally:
            with self._changed:
                if not isinstance(one, str):
                    self._unread -= one.turns


def _summary(history: Searched, name: str) -> ConversationSummary | None:
    return next((one for one in history.conversations() if one.id == name), None)


def _content(history: Searched, summary: ConversationSummary) -> IndexedConversation | None:
    """None for a conversation that cannot be read or was deleted; `history verify` names damaged ones."""
    try:
        return indexed(summary, history.tree(summary.id))
    except HistoryLockedError:
        raise
    except HistoryError:
        return None
