"""Opens the window."""

from __future__ import annotations

import sys

from app.errors import UsageError


def open_window(model: str | None) -> None:
    """Run the window until it is left. Raises UsageError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The window needs a terminal.", 'Use `inhouse ask "QUESTION"` in scripts.')
    from app.desk import AssembledDesk
    from app.tui.app import ChatApp

    desk = AssembledDesk.for_environment({"model.name": model})
    try:
        ChatApp(desk).run()
    finally:
        desk.close()
