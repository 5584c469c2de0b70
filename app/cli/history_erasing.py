"""`inhouse history erase|consent|retention|hold`: what is destroyed, and what it may be used for."""

from __future__ import annotations

import re
from pathlib import Path

import click

from app.cli.history_opening import kept, opened, refuse_unconfirmed
from app.cli.options import as_json, counted, passphrase_file, print_shape, say
from app.errors import UsageError

_NUMBER = re.compile("[0-9]{1,6}")

_WARNING = (
    "Erasing destroys keys and messages for good. It does not reach backups, exports or copies made with "
    "other programs; the report lists the backups that still hold them."
)


@click.command("erase")
@click.argument("conversations", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every conversation, all drafts and searches.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrase_file
@as_json
def erase(
    conversations: tuple[str, ...],
    passphrase_file: Path | None,
    *,
    everything: bool,
    yes: bool,
    json_output: bool,
) -> None:
    """Destroy CONVERSATIONS for good, and report what was destroyed.

    Keys and messages go; nobody brings them back. Not reached: backups (the report lists those that still
    hold them), exports, copies made with other programs.
    """
    if everything == bool(conversations):
        raise UsageError("Name conversations, or give --all.", "See `inhouse history list`.")
    with kept(passphrase_file) as keeping:
        refuse_unconfirmed("erase", _WARNING, yes=yes)
        report = keeping.erase_everything() if everything else keeping.erase(conversations)
    if json_output:
        print_shape(report)
        return
    say(f"Destroyed: {counted(report.conversations, 'conversation')}, {counted(report.records, 'record')}.")
    for copy in report.backups:
        until = f", removed by itself on {copy.until[:10]}" if copy.until else ""
        say(f"Still in: {copy.path} (taken {copy.taken[:16].replace('T', ' ')}{until})")
    say(report.words)


@click.command("consent")
@click.argument("switch", type=click.Choice(["on", "off"]), required=False)
@passphrase_file
def consent(switch: str | None, passphrase_file: Path | None) -> None:
    """Allow use as training or evaluation data, or forbid it.

    It is off until you switch it on. The program itself sends nothing anywhere: the switch is written into
    exports, for those who read them. Switching it off does not reach what was exported before.
    """
    with opened(passphrase_file) as history:
        if switch is not None:
            history.choices.put_consent(on=switch == "on")
        is_on = history.choices.consent
    say(f"Use as training or evaluation data is {'allowed' if is_on else 'not allowed'}.")


@click.command("retention")
@click.argument("days", required=False)
@passphrase_file
def retention(days: str | None, passphrase_file: Path | None) -> None:
    """Erase what had no new turn for DAYS; "off" keeps it.

    Erasing happens when the history is opened in the window, pinned conversations included. A hold stops
    it. Backups are not reached. Time in which the program was not opened for more than two weeks does not
    count, because a clock that jumped looks the same: erasing comes late, never early.
    """
    if days not in (None, "off") and not _NUMBER.fullmatch(days or ""):
        raise UsageError("A retention is a number of days, or off.", "Say for example: retention 90")
    with opened(passphrase_file) as history:
        if days is not None:
            history.choices.put_retention_days(None if days == "off" else int(days))
        left = history.choices.retention_days
    say("Conversations are kept until you erase them." if left is None else f"Erased after {left} days.")


@click.command("hold")
@click.argument("switch", type=click.Choice(["on", "off"]), required=False)
@passphrase_file
def hold(switch: str | None, passphrase_file: Path | None) -> None:
    """Let nothing be destroyed for now (legal hold), or end that.

    It stops erasing, retention and emptying the bin. It does not keep anybody from deleting the files.
    """
    with opened(passphrase_file) as history:
        if switch is not None:
            history.choices.put_hold(on=switch == "on")
        is_on = history.choices.hold
    say("A hold is on: nothing is destroyed." if is_on else "There is no hold.")


COMMANDS = (erase, consent, retention, hold)
