"""Finds names, dates, amounts and acronyms in the prompt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.stages.stage import Channel
from app.turn import Turn
from grounding.entities import LinkedEntity
from grounding.errors import GroundingError


class Linker(Protocol):
    """What this stage needs of entity linking."""

    def link(self, text: str) -> tuple[LinkedEntity, ...]:
        """Mentions in order, with catalogue entries where they are known."""
        ...


@dataclass(frozen=True, slots=True)
class LinkEntities:
    """Asks the linker; without one the search still works, and the turn says what is missing."""

    linker: Linker

    name: ClassVar[str] = "link_entities"
    needs: ClassVar[frozenset[str]] = frozenset({"screened"})
    fills: ClassVar[frozenset[str]] = frozenset({"entities"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `entities`."""
        del channel
        try:
            return replace(turn, entities=self.linker.link(turn.screened))
        except GroundingError as error:
            notice = f"Names and dates in the prompt were not recognised: {error}"
            return replace(turn, notices=(*turn.notices, notice))
