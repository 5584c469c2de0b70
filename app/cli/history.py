"""`inhouse history`: the encrypted conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli import history_export, history_search
from app.cli.options import (
    as_json,
    counted,
    history_exists,
    note,
    open_history,
    parts_for,
    passphrase_file,
    print_shape,
    say,
)
from app.contract import ConversationShape, ConversationsShape, HistoryShape
from app.errors import UnknownConversationError
from app.recorders import KeptTurns

if TYPE_CHECKING:
    from app.assembly import Parts
    from app.history.history import History


@click.group("history", help="List and show your encrypted conversations.")
def command() -> None:
    """Group of commands that start no child process."""


command.add_command(history_search.search)
command.add_command(history_export.export)
command.add_command(history_export.import_conversations)


@command.command("list")
@passphrase_file
@as_json
def list_conversations(passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the conversations, newest first."""
    entries: list[ConversationShape] = []
    notices: tuple[str, ...] = ()
    with parts_for() as parts:
        # Looking is no reason to begin a history.
        if history_exists(parts):
            with open_history(parts, passphrase_file) as history:
                entries = KeptTurns(history).conversations()
                notices = history.notices
    for notice in notices:
        note(notice)
    if json_output:
        print_shape(ConversationsShape(conversations=entries))
        return
    for entry in entries:
        updated = entry.updated[:16].replace("T", " ")
        say(f"{entry.id}  {updated:16}  {counted(entry.turns, 'turn'):9}  {entry.title}")
    say(f"{counted(len(entries), 'conversation')}." if entries else "No conversations yet.")


@command.command("show")
@click.argument("conversation")
@passphrase_file
@as_json
def show(conversation: str, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the turns of a CONVERSATION, oldest first."""
    with parts_for() as parts, _existing_history(parts, passphrase_file) as history:
        turns = KeptTurns(history).turns(conversation)
        notices = history.notices
    for notice in notices:
        note(notice)
    if json_output:
        print_shape(HistoryShape(conversation=conversation, turns=turns))
        return
    for turn in turns:
        state = "" if turn.state == "complete" else f"  [{turn.state}]"
        say(f"> {turn.prompt}\n{turn.answer}{state}\n")


@command.command("keyring")
@click.argument("switch", type=click.Choice(["on", "off"]))
@passphrase_file
def keyring(switch: str, passphrase_file: Path | None) -> None:
    """Let the keyring open the history as well, or no longer.

    That is the keyring of the operating system; the passphrase stays.
    """
    from app.history.keyring_slot import disable_keyring, enable_keyring

    with parts_for() as parts, _existing_history(parts, passphrase_file) as history:
        if switch == "on":
            say(f"The history also opens with a key in {enable_keyring(history)}. The passphrase stays.")
        else:
            disable_keyring(history)
            say("The history opens with the passphrase alone.")


def _existing_history(parts: Parts, file: Path | None) -> History:
    if not history_exists(parts):
        raise UnknownConversationError(
            "There is no history yet.",
            "Ask something in the window, or with a passphrase file, to begin one.",
        )
    return open_history(parts, file)
