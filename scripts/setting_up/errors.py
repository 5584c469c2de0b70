"""What stops the set-up.

* SetupError                 something is missing or does not fit; `remedy` mends it
  - CommandFailedError       a program that was started ended with an error
"""

from __future__ import annotations


class SetupError(Exception):
    """Something is missing or does not fit. `remedy` is what the user can do, best a command."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class CommandFailedError(SetupError):
    """A program that was started ended with an error. `output` holds the lines it printed."""

    def __init__(self, message: str, remedy: str, output: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.output = output
