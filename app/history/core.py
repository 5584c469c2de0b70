"""What the parts of a history share: the open vault, one lock, and the turns that are being written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from time import time
from typing import Literal

from app.errors import HistoryDamagedError, UnknownConversationError
from app.history.records import Summary
from app.history.rules import HistoryRules
from app.history.steady import SteadyClock
from app.history.translate import translated
from app.history.tree import tree_of
from app.history.turns import TurnRecord
from app.vault.store import Vault

HistoryEvent = Literal[
    "history.passphrase",
    "history.recovery",
    "history.rekey",
    "history.erase",
    "history.backup",
    "history.hold",
]

ID_BYTES = 16
_CLOCK = "clock"


def now() -> str:
    """ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_id() -> str:
    """32 random hex digits."""
    return os.urandom(ID_BYTES).hex()


def id_of(conversation: str) -> bytes:
    """The bytes of an id. Raises UnknownConversationError for what is none."""
    try:
        identity = bytes.fromhex(conversation)
    except ValueError:
        identity = b""
    if len(identity) != ID_BYTES:
        raise UnknownConversationError("There is no such conversation.")
    return identity


def _nobody(event: HistoryEvent, number: int) -> None:
    """Nobody is told."""


def _no_matter(generation: int) -> None:
    """Nobody keeps it."""


@dataclass(slots=True)
class Core:
    """Shared by the parts of one history. Every use stands inside `at_work`."""

    vault: Vault
    clock: Callable[[], str] = now
    """Now, ISO 8601, UTC."""

    steady: SteadyClock = field(default_factory=lambda: SteadyClock(time))

    writing: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Turn to conversation, of the turns that this process has begun and not ended."""

    rules: HistoryRules = field(default_factory=HistoryRules)
    """What the policy of the site says."""

    tell: Callable[[HistoryEvent, int], None] = field(default=_nobody, repr=False)
    """Told what was done to the history as a whole, and to how many conversations; never a text."""

    closing: Callable[[int], None] = field(default=_no_matter, repr=False)
    """Told the generation of the vault just before it is locked."""

    recovered: bool = False
    """Opened with the recovery code, and no new passphrase was given yet."""

    lock: RLock = field(default_factory=RLock, repr=False)

    @contextmanager
    def at_work(self) -> Iterator[Vault]:
        """One thread at a time; errors come out as those of the program."""
        with self.lock, translated():
            yield self.vault

    def summary(self, conversation: bytes) -> Summary | None:
        """What is listed of it; None where that does not open."""
        stored = self.vault.summary(conversation)
        return None if stored is None else Summary.from_bytes(stored)

    def sound_summary(self, conversation: bytes) -> Summary:
        """What is listed of it. Raises HistoryDamagedError where that does not open."""
        if (found := self.summary(conversation)) is None:
            raise HistoryDamagedError(
                "This conversation is damaged or was altered, so nothing about it can be changed.",
                "It can still be read, exported and erased.",
            )
        return found

    def change(self, conversation: bytes, change: Callable[[Summary], Summary]) -> None:
        """Seal another summary, if it is another. Raises HistoryDamagedError."""
        known = self.sound_summary(conversation)
        if (changed := change(known)) != known:
            self.vault.add(conversation, [], changed.to_bytes())

    def seconds(self) -> int:
        """Now, by the clock that decides about deletions."""
        vault = self.vault
        return self.steady.seconds(
            lambda: vault.setting(_CLOCK), lambda value: vault.put_setting(_CLOCK, value)
        )

    def tree(self, conversation: bytes) -> list[TurnRecord]:
        """Every turn, in the order they began."""
        return tree_of(self.vault.read(conversation), self.writing.keys())
