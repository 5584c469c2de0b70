"""`inhouse history`: the encrypted conversations."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import (
    history_conversations,
    history_erasing,
    history_export,
    history_keeping,
    history_keys,
    history_profiles,
    history_search,
)
from app.cli.history_conversations import line_of
from app.cli.history_opening import opened
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
from app.contract import ConversationShape, ConversationsShape, HistoryShape, TurnShape
from app.latest import LATEST
from app.recorders import KeptTurns

_RATED = {"good": "  [good]", "bad": "  [bad]"}


@click.group("history", help="List, show, order and erase your encrypted conversations.")
def command() -> None:
    """Group of commands that start no child process."""


@command.command("list")
@click.option("--archived", is_flag=True, help="Those that were archived.")
@click.option("--bin", "binned", is_flag=True, help="Those in the bin.")
@passphrase_file
@as_json
def list_conversations(
    passphrase_file: Path | None, *, archived: bool, binned: bool, json_output: bool
) -> None:
    """Print the conversations: pinned ones, then the newest."""
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
    entries = [one for one in entries if bool(one.binned) == binned and (binned or one.archived == archived)]
    entries.sort(key=lambda one: not one.pinned)
    if json_output:
        print_shape(ConversationsShape(conversations=entries))
        return
    for entry in entries:
        say(line_of(entry))
    say(f"{counted(len(entries), 'conversation')}." if entries else "No conversations yet.")


@command.command("show")
@click.argument("conversation")
@click.option("--branch", metavar="TURN", help="The branch that ends with this turn; see `history tree`.")
@passphrase_file
@as_json
def show(conversation: str, branch: str | None, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the turns of a CONVERSATION, oldest first."""
    with opened(passphrase_file) as history:
        turns = KeptTurns(history).turns(conversation, to=branch or LATEST)
    if json_output:
        print_shape(HistoryShape(conversation=conversation, turns=turns))
        return
    for turn in turns:
        say(f"> {turn.prompt}\n{turn.answer}{_state_of(turn)}\n")


@command.command("tree")
@click.argument("conversation")
@passphrase_file
@as_json
def tree(conversation: str, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print every turn of all branches of a CONVERSATION.

    Each with its id; * marks the branch that is shown.
    """
    with opened(passphrase_file) as history:
        turns = KeptTurns(history).tree(conversation)
        shown = {turn.id for turn in history.turns(conversation)}
    if json_output:
        print_shape(HistoryShape(conversation=conversation, turns=turns))
        return
    depth: dict[str | None, int] = {None: 0}
    for turn in turns:
        # Only a turn that stands beside others is moved to the right: a long conversation is no staircase.
        depth[turn.id] = depth.get(turn.parent, 0) + bool(turn.siblings)
        mark = "*" if turn.id in shown else " "
        first = next(iter(turn.prompt.splitlines()), "")
        say(f"{mark} {turn.id}  {'  ' * depth[turn.id]}{first[:80]}{_state_of(turn)}")


@command.command("keyring")
@click.argument("switch", type=click.Choice(["on", "off"]))
@passphrase_file
def keyring(switch: str, passphrase_file: Path | None) -> None:
    """Let the keyring open the history as well, or no longer.

    That is the keyring of the operating system; the passphrase stays.
    """
    from app.history.keyring_slot import disable_keyring, enable_keyring

    with opened(passphrase_file) as history:
        if switch == "on":
            say(f"The history also opens with a key in {enable_keyring(history)}. The passphrase stays.")
        else:
            disable_keyring(history)
            say("The history opens with the passphrase alone.")


def _state_of(turn: TurnShape) -> str:
    state = "" if turn.state == "complete" else f"  [{turn.state}]"
    return state + (_RATED[turn.rating.rating] if turn.rating else "")


command.add_command(history_profiles.profiles)
command.add_command(history_search.search)
command.add_command(history_export.export)
command.add_command(history_export.import_conversations)
for _one in (*history_conversations.COMMANDS, *history_erasing.COMMANDS, *history_keys.COMMANDS):
    command.add_command(_one)
for _one in history_keeping.COMMANDS:
    command.add_command(_one)
