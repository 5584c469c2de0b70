"""Looks for secrets, personal data and attacks in the prompt; only the masked form goes further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.gate import names_taken
from app.stages.stage import Channel
from app.turn import Exchange, Notice, Turn
from safety.policy import Policy
from safety.redaction import mask
from safety.verdict import Action


@dataclass(frozen=True, slots=True)
class ScreenPrompt:
    """Applies the prompt policy."""

    policy: Policy

    name: ClassVar[str] = "screen_prompt"
    needs: ClassVar[frozenset[str]] = frozenset({"normalised", "earlier"})
    fills: ClassVar[frozenset[str]] = frozenset({"screened", "earlier", "prompt_verdict"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `screened` and the verdict; a block ends the line here, with the reasons."""
        verdict = self.policy.judge(turn.normalised)
        earlier, placeholders = self._masked(turn.earlier)
        screened = mask(turn.normalised, verdict, placeholders).text
        turn = replace(turn, prompt_verdict=verdict, screened=screened, earlier=earlier)
        reasons = "; ".join(dict.fromkeys(finding.reason for finding in verdict.findings))
        if verdict.action is Action.BLOCK:
            return replace(turn, outcome="refused", answer=f"This prompt was not answered: {reasons}.")
        if verdict.action in (Action.MASK, Action.WARN):
            effect = "masked before anything else saw it" if verdict.action is Action.MASK else "noticed"
            notice = f"In your prompt: {reasons} ({effect})."
            channel.announce(Notice(notice))
            return replace(turn, notices=(*turn.notices, notice))
        return turn

    def _masked(self, earlier: Sequence[Exchange]) -> tuple[tuple[Exchange, ...], Mapping[str, str]]:
        """Exchanges that came from elsewhere may hold secrets; those of the history are masked already.

        The same value has the same placeholder throughout.
        """
        texts = [text for exchange in earlier for text in (exchange.prompt, exchange.answer)]
        known: Mapping[str, str] = names_taken("\n".join(texts))
        masked: list[str] = []
        for text in texts:
            done = mask(text, self.policy.judge(text), known)
            known = done.placeholders
            masked.append(done.text)
        exchanges = zip(earlier, masked[::2], masked[1::2], strict=True)
        return tuple(Exchange(prompt, answer, one.passages) for one, prompt, answer in exchanges), known
