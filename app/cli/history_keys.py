"""`inhouse history passphrase|recovery|rekey|ways`: what opens the history."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from app.cli.history_opening import opened, refuse_unconfirmed
from app.cli.options import counted, history_exists, note, parts_for, passphrase_file, say
from app.errors import HistoryLockedError, UnknownConversationError

_NAMES = {
    "passphrase": "passphrase",
    "keyring": "keyring of the operating system",
    "recovery": "recovery code",
    "damaged": "damaged, opens with nothing",
}

_new_passphrase_file = click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the new passphrase, readable by you alone (mode 600).",
)
_code_file = click.option(
    "--code-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the recovery code, readable by you alone (mode 600).",
)


@click.command("passphrase")
@passphrase_file
@_new_passphrase_file
def change_passphrase(passphrase_file: Path | None, new_passphrase_file: Path | None) -> None:
    """Change the passphrase; the present one is asked for first.

    Messages are not sealed anew. Older backups still open with the old passphrase; after it became known
    to others, run `rekey` as well and delete those backups.
    """
    old = _given(passphrase_file, "Present passphrase")
    with opened(passphrase_file) as history:
        history.change_passphrase(old, _new(new_passphrase_file))
    say("The new passphrase opens the history; the old one does not. Older backups still open with it.")


@click.group("recovery")
def recovery() -> None:
    """A code that opens the history if the passphrase is forgotten."""


@recovery.command("new")
@passphrase_file
def new_code(passphrase_file: Path | None) -> None:
    """Print a new recovery code. It is shown once and kept nowhere; an earlier one ends.

    Whoever has the code and the files of the history can read it all. Print it or write it down, and keep
    it apart from this machine.
    """
    with opened(passphrase_file) as history:
        code = history.new_recovery_code()
    click.echo(code)
    note("Shown once. An earlier code opens nothing any more. Keep it apart from this machine.")


@recovery.command("off")
@passphrase_file
def no_code(passphrase_file: Path | None) -> None:
    """Let no recovery code open the history."""
    with opened(passphrase_file) as history:
        history.drop_recovery_code()
    say("No recovery code opens the history.")


@recovery.command("use")
@_code_file
@_new_passphrase_file
def use_code(code_file: Path | None, new_passphrase_file: Path | None) -> None:
    """Open the history with its recovery code and give it a new passphrase.

    The code stays valid; make a new one if others may have seen it.
    """
    from app.history.history import History

    with parts_for() as parts:
        if not history_exists(parts):
            raise UnknownConversationError("There is no history yet.", "There is nothing to recover.")
        code = _read(code_file) if code_file else _asked("Recovery code")
        with History.open_with_recovery(parts.locations.history, code) as history:
            history.reset_passphrase(_new(new_passphrase_file))
    say("The new passphrase opens the history; the forgotten one does not. The recovery code stays valid.")


@click.command("rekey")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--accept-loss", is_flag=True, help="Go on where something does not open any more.")
@passphrase_file
def rekey(passphrase_file: Path | None, *, yes: bool, accept_loss: bool) -> None:
    """Seal everything anew under new keys.

    Only the present passphrase opens the history then: keyring and recovery code end. Remains of what was
    erased become worthless. Older backups are not reached: they open with the keys of their time.
    """
    passphrase = _given(passphrase_file, "Present passphrase")
    with opened(passphrase_file) as history:
        refuse_unconfirmed(
            "rekey",
            "Recovery code and keyring will no longer open the history, the passphrase will.",
            yes=yes,
        )
        done = history.rekey(passphrase, accept_loss=accept_loss)
    say(
        f"Sealed anew: {counted(done.conversations, 'conversation')}, {counted(done.records, 'record')}. "
        "Only the passphrase opens the history. Older backups still open with the keys of their time."
    )
    if done.lost_records or done.lost_conversations or done.lost_settings:
        say(
            f"Left behind because it did not open: {counted(done.lost_records, 'record')}, "
            f"{counted(done.lost_conversations, 'conversation')}, {counted(done.lost_settings, 'setting')}."
        )


@click.command("ways")
@passphrase_file
def ways(passphrase_file: Path | None) -> None:
    """Print what opens the history, and what a guess costs."""
    with opened(passphrase_file) as history:
        found = history.ways_in()
    for one in found:
        cost = one.cost
        guess = f"  ({cost.memory // 1024} MiB, {cost.passes} passes a guess)" if cost else ""
        say(f"{_NAMES[one.kind]}{guess}")


def _given(file: Path | None, question: str) -> str:
    from app.history.passphrase import given_passphrase

    return given_passphrase(file, os.environ) or _asked(question)


def _new(file: Path | None) -> str:
    from app.history.passphrase import strength, suggestion

    if file is not None:
        return _read(file)
    if not sys.stdin.isatty():
        raise HistoryLockedError("No new passphrase was given.", "Give it with --new-passphrase-file.")
    note(f'Five random words are a good one, for example "{suggestion()}" (made up just now, kept nowhere).')
    chosen = str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    note(strength(chosen).words)
    return chosen


def _read(file: Path) -> str:
    from app.history.passphrase import read_passphrase

    return read_passphrase(file)


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise HistoryLockedError(f"{question}: not given, and nobody is there to be asked.")
    return str(click.prompt(question, hide_input=True, err=True))


COMMANDS = (change_passphrase, recovery, rekey, ways)
