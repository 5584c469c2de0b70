"""`inhouse docs sync` and `watch`: folders that the knowledge base mirrors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.docs_work import NamedPath, say_files, say_left, say_left_out, working
from app.cli.options import as_json, counted, note, parts_for, print_shape, progress_done, say
from app.contract import StepShape, SyncPlanShape, SyncShape
from app.errors import ExitCode, UsageError
from grounding.errors import SyncRefusedError

_folder = NamedPath(path_type=Path)


@click.command("sync")
@click.argument("folder", type=_folder)
@click.option("--plan", "only_plan", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--yes", "confirmed", is_flag=True, help="Remove even more than 20% of the folder's documents.")
@click.option("--checksum", is_flag=True, help="Read every file, also where size and time are unchanged.")
@click.option("--collection", "into", default="", metavar="NAME", help="Collection its documents go into.")
@as_json
def sync(  # noqa: PLR0913 - a parameter for every option
    folder: Path, *, only_plan: bool, confirmed: bool, checksum: bool, into: str, json_output: bool
) -> int:
    """Make the knowledge base mirror FOLDER.

    Documents are added, updated, moved and removed. Files named in `.inhouseignore` (the rules of
    gitignore) are left out. Nothing is removed that merely cannot be read, nothing at all if the folder
    shows no file. Ctrl-C stops after the file under way; the same command goes on.
    """
    asked = {"collection": into, "checksum": checksum}
    with parts_for() as parts, working(parts.ingest) as work:
        try:
            if only_plan:
                plan = parts.ingest.plan(folder, work.hear, **asked)
                report = SyncShape(folder=str(folder.absolute()), plan=plan, files=[], moved=[], removed=[])
            else:
                report = parts.ingest.sync(folder, work.hear, confirmed=confirmed, **asked)
        except SyncRefusedError as refusal:
            raise UsageError(str(refusal), refusal.remedy) from None
    if json_output:
        print_shape(report)
    elif only_plan:
        _say_plan(report.plan)
    else:
        _say_report(report)
    failed = any(file.status == "failed" for file in report.files)
    return ExitCode.FAILED if failed or report.left or work.stopped else ExitCode.OK


def _say_plan(plan: SyncPlanShape) -> None:
    _say_steps("add", plan.added)
    _say_steps("update", plan.updated)
    _say_steps("move", plan.moved, "from ")
    _say_steps("duplicate", plan.duplicate, "same as ")
    _say_steps("remove", plan.removed)
    _say_steps("unreadable", plan.unreadable)
    say_left_out(plan.left_out)
    changes = len(plan.added) + len(plan.updated) + len(plan.moved) + len(plan.removed)
    say(f"{counted(changes, 'change')}, {plan.unchanged} unchanged. Nothing was done.")
    if plan.refused:
        say(f"A sync would refuse this. {plan.refused}")


def _say_steps(what: str, steps: Sequence[StepShape], before: str = "") -> None:
    for step in steps:
        say(f"{what:10} {step.path}{f'  {before}{step.reason}' if step.reason else ''}")


def _say_report(report: SyncShape) -> None:
    origins = {step.path: step.reason for step in report.plan.moved}
    for path in report.moved:
        say(f"moved      {path}  from {origins.get(path, 'another path')}")
    for path in report.removed:
        say(f"removed    {path}")
    say_files(report.files)
    _say_steps("unreadable", report.plan.unreadable)
    say_left_out(report.plan.left_out)
    counts = [f"{len(report.files)} read", f"{len(report.moved)} moved", f"{len(report.removed)} removed"]
    say(f"{', '.join(counts)}, {report.plan.unchanged} unchanged.")
    say_left(report.left)
    if report.notice:
        say(report.notice)


@click.command("watch")
@click.argument("folders", nargs=-1, required=True, type=_folder)
@click.option("--poll", type=click.FloatRange(0.1, 3600), metavar="SECONDS", help="Look that often.")
@click.option("--collection", "into", default="", metavar="NAME", help="Collection its documents go into.")
def watch(folders: tuple[Path, ...], *, poll: float | None, into: str) -> None:
    """Mirror FOLDERS now and whenever they change, until Ctrl-C.

    Network shares are found by their file system and looked at every 5 seconds; --poll does so with any
    folder. What `inhouse docs sync` would refuse waits until you sync it yourself.
    """
    with parts_for() as parts:
        note("Starting the reader …")
        with working(parts.ingest):
            parts.ingest.watch(folders, _say_change, collection=into, poll=poll)
    note("No longer watching.")


def _say_change(kind: str, event: dict[str, Any]) -> None:
    progress_done()
    if kind == "WatchStarted":
        how = "polling" if event["polling"] else "told by the system"
        note(f"Watching {event['folder']} ({how}). Ctrl-C ends it.")
    elif kind == "WatchWaiting":
        say(f"waiting    {event['folder']}  {event['reason']}")
    elif kind == "WatchChanged":
        say(f"{event['what']:10} {event['path']}  {event['reason']}".rstrip())
