"""`inhouse history backup|backups|restore|verify|repair`: copies of the history, and its damage."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.history_opening import existing_history
from app.cli.options import (
    as_json,
    counted,
    note,
    parts_for,
    passphrase_file,
    print_shape,
    say,
)
from app.contract.history_copies import BackupsShape, RepairShape, VerifyShape
from app.errors import HistoryDamagedError, HistoryLockedError, UsageError
from app.recorders import KeptTurns

if TYPE_CHECKING:
    from app.assembly import Parts
    from app.contract import BackupShape
    from app.history.backups import Backups
    from app.history.history import History

_COPY = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("backup")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@passphrase_file
@as_json
def backup(folder: Path | None, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Take a sealed copy of the history.

    It goes into FOLDER, or beside the history. All of it is read before it gets its name. It opens with
    the passphrase that is in use today.
    """
    with parts_for() as parts, existing_history(parts, passphrase_file) as history:
        taken = _backups(parts, history).take(folder)
    if json_output:
        print_shape(taken)
        return
    say(f"{_described(taken)}\nIt opens with the passphrase that is in use now; keep that passphrase.")


@click.command("backups")
@passphrase_file
@as_json
def backups(passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print the copies of the history.

    Those that can be reached, oldest first, with what restores and repairs put aside.
    """
    with parts_for() as parts, existing_history(parts, passphrase_file) as history:
        of_it = _backups(parts, history)
        listed, gone = of_it.listed(), of_it.out_of_reach()
    if json_output:
        print_shape(BackupsShape(backups=listed, out_of_reach=gone))
        return
    for one in listed:
        say(_described(one))
    say(f"{counted(len(listed), 'copy').replace('copys', 'copies')}." if listed else "No copies yet.")
    for folder in gone:
        note(f"Copies were also made in {folder}, which is not there now.")


@click.command("verify")
@click.option("--copy", "copy", type=_COPY, help="Look at this copy instead of the history.")
@passphrase_file
@as_json
def verify(copy: Path | None, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Read every message and every seal.

    Says what does not open, and changes nothing.
    """
    from app.history.repair import refuse_damage, verify_copy
    from app.history.repair import verify as verify_history

    titles: dict[str, str] = {}
    with parts_for() as parts:
        if copy is not None:
            found = verify_copy(copy, _secret(passphrase_file))
        else:
            with existing_history(parts, passphrase_file) as history:
                found = verify_history(history)
                titles = {one.id: one.title for one in KeptTurns(history).conversations()}
                for notice in history.notices:
                    note(notice)
    if json_output:
        print_shape(found)
    else:
        _tell(found, titles)
    refuse_damage(found, "The history" if copy is None else "The copy")


@click.command("restore")
@click.argument("copy", type=_COPY)
@click.option("--yes", is_flag=True, help="Do it even though the copy is older, or of another history.")
@click.option("--damaged", is_flag=True, help="Take a damaged copy, for want of a better one.")
@passphrase_file
@as_json
def restore(copy: Path, passphrase_file: Path | None, *, yes: bool, damaged: bool, json_output: bool) -> None:
    """Put a COPY in the place of the history.

    The history from before is kept under another name. The passphrase is that of the copy.
    """
    from app.history.repair import restoring_from

    with parts_for() as parts:
        folder = parts.locations.history
        secret = _secret(passphrase_file)
        with restoring_from(copy, folder, secret, _folder_of_copies(parts)) as ready:
            if not damaged:
                ready.refuse_damaged()
            _agree(ready.warnings, "Put it in the place of the history?", agreed=yes)
            done = ready.put()
        parts.administration.record("history.restore")
    if json_output:
        print_shape(done)
        return
    _tell(done.verified, {})
    if done.kept:
        say(f"The history from before is kept as {done.kept}.")


@click.command("repair")
@click.option("--from-copy", is_flag=True, help="Fill what is missing from the newest good copy, unasked.")
@passphrase_file
@as_json
def repair(passphrase_file: Path | None, *, from_copy: bool, json_output: bool) -> None:
    """Make a new history from what opens in a broken one.

    The broken file is kept under another name.
    """
    from app.history.repair import newest_good
    from app.history.repair import repair as repair_history

    with parts_for() as parts:
        folder, secret = parts.locations.history, _secret(passphrase_file)
        found = _whole(folder, secret)
        copy = newest_good(_folder_of_copies(parts), folder) if found is None else None
        if copy and not from_copy:
            from_copy = _asked_for(copy)
        chosen = [copy] if copy and from_copy else []
        done = (
            RepairShape(repaired=False, verified=found) if found else repair_history(folder, secret, chosen)
        )
        if done.repaired:
            parts.administration.record("history.repair")
    if json_output:
        print_shape(done)
        return
    _tell_repair(done)


def _whole(folder: Path, secret: str) -> VerifyShape | None:
    """The report where nothing is damaged; None where something is."""
    from app.history.history import History
    from app.history.repair import verify as verify_history

    try:
        with History.open(folder, secret) as history:
            found = verify_history(history)
    except HistoryDamagedError:
        return None
    return found if found.whole else None


def _tell_repair(done: RepairShape) -> None:
    if not done.repaired:
        say("Nothing is damaged; nothing was changed.")
        return
    say(f"Saved: {counted(done.records, 'message')} in {counted(done.conversations, 'conversation')}.")
    for number, words in (
        (done.from_copies, "of these messages came from the copy."),
        (done.missing, "messages are lost and show as damaged."),
        (done.lost_conversations, "conversations could not be opened at all."),
        (done.revived, "conversations came from the copy alone; erased ones may be among them."),
        (done.settings_lost, "drafts or choices are lost."),
    ):
        if number:
            say(f"{number} {words}")
    say(f"The broken file is kept as {done.kept}.")


def _tell(found: VerifyShape, titles: dict[str, str]) -> None:
    size = f"{counted(found.conversations, 'conversation')}, {counted(found.records, 'message')}"
    say(f"{size}, generation {found.generation}.")
    for one in found.damaged:
        title = titles.get(one.conversation, "")
        where = f"{one.conversation}  {title}".rstrip()
        said = f"{counted(len(one.records), 'damaged message')}" if one.records else "damaged"
        say(f"{where}: {said}{'' if one.head_fits else ', nothing can be added to it'}")
    if found.unaccounted:
        say(f"{abs(found.unaccounted)} messages are {'missing' if found.unaccounted > 0 else 'not its own'}.")
    if found.broken_file:
        say("The file's own structure is damaged; `inhouse history repair` makes it anew.")
    if found.put_back_or_removed:
        say("The seal over the whole does not fit: something was removed, or older data was put back.")
    say("All of it opens." if found.whole else "It is damaged.")


def _described(one: BackupShape) -> str:
    until = f"kept until {one.until[:10]}" if one.until else "kept until you delete it"
    size = f"{counted(one.conversations, 'conversation')}, {one.bytes / 2**20:.1f} MiB"
    taken = one.taken[:16].replace("T", " ")
    return f"{taken} UTC  generation {one.generation}  {size}  {until}  {one.path}"


def _agree(warnings: tuple[str, ...], question: str, *, agreed: bool) -> None:
    for warning in warnings:
        note(warning)
    if not warnings or agreed:
        return
    if not sys.stdin.isatty() or not click.confirm(question, err=True):
        raise UsageError("Nothing was changed.", "Say --yes if that is what you want.")


def _asked_for(copy: Path) -> bool:
    if not sys.stdin.isatty():
        note(f"There is a copy, {copy.name}; --from-copy fills what is missing from it.")
        return False
    return click.confirm(f"Fill what is missing from {copy.name}?", err=True)


def _secret(file: Path | None) -> str:
    from app.history.passphrase import given_passphrase

    if (given := given_passphrase(file, os.environ)) is not None:
        return given
    if not sys.stdin.isatty():
        raise HistoryLockedError("No passphrase was given.")
    return str(click.prompt("Passphrase", hide_input=True, err=True))


def _folder_of_copies(parts: Parts) -> Path:
    return Path(parts.settings.history.backup_folder or parts.locations.history / "backups")


def _backups(parts: Parts, history: History) -> Backups:
    from app.history.backups import Rules, backups_of

    chosen = parts.settings.history
    rules = Rules(chosen.backup_days, chosen.backup_copies, chosen.backup_horizon_days)
    return backups_of(history, _folder_of_copies(parts), rules)


COMMANDS = (backup, backups, restore, verify, repair)
