"""What a check found in a text, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What happens to a text, mildest first."""

    ALLOW = "allow"
    WARN = "warn"
    MASK = "mask"
    BLOCK = "block"

    @property
    def severity(self) -> int:
        """Zero for allow; the strictest finding of a text decides."""
        return list(Action).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing one check noticed. Never carries the text itself: reasons are shown and logged."""

    check: str
    action: Action
    reason: str
    start: int = 0
    end: int = 0
    """Character span in the text that was judged, end exclusive."""

    category: str = ""
    """Kind of thing found, for placeholders: "email", "credit_card", "api_key"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings about one text."""

    findings: tuple[Finding, ...] = field(default=())

    @property
    def action(self) -> Action:
        """The strictest action any finding asks for."""
        return max(
            (finding.action for finding in self.findings),
            key=lambda action: action.severity,
            default=Action.ALLOW,
        )
