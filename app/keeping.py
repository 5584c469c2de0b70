"""Kept conversations as the window and the commands use them; fills `app.tui.keeping.Keeping`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.contract.history import (
    BackupShape,
    ErasureShape,
    HistorySearchShape,
    Rating,
    SearchFilters,
    TurnShape,
)
from app.history.erasing import Erased
from app.history.search import HistorySearch
from app.recorders import turn_shape
from app.tui.keeping import ExportFormat

if TYPE_CHECKING:
    from app.history.backups import Backups
    from app.history.history import History
    from app.history.tidying import Tidied

DESTROYED = (
    "Keys and messages are gone from the history on this machine: neither the passphrase nor the "
    "recovery code brings them back."
)
HELD = " {number} still hold it, sealed; delete those files to erase it there too."
NOT_REACHED = (
    " Not reached: exports, copies made with other programs, and remains of deleted blocks on the disk. "
    "The remains are sealed; `inhouse history rekey` makes them worthless."
)


class AssembledKeeping:
    """The parts of an open history behind the port. Cheap to construct; `begin` starts the search."""

    def __init__(self, history: History, backups: Backups | None = None) -> None:
        self._history = history
        self._backups = backups
        self._search = HistorySearch()

    def begin(self) -> None:
        """Build the search index in the background."""
        self._search.begin(self._history)

    def close(self) -> None:
        """Stop searching and drop the index; the history stays open."""
        self._search.close()

    def changed(self, conversation: str) -> None:
        """A turn came to this conversation: it is to be found."""
        self._search.add(conversation)

    def search(self, query: str, filters: SearchFilters, limit: int = 50) -> HistorySearchShape:
        """Find in everything that is kept."""
        return self._search.search(query, filters, limit)

    def remember_search(self, query: str) -> None:
        """Seal what was searched for, so that it can be brought back."""
        self._history.choices.remember_search(query)

    def remembered_searches(self) -> Sequence[str]:
        """Newest first."""
        return self._history.choices.searches()

    def rename(self, conversation: str, title: str) -> None:
        """Another title; an empty one brings back the first line of the first prompt."""
        self._history.shelf.rename(conversation, title)
        self.changed(conversation)

    def tag(self, conversation: str, tags: Sequence[str]) -> None:
        """These tags in place of those there were."""
        self._history.shelf.tag(conversation, tags)
        self.changed(conversation)

    def pin(self, conversation: str, *, pinned: bool) -> None:
        """At the top of the list, or no longer."""
        self._history.shelf.pin(conversation, pinned=pinned)

    def archive(self, conversation: str, *, archived: bool) -> None:
        """Out of the ordinary list, or back into it."""
        self._history.shelf.archive(conversation, archived=archived)
        self.changed(conversation)

    def put_in_bin(self, conversation: str) -> None:
        """Delete it so that it can be taken back."""
        self._history.shelf.put_in_bin(conversation)
        self.changed(conversation)

    def take_from_bin(self, conversation: str) -> None:
        """Undo the deletion."""
        self._history.shelf.take_from_bin(conversation)
        self.changed(conversation)

    def erase(self, conversations: Sequence[str]) -> ErasureShape:
        """Destroy them for good, and say which copies still hold them."""
        # Before: afterwards nobody knows the names under which copies hold them.
        held = self._held(conversations)
        erased = self._history.erasing.erase(conversations)
        for one in conversations:
            self._search.forget(one)
        return erasure_shape(erased, held)

    def erase_everything(self) -> ErasureShape:
        """Destroy every conversation, all drafts and remembered searches; keys and choices stay."""
        everything = [one.id for one in self._history.conversations()]
        held = self._held(everything)
        erased = self._history.erasing.erase_all()
        for one in everything:
            self._search.forget(one)
        return erasure_shape(erased, held)

    def tidy(self) -> Tidied:
        """Empty the bin and erase what is over, as far as policy and person say; once a day."""
        from app.history.tidying import tidy

        before = {one.id for one in self._history.conversations()}
        done = tidy(self._history.core)
        for one in before - {one.id for one in self._history.conversations()}:
            self._search.forget(one)
        return done

    def merge(self, into: str, others: Sequence[str]) -> None:
        """Append the turns of others as branches of `into`; the others go to the bin."""
        self._history.merge(into, others)
        for one in (into, *others):
            self.changed(one)

    def choose_branch(self, conversation: str, turn: str) -> Sequence[TurnShape]:
        """Show the branch that holds this turn; its turns, oldest first."""
        return [turn_shape(record) for record in self._history.choose_branch(conversation, turn)]

    def rate(self, conversation: str, turn: str, rating: Rating | None, reason: str = "") -> None:
        """What an answer was worth; None takes it back."""
        self._history.rate(conversation, turn, rating, reason)
        self.changed(conversation)

    def draft(self, conversation: str | None) -> str:
        """What was typed and not sent."""
        return self._history.drafts.draft(conversation)

    def keep_draft(self, conversation: str | None, text: str) -> None:
        """Seal what is typed; an empty text forgets it."""
        self._history.drafts.keep(conversation, text)

    def export(self, conversation: str, form: ExportFormat, target: Path) -> None:
        """Write it in clear, mode 0600; never over a file."""
        from app.history.exporting.one import export_one

        export_one(self._history, conversation, form, target)

    def _held(self, conversations: Sequence[str]) -> list[BackupShape]:
        return [] if self._backups is None else self._backups.holding(conversations)


def erasure_shape(erased: Erased, backups: Sequence[BackupShape]) -> ErasureShape:
    """The report of an erasure, for people and for scripts."""
    copies = "1 copy" if len(backups) == 1 else f"{len(backups)} copies"
    held = HELD.format(number=copies) if backups else ""
    if len(backups) == 1:
        held = held.replace("still hold it", "still holds it").replace("those files", "that file")
    return ErasureShape(
        conversations=erased.conversations,
        records=erased.records,
        backups=list(backups),
        words=DESTROYED + held + NOT_REACHED,
    )
