"""Conversations in order: listed, read, named, tagged, pinned, archived, and put into the bin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.errors import UnknownTurnError, UsageError
from app.history.core import Core, id_of
from app.history.records import Summary, title_of
from app.history.tree import branch_of, leaf_of
from app.history.turns import DAMAGED_CONVERSATION, ConversationSummary, TurnRecord
from app.latest import Latest
from app.vault.errors import ConversationUnknownError
from app.vault.store import Entry

TITLE_LIMIT, TAG_LIMIT, TAGS_LIMIT = 200, 40, 20
"""Characters of a title and of a tag; tags of a conversation."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a person does with whole conversations."""

    core: Core

    def conversations(self) -> list[ConversationSummary]:
        """Newest first, damaged ones (with a placeholder for what does not open) last."""
        with self.core.at_work() as vault:
            listed = [_listed(entry) for entry in vault.entries()]
        return sorted(listed, key=lambda one: one.updated, reverse=True)

    def tree(self, conversation: str) -> list[TurnRecord]:
        """Every turn of all branches in the order they began; placeholders for what is damaged."""
        with self.core.at_work() as vault:
            identity = id_of(conversation)
            try:
                return self.core.tree(identity)
            except ConversationUnknownError:
                if any(entry.id is None and entry.name == identity for entry in vault.entries()):
                    return [_unreadable(conversation)]
                raise

    def branch(self, conversation: str, end: str | Latest | None) -> list[TurnRecord]:
        """The turns up to `end`, oldest first; the branch that is shown for LATEST."""
        with self.core.at_work():
            tree = self.tree(conversation)
            if not isinstance(end, Latest):
                return branch_of(tree, end)
            if all(turn.lost for turn in tree):
                return tree
            summary = self.core.summary(id_of(conversation))
            return branch_of(tree, leaf_of(tree, summary.shown if summary else None))

    def choose_branch(self, conversation: str, turn: str) -> list[TurnRecord]:
        """Show the branch that goes through `turn` from now on. Raises UnknownTurnError."""
        with self.core.at_work():
            tree = self.tree(conversation)
            if not any(one.id == turn and not one.lost for one in tree):
                raise UnknownTurnError("There is no such turn in this conversation.")
            leaf = leaf_of(tree, turn)
            self._change(conversation, lambda known: replace(known, shown=leaf))
            return branch_of(tree, leaf)

    def rename(self, conversation: str, title: str) -> None:
        """Give another title, one line of up to 200 characters; empty: the first line of the first prompt."""
        wanted = " ".join(title.split())
        if len(wanted) > TITLE_LIMIT:
            raise UsageError(f"A title has at most {TITLE_LIMIT} characters.", "Choose a shorter one.")
        with self.core.at_work():
            if not wanted:
                first = next((turn for turn in self.tree(conversation) if not turn.damaged), None)
                wanted = title_of(first.prompt if first else "")
            self._change(conversation, lambda known: replace(known, title=wanted))

    def tag(self, conversation: str, tags: Sequence[str]) -> None:
        """Put these tags in place of those there were; upper and lower case make no difference."""
        wanted = tags_of(tags)
        with self.core.at_work():
            self._change(conversation, lambda known: replace(known, tags=wanted))

    def pin(self, conversation: str, *, pinned: bool) -> None:
        """Keep it at the top of the list, or no longer."""
        with self.core.at_work():
            self._change(conversation, lambda known: replace(known, pinned=pinned))

    def archive(self, conversation: str, *, archived: bool) -> None:
        """Take it out of the ordinary list, or back into it."""
        with self.core.at_work():
            self._change(conversation, lambda known: replace(known, archived=archived))

    def put_in_bin(self, conversation: str) -> None:
        """Delete it so that it can be taken back; the first time counts."""
        with self.core.at_work():
            binned, binned_at = self.core.clock(), self.core.seconds()
            self._change(
                conversation,
                lambda known: known if known.binned else replace(known, binned=binned, binned_at=binned_at),
            )

    def take_from_bin(self, conversation: str) -> None:
        """Undo the deletion."""
        with self.core.at_work():
            self._change(conversation, lambda known: replace(known, binned=None, binned_at=None))

    def _change(self, conversation: str, change: Callable[[Summary], Summary]) -> None:
        self.core.change(id_of(conversation), change)


def tags_of(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept: one line each, no two alike. Raises UsageError."""
    kept: dict[str, str] = {}
    for tag in tags:
        if word := " ".join(tag.split()):
            kept.setdefault(word.casefold(), word)
    if len(kept) > TAGS_LIMIT or any(len(word) > TAG_LIMIT for word in kept.values()):
        raise UsageError(
            f"A conversation has at most {TAGS_LIMIT} tags of at most {TAG_LIMIT} characters.",
            "Give fewer or shorter ones.",
        )
    return tuple(kept.values())


def _listed(entry: Entry) -> ConversationSummary:
    name = (entry.id or entry.name).hex()
    if entry.summary is None:
        return ConversationSummary(
            id=name, title=DAMAGED_CONVERSATION, created="", updated="", turns=0, damaged=True
        )
    said = Summary.from_bytes(entry.summary)
    return ConversationSummary(
        id=name,
        title=said.title,
        created=said.created,
        updated=said.updated,
        turns=said.turns,
        damaged=not entry.sound,
        tags=said.tags,
        pinned=said.pinned,
        archived=said.archived,
        binned=said.binned,
    )


def _unreadable(conversation: str) -> TurnRecord:
    return TurnRecord(
        id=conversation,
        prompt=DAMAGED_CONVERSATION,
        answer="",
        state="interrupted",
        started="",
        result=None,
        damaged=1,
        lost=True,
    )
