"""What the window needs in order to keep conversations in order: a second port beside `app.tui.desk`.

Every method may block and is called from a worker thread. Errors are those of `app.errors.EXPECTED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from app.contract.history import (
    ErasureShape,
    HistorySearchShape,
    Rating,
    SearchFilters,
    TurnShape,
)

ExportFormat = Literal["markdown", "html", "json"]


class Keeping(Protocol):
    """One person's conversations, while the history is open."""

    def search(self, query: str, filters: SearchFilters, limit: int = 50) -> HistorySearchShape:
        """Find words, prefixes (`contr*`) and phrases (`"sick leave"`) in everything that is kept.

        The index is built in memory after unlocking; until it is whole, `searched` is below `of`.
        """
        ...

    def remember_search(self, query: str) -> None:
        """Seal what was searched for, as it was typed, so that it can be brought back."""
        ...

    def remembered_searches(self) -> Sequence[str]:
        """What was searched for, newest first."""
        ...

    def rename(self, conversation: str, title: str) -> None:
        """Give another title; an empty one brings back the first line of the first prompt."""
        ...

    def tag(self, conversation: str, tags: Sequence[str]) -> None:
        """Put these tags in place of those there were."""
        ...

    def pin(self, conversation: str, *, pinned: bool) -> None:
        """Keep it at the top of the list, or no longer."""
        ...

    def archive(self, conversation: str, *, archived: bool) -> None:
        """Take it out of the ordinary list, or back into it."""
        ...

    def put_in_bin(self, conversation: str) -> None:
        """Delete it so that it can be taken back; it stays sealed."""
        ...

    def take_from_bin(self, conversation: str) -> None:
        """Undo the deletion."""
        ...

    def erase(self, conversations: Sequence[str]) -> ErasureShape:
        """Destroy their keys and records for good."""
        ...

    def merge(self, into: str, others: Sequence[str]) -> None:
        """Append the turns of others as branches of `into`; the others go to the bin."""
        ...

    def choose_branch(self, conversation: str, turn: str) -> Sequence[TurnShape]:
        """Show the branch that holds this turn from now on; its turns, oldest first."""
        ...

    def rate(self, conversation: str, turn: str, rating: Rating | None, reason: str = "") -> None:
        """Say what an answer was worth; None takes it back."""
        ...

    def draft(self, conversation: str | None) -> str:
        """What was typed and not sent, of this conversation or of a new one."""
        ...

    def keep_draft(self, conversation: str | None, text: str) -> None:
        """Seal what is typed; an empty text forgets it."""
        ...

    def export(self, conversation: str, form: ExportFormat, target: Path) -> None:
        """Write a conversation in clear, for the person who asked for it, mode 0600; never over a file."""
        ...
