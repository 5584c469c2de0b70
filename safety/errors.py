"""Everything that can go wrong with the policy.

* SafetyError
  - PolicyError     the policy names something that does not exist
"""

from __future__ import annotations


class SafetyError(Exception):
    """Root of this package's errors. `remedy` is one sentence the user can act on."""

    remedy: str = ""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        if remedy:
            self.remedy = remedy


class PolicyError(SafetyError):
    """The policy names something that does not exist."""

    remedy = "Correct the [safety] part of the settings."
