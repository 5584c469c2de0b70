"""What the site decided about everybody's history; the person's own choices stand in `choices`."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import UsageError

_ASK = "Ask the admin of this installation; `inhouse admin policy` shows what is in force."


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """Nothing is decided unless the policy says so."""

    hold: bool = False
    """Nothing may be destroyed."""

    export: bool = True
    keyring: bool = True
    bin_days: int = 0
    """Days in the bin after which a conversation is destroyed; 0 is never."""

    retention_days: int = 0
    """Days without a new turn after which one is destroyed; 0 is never."""

    def refuse_export(self) -> None:
        """Raises UsageError where conversations may not leave the history in clear."""
        if not self.export:
            raise UsageError("The policy of this site does not allow exports.", _ASK)

    def refuse_keyring(self) -> None:
        """Raises UsageError where the system's keyring may not open a history."""
        if not self.keyring:
            raise UsageError("The policy of this site does not allow the keyring.", _ASK)
