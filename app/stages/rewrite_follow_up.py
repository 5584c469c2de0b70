"""Makes a question that leans on the last turn into one that stands alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from app.stages.stage import Channel
from app.turn import Notice, Turn
from grounding.errors import GroundingError


class FollowUps(Protocol):
    """What this stage needs of follow-up handling."""

    def stand_alone(self, question: str, earlier: tuple[tuple[str, str], ...]) -> str:
        """The question, complete without the conversation; unchanged if it already is."""
        ...


@dataclass(frozen=True, slots=True)
class RewriteFollowUp:
    """Asks for the complete question; shows it when it differs."""

    follow_ups: FollowUps

    name: ClassVar[str] = "rewrite_follow_up"
    needs: ClassVar[frozenset[str]] = frozenset({"screened", "entities"})
    fills: ClassVar[frozenset[str]] = frozenset({"standalone"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `standalone`. In free mode nothing is searched for, so nothing is rewritten."""
        if not turn.earlier or turn.mode == "free":
            return replace(turn, standalone=turn.screened)
        earlier = tuple((exchange.prompt, exchange.answer) for exchange in turn.earlier)
        try:
            standalone = self.follow_ups.stand_alone(turn.screened, earlier)
        except GroundingError:
            standalone = turn.screened
        if standalone != turn.screened:
            channel.announce(Notice(f"Searched for: {standalone}"))
        return replace(turn, standalone=standalone)
