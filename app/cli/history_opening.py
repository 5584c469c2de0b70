"""Opening the history that exists, for the commands that work on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.options import history_exists, note, open_history, parts_for
from app.errors import UnknownConversationError, UsageError

if TYPE_CHECKING:
    from app.assembly import Parts
    from app.history.history import History
    from app.keeping import AssembledKeeping


@contextmanager
def opened(file: Path | None) -> Iterator[History]:
    """The history, open within the block; its warnings go to standard error."""
    with parts_for() as parts, existing_history(parts, file) as history:
        for notice in history.notices:
            note(notice)
        yield history


@contextmanager
def kept(file: Path | None) -> Iterator[AssembledKeeping]:
    """What is kept in it, with the copies that are known."""
    from app.history.backups import backups_of
    from app.keeping import AssembledKeeping

    with parts_for() as parts, existing_history(parts, file) as history:
        for notice in history.notices:
            note(notice)
        folder = Path(parts.settings.history.backup_folder or parts.locations.history / "backups")
        yield AssembledKeeping(history, backups_of(history, folder))


def existing_history(parts: Parts, file: Path | None) -> History:
    """Raises UnknownConversationError where none was ever begun."""
    if not history_exists(parts):
        raise UnknownConversationError(
            "There is no history yet.",
            "Ask something in the window, or with a passphrase file, to begin one.",
        )
    return open_history(parts, file)


def refuse_unconfirmed(word: str, warning: str, *, yes: bool) -> None:
    """Let the person type a word before something is destroyed. Raises UsageError if it is not typed."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("This cannot be undone and was not confirmed.", "Add --yes to confirm it.")
    note(warning)
    if str(click.prompt(f'Type "{word}" to go on', default="", show_default=False, err=True)) != word:
        raise UsageError("Nothing was destroyed: the word was not typed.", "Run the command again.")
