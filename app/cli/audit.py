"""`inhouse audit`: what admins did and what was refused, never a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.options import as_json, counted, note, parts_for, print_shape, say
from app.contract.admin import AuditEntryShape, AuditReportShape, AuditShape
from app.errors import AdminError, ExitCode
from app.vault.errors import VaultError
from app.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.vault.audit_chain import Entry
    from app.vault.checkpoints import Report

_SHOWN = 100
_WORDS = 8


@click.group("audit", help="Show and verify the record of admin and security events.")
def command() -> None:
    """Group of commands that start no child process."""


@command.command("show")
@click.option("--last", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="How many.")
@as_json
def show(last: int, *, json_output: bool) -> None:
    """Print the newest events, oldest first. They hold hashes and counts, never a text."""
    with parts_for() as parts:
        auditor = parts.administration.auditor
        names = auditor.names()
        try:
            count, _ = auditor.log.end() if auditor.log.identity() else (0, b"")
            entries = [_shape(one, names) for one in auditor.log.entries(start=max(0, count - last))]
        except VaultError as error:
            raise AdminError(str(error), error.remedy) from None
    if json_output:
        print_shape(AuditShape(entries=entries))
        return
    for one in entries:
        counts = " ".join(f"{name}={number}" for name, number in one.counts.items())
        facts = f"{one.who:16}  {one.what:18}  {one.subject[:12]:12}  {counts}"
        say(f"{one.number:6}  {one.time}  {facts}".rstrip())
    say(f"{counted(len(entries), 'event')}." if entries else "No events yet.")


@command.command("verify")
@as_json
def verify(*, json_output: bool) -> int:
    """Verify the whole log against its signed checkpoints.

    Needs the admin's passphrase: the first key of the log is sealed with the admin key.
    """
    with parts_for() as parts:
        report = parts.administration.audit()
        notices = parts.administration.notices
    shape = _report(report)
    if json_output:
        print_shape(shape)
    else:
        _print(shape)
    for notice in notices:
        note(notice)
    return ExitCode.OK if shape.bad is None and not shape.refused else ExitCode.FAILED


@command.command("forget")
@click.argument("account")
def forget(account: str) -> None:
    """Forget whose pseudonyms are those of ACCOUNT.

    The events stay.
    """
    with parts_for() as parts:
        parts.administration.require("audit.verify")
        number = parts.administration.auditor.forget(account)
        say(f"{counted(number, 'pseudonym')} forgotten.")


@command.command("begin")
def begin() -> None:
    """Begin a new log where the old one was lost or damaged.

    The old one is put aside with its checkpoints, never deleted. The new one begins with this event.
    """
    from app.administration.new_log import begin_anew

    with parts_for() as parts:
        aside = begin_anew(parts.administration)
        say(f"A new log is begun. The old one is kept in {aside}." if aside else "A new log is begun.")


def _print(shape: AuditReportShape) -> None:
    if shape.bad is None:
        say(f"All {counted(shape.entries, 'event')} fit.")
    else:
        say(f"Event {shape.bad} is the first that does not fit. {shape.why}")
    if shape.checkpoint:
        covered = counted(shape.checkpoint_entries, "event")
        say(f"Signed up to {covered} on {shape.checkpoint}: {shape.words}")
    for name in shape.refused:
        say(f"{name} holds no checkpoint that the admin signed for this log.")
    say("What happened after the newest checkpoint can be cut off without a trace, nothing before it.")


def _report(report: Report) -> AuditReportShape:
    checkpoint = report.checkpoint
    return AuditReportShape(
        entries=report.entries,
        bad=report.bad,
        why=report.why,
        checkpoint=checkpoint.time if checkpoint else "",
        checkpoint_entries=checkpoint.count if checkpoint else 0,
        words=words_of(checkpoint.head, _WORDS) if checkpoint else "",
        refused=list(report.refused),
    )


def _shape(entry: Entry, names: Mapping[str, str]) -> AuditEntryShape:
    event = entry.event
    return AuditEntryShape(
        number=entry.number,
        time=event.time,
        who=names.get(event.who, event.who),
        what=event.what,
        subject=event.subject,
        counts=dict(event.counts),
    )
