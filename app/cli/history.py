"""`inhouse history`: the encrypted conversations."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.options import as_json, open_history, parts_for, passphrase_file, print_shape, say
from app.contract import ConversationsShape, HistoryShape
from app.recorders import KeptTurns


@click.group("history", help="List and show your encrypted conversations.")
def command() -> None:
    """Group of commands that start no child process."""


@command.command("list")
@passphrase_file
@as_json
def list_conversations(passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the conversations, newest first."""
    with parts_for() as parts, open_history(parts, passphrase_file) as history:
        entries = KeptTurns(history).conversations()
        notices = history.notices
    if json_output:
        print_shape(ConversationsShape(conversations=entries))
        return
    for entry in entries:
        say(f"{entry.id}  {entry.updated[:16].replace('T', ' ')}  {entry.turns:3} turns  {entry.title}")
    say(f"{len(entries)} conversations." if entries else "No conversations yet.")
    for notice in notices:
        say(notice)


@command.command("show")
@click.argument("conversation")
@passphrase_file
@as_json
def show(conversation: str, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the turns of a CONVERSATION, oldest first, with the state of each."""
    with parts_for() as parts, open_history(parts, passphrase_file) as history:
        turns = KeptTurns(history).turns(conversation)
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
    """Let the keyring of the operating system open the history as well, or no longer."""
    from app.history.keyring_slot import disable_keyring, enable_keyring

    with parts_for() as parts, open_history(parts, passphrase_file) as history:
        if switch == "on":
            say(f"The history also opens with a key in {enable_keyring(history)}. The passphrase stays.")
        else:
            disable_keyring(history)
            say("The history opens with the passphrase alone.")
