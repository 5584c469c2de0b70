"""Runs checks over a text; a check that crashes is never quieter than one that works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from safety.verdict import Action, Finding, Verdict


class Check(Protocol):
    """One question asked of a text. Pure: no file, no network, no clock, no memory of earlier texts."""

    @property
    def name(self) -> str:
        """How findings and settings call it."""
        ...

    def findings(self, text: str) -> Iterable[Finding]:
        """Everything noticed, with spans in `text`; reasons never quote it."""
        ...


class Policy:
    """The checks that one kind of text goes through."""

    def __init__(self, checks: Sequence[Check], *, on_crash: Action = Action.BLOCK) -> None:
        self._checks = tuple(checks)
        self._on_crash = on_crash

    @property
    def checks(self) -> tuple[str, ...]:
        """Names of the checks, in the order in which they run."""
        return tuple(check.name for check in self._checks)

    def judge(self, text: str) -> Verdict:
        """Judge a text by every check.

        A crash becomes a finding over the whole text with the action `on_crash`, so it is shown
        even where it does not block; what the check had found until then counts as well.
        """
        found: list[Finding] = []
        for check in self._checks:
            try:
                found.extend(check.findings(text))
            except Exception as crash:  # noqa: BLE001 - fail closed, whatever it was
                found.append(_crashed(check.name, crash, self._on_crash, len(text)))
        return Verdict(tuple(found))


def _crashed(name: str, crash: Exception, action: Action, length: int) -> Finding:
    return Finding(
        check=name,
        action=action,
        # The type only: the crash's message may quote the user's text.
        reason=f"the {name} check could not run ({type(crash).__name__})",
        start=0,
        end=length,
        category="crashed_check",
    )
