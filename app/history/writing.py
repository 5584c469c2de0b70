"""Turns as they are written: the prompt, pieces of the answer, the outcome, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.contract.history import Rating
from app.errors import UnknownTurnError
from app.history.core import Core, id_of, new_id
from app.history.records import (
    Summary,
    final_record,
    piece_record,
    prompt_record,
    rating_record,
    title_of,
)
from app.history.tree import leaf_of
from app.history.turns import Ending, TurnHandle
from app.latest import Latest

REASON_LIMIT = 2_000
"""Characters of the reason that a rating is given with."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Begins, continues and ends turns of one history."""

    core: Core

    def begin_turn(self, conversation: str | None, prompt: str, after: str | Latest | None) -> TurnHandle:
        """Seal a prompt as the start of a turn behind `after`, and show the branch that it ends."""
        core, turn, time = self.core, new_id(), self.core.clock()
        with core.at_work() as vault:
            known = None if conversation is None else id_of(conversation)
            record = prompt_record(turn, time, prompt, self._parent(known, after))
            summary = self._summary_with(known, turn, prompt, time)
            identity = vault.add(known, [record], summary.to_bytes() if summary else None)
            core.writing[turn] = identity
        return TurnHandle(identity.hex(), turn)

    def append(self, turn: str, text: str) -> None:
        """Seal a piece of the answer."""
        with self.core.at_work() as vault:
            conversation = self._written(turn)
            if text:
                vault.add(conversation, [piece_record(turn, text)])

    def finish(self, turn: str, result: str, state: Ending, rest: str) -> None:
        """Seal the last piece and the outcome together, and end the turn."""
        core = self.core
        with core.at_work() as vault:
            conversation, time = self._written(turn), core.clock()
            records = [piece_record(turn, rest)] if rest else []
            summary = core.summary(conversation)
            changed = replace(summary, updated=time, touched=core.seconds()) if summary else None
            vault.add(
                conversation,
                [*records, final_record(turn, time, state, result)],
                changed.to_bytes() if changed else None,
            )
            del core.writing[turn]

    def rate(self, conversation: str, turn: str, rating: Rating | None, reason: str) -> None:
        """Seal what an answer was worth; None takes it back."""
        with self.core.at_work() as vault:
            identity = id_of(conversation)
            self._require_turn(identity, turn)
            vault.add(
                identity, [rating_record(turn, self.core.clock(), rating, reason.strip()[:REASON_LIMIT])]
            )

    def _parent(self, conversation: bytes | None, after: str | Latest | None) -> str | None:
        """The turn that a new one follows. Raises UnknownTurnError."""
        if isinstance(after, str):
            if conversation is None:
                raise UnknownTurnError("There is no such turn.")
            self._require_turn(conversation, after)
            return after
        if after is None or conversation is None:
            return None
        summary = self.core.summary(conversation)
        if summary is not None and summary.shown is not None:
            return summary.shown
        return leaf_of(self.core.tree(conversation), None)

    def _require_turn(self, conversation: bytes, turn: str) -> None:
        if not any(one.id == turn and not one.lost for one in self.core.tree(conversation)):
            raise UnknownTurnError("There is no such turn in this conversation.")

    def _summary_with(self, conversation: bytes | None, turn: str, prompt: str, time: str) -> Summary | None:
        """The summary after one more turn; None leaves a damaged one as it is."""
        seconds = self.core.seconds()
        if conversation is None:
            return Summary(title_of(prompt), time, time, 1, turn, touched=seconds)
        if (known := self.core.summary(conversation)) is None:
            return None
        # Whoever goes on with a conversation wants it kept, also if it lay in the bin.
        return replace(
            known,
            updated=time,
            turns=known.turns + 1,
            shown=turn,
            touched=seconds,
            binned=None,
            binned_at=None,
        )

    def _written(self, turn: str) -> bytes:
        conversation = self.core.writing.get(turn)
        if conversation is not None:
            return conversation
        self.core.vault.check_open()
        raise ValueError("no such turn is being written")
