"""Brings several conversations together in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.errors import HistoryDamagedError, UsageError
from app.history.core import Core, id_of
from app.history.shelf import Shelf, tags_of


@dataclass(frozen=True, slots=True)
class Merging:
    """The turns of others become branches of one conversation, and the others go to the bin.

    Turns keep their ids, so doing it again, or after a kill, adds nothing twice.
    """

    core: Core

    def merge(self, into: str, others: Sequence[str]) -> None:
        """Append the turns of `others`, in this order, as branches of `into`.

        Nothing is changed when it raises: UsageError, HistoryDamagedError where messages do not open
        (they would be left behind), UnknownConversationError, HistoryNotSavedError.
        """
        target, sources = id_of(into), [id_of(one) for one in dict.fromkeys(others)]
        if not sources or target in sources:
            raise UsageError("Name a conversation, and others to bring into it.", "Give different ids.")
        with self.core.at_work() as vault:
            self._require_idle([target, *sources])
            known = {str(json.loads(one)["turn"]) for one in self._records(target)}
            wanted: list[bytes] = []
            for source in sources:
                records = self._records(source)
                wanted += [one for one in records if str(json.loads(one)["turn"]) not in known]
                known |= {str(json.loads(one)["turn"]) for one in records}
            vault.add(target, wanted, self._summary(target, sources, len(_turns(wanted))))
            for other in others:
                Shelf(self.core).put_in_bin(other)

    def _records(self, conversation: bytes) -> list[bytes]:
        found = self.core.vault.read(conversation)
        whole = [one for one in found if one is not None]
        if len(whole) < len(found):
            raise HistoryDamagedError(
                "A conversation holds messages that are damaged or were altered; merging would lose them.",
                "Leave it as it is, or export what opens of it.",
            )
        return whole

    def _require_idle(self, conversations: Sequence[bytes]) -> None:
        if not set(conversations).isdisjoint(self.core.writing.values()):
            raise UsageError("An answer is being written there.", "Stop it, or wait for its end.")

    def _summary(self, target: bytes, sources: Sequence[bytes], added: int) -> bytes:
        one, others = self.core.sound_summary(target), [self.core.sound_summary(source) for source in sources]
        merged = replace(
            one,
            turns=one.turns + added,
            created=min(one.created, *(other.created for other in others)),
            updated=max(one.updated, *(other.updated for other in others)),
            tags=tags_of([*one.tags, *(tag for other in others for tag in other.tags)]),
            touched=self.core.seconds(),
        )
        return merged.to_bytes()


def _turns(records: Sequence[bytes]) -> set[str]:
    return {str(json.loads(one)["turn"]) for one in records if json.loads(one)["what"] == "prompt"}
