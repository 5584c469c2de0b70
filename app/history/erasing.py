"""Destroys conversations for good: by the person's word, out of the bin, or when their time is over.

Promises
    * The key of a conversation, its messages, its title and its ratings leave the file in one
      transaction, its draft before that, and the write-ahead log is emptied.
    * Nothing is destroyed while a hold is on.
    * A clock that jumps destroys nothing early (`app.history.steady`).

Not promised
    * Reaching copies: older backups hold keys and messages until they are deleted themselves, and open
      with the passphrase of their time.
    * Overwriting on flash storage. What may be left there is ciphertext whose key was sealed under the
      key of the whole history; "re-key everything" makes it unreadable for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from app.errors import UnknownConversationError, UsageError
from app.history.choices import Choices
from app.history.core import Core, id_of
from app.history.drafts import Drafts
from app.history.records import Summary
from app.vault.store import Entry

BIN_DAYS = 30
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was destroyed."""

    conversations: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Erasing:
    """What cannot be undone."""

    core: Core

    def erase(self, conversations: Sequence[str]) -> Erased:
        """Destroy these, damaged ones too. Raises UsageError while a hold is on or one is being written."""
        return self._destroy([id_of(one) for one in conversations])

    def erase_all(self) -> Erased:
        """Destroy every conversation, all drafts and remembered searches; keys and choices stay."""
        with self.core.at_work() as vault:
            erased = self._destroy([entry.id or entry.name for entry in vault.entries()])
            Drafts(self.core).forget_all()
            Choices(self.core).forget_searches()
            return erased

    def empty_bin(self, days: int = BIN_DAYS) -> Erased:
        """Destroy what has lain in the bin for `days`; nothing while a hold is on."""
        return self._due(lambda summary: summary.binned_at, days)

    def retire(self, days: int) -> Erased:
        """Destroy what has had no new turn for `days`; nothing while a hold is on."""
        return self._due(lambda summary: summary.touched, days)

    def _due(self, since: Callable[[Summary], int | None], days: int) -> Erased:
        with self.core.at_work() as vault:
            now = self.core.seconds()
            if Choices(self.core).hold:
                return Erased()
            self._date_undated(now)
            due = [
                entry.id
                for entry in vault.entries()
                if entry.id is not None
                and entry.id not in self.core.writing.values()
                and _age(entry, since, now) >= days * DAY
            ]
            return self._destroy(due) if due else Erased()

    def _date_undated(self, now: int) -> None:
        """What came from elsewhere counts from the first look on."""
        for entry in self.core.vault.entries():
            if entry.id is None or entry.summary is None or not entry.sound:
                continue
            if Summary.from_bytes(entry.summary).touched is None:
                self.core.change(entry.id, lambda known: replace(known, touched=now))

    def _destroy(self, conversations: Iterable[bytes]) -> Erased:
        with self.core.at_work() as vault:
            wanted = list(dict.fromkeys(conversations))
            if Choices(self.core).hold:
                raise UsageError(
                    "A hold is on: nothing of this history is destroyed.",
                    "It is yours (`inhouse history hold off`) or the site's (`inhouse admin policy`).",
                )
            if not set(wanted).isdisjoint(self.core.writing.values()):
                raise UsageError("An answer is being written there.", "Stop it, or wait for its end.")
            known = {entry.id or entry.name for entry in vault.entries()}
            if not known.issuperset(wanted):
                raise UnknownConversationError("There is no such conversation; nothing was destroyed.")
            drafts = Drafts(self.core)
            for conversation in wanted:
                drafts.forget(conversation)
            erased = Erased(len(wanted), vault.erase(wanted) if wanted else 0)
        if wanted:
            self.core.tell("history.erase", len(wanted))
        return erased


def _age(entry: Entry, since: Callable[[Summary], int | None], now: int) -> int:
    """Seconds; -1 where there is no saying."""
    at = None if entry.summary is None else since(Summary.from_bytes(entry.summary))
    return -1 if at is None else now - at
