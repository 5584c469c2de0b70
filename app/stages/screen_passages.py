"""A document may inform, it may not give orders: passages that do are left out, and that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import PassagesReady, Turn
from grounding.passages import Passage
from safety.policy import Policy
from safety.verdict import Action, Finding, Verdict


@dataclass(frozen=True, slots=True)
class ScreenPassages:
    """Applies the passage policy to each passage by itself."""

    policy: Policy

    name: ClassVar[str] = "screen_passages"
    needs: ClassVar[frozenset[str]] = frozenset({"retrieval"})
    fills: ClassVar[frozenset[str]] = frozenset({"passages", "passages_verdict"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `passages` with those that may be quoted. In free mode there is nothing to screen."""
        if turn.mode == "free":
            return turn
        kept: list[Passage] = []
        findings: list[Finding] = []
        for passage in turn.retrieval.passages:
            verdict = self.policy.judge(passage.text)
            findings += verdict.findings
            if verdict.action is not Action.BLOCK:
                kept.append(passage)
        held_back = len(turn.retrieval.passages) - len(kept)
        notices = turn.notices
        if held_back:
            reasons = "; ".join(
                dict.fromkeys(finding.reason for finding in findings if finding.action is Action.BLOCK)
            )
            notices = (*notices, f"{_passages(held_back)} held back: {reasons}.")
        channel.announce(PassagesReady(tuple(kept)))
        return replace(turn, passages=tuple(kept), passages_verdict=Verdict(tuple(findings)), notices=notices)


def _passages(count: int) -> str:
    return "1 passage was" if count == 1 else f"{count} passages were"
