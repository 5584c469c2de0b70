"""The checks that each kind of text goes through, with their default actions."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from safety.checks.document_orders import DocumentOrders
from safety.checks.injection import Injection
from safety.checks.personal_data import ANSWER_ACTIONS, PROMPT_ACTIONS, PersonalData
from safety.checks.secrets import Secrets
from safety.policy import Check, Policy
from safety.verdict import Action, Finding


def prompt_policy() -> Policy:
    """For what the user typed: secrets and card numbers are masked, attacks warned of or refused."""
    return Policy(
        [Secrets(Action.MASK), PersonalData(PROMPT_ACTIONS), Injection()],
        on_crash=Action.WARN,
    )


def passage_policy() -> Policy:
    """For a passage about to be quoted: what gives orders to the assistant is left out.

    A check that crashes leaves the passage out as well: there are others.
    """
    return Policy([DocumentOrders()], on_crash=Action.BLOCK)


def answer_policy(known: str = "") -> Policy:
    """For what the model wrote.

    `known` is the text of the prompt and of the passages that were shown: a value that stands in
    it, spaces and hyphens aside, is no leak and stays.
    """
    checks: list[Check] = [Secrets(Action.MASK), PersonalData(ANSWER_ACTIONS)]
    return Policy([ExceptKnown(check, known) for check in checks], on_crash=Action.WARN)


class ExceptKnown:
    """Another check, less the values that a text already holds."""

    def __init__(self, check: Check, known: str) -> None:
        self._check = check
        self._known = _bare(known)

    @property
    def name(self) -> str:
        """The name of the check inside."""
        return self._check.name

    def findings(self, text: str) -> Iterable[Finding]:
        """What the check inside finds and `known` does not hold."""
        for finding in self._check.findings(text):
            value = _bare(text[finding.start : finding.end])
            if not value or value not in self._known:
                yield finding


_IGNORED = MappingProxyType({ord(character): None for character in " \t\r\n-()/\u00a0"})


def _bare(text: str) -> str:
    """Without case, and without the spaces and signs by which numbers are grouped."""
    return text.casefold().translate(_IGNORED)
