"""Looks for secrets, personal data and attacks in the prompt; only the masked form goes further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Notice, Turn
from safety.policy import Policy
from safety.redaction import mask
from safety.verdict import Action


@dataclass(frozen=True, slots=True)
class ScreenPrompt:
    """Applies the prompt policy."""

    policy: Policy

    name: ClassVar[str] = "screen_prompt"
    needs: ClassVar[frozenset[str]] = frozenset({"normalised"})
    fills: ClassVar[frozenset[str]] = frozenset({"screened", "prompt_verdict"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `screened` and the verdict; a block ends the line here, with the reasons."""
        verdict = self.policy.judge(turn.normalised)
        turn = replace(turn, prompt_verdict=verdict, screened=mask(turn.normalised, verdict).text)
        reasons = "; ".join(dict.fromkeys(finding.reason for finding in verdict.findings))
        if verdict.action is Action.BLOCK:
            return replace(turn, outcome="refused", answer=f"This prompt was not answered: {reasons}.")
        if verdict.action in (Action.MASK, Action.WARN):
            effect = "masked before anything else saw it" if verdict.action is Action.MASK else "noticed"
            notice = f"In your prompt: {reasons} ({effect})."
            channel.announce(Notice(notice))
            return replace(turn, notices=(*turn.notices, notice))
        return turn
