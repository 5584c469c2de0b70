"""`inhouse history export|import`: conversations in clear on their way out, and on their way in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
from app.errors import UnknownConversationError, UsageError

if TYPE_CHECKING:
    from app.contract import ImportShape
    from app.history.exporting.one import Form

_IN_CLEAR = (
    "is not encrypted: whoever can read it can read your conversations. Delete it when it is not needed."
)


@click.command("export")
@click.argument("conversation", required=False)
@click.option("--all", "everything", is_flag=True, help="All that is kept of you, into a new folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "json"]),
    help="Of one conversation; markdown unless said otherwise. JSON can be imported again.",
)
@click.option(
    "-o",
    "--output",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="New file, or new folder with --all; nothing is ever replaced.",
)
@passphrase_file
def export(
    conversation: str | None,
    form: Form | None,
    target: Path,
    passphrase_file: Path | None,
    *,
    everything: bool,
) -> None:
    """Write a CONVERSATION, or all of them, in clear.

    With sources, verdicts, models, times, ratings and branches. Sentences that the documents do not
    support are marked in every format. With --all: every conversation as JSON and Markdown, and
    settings, drafts and remembered searches.
    """
    if everything == bool(conversation):
        raise UsageError("Name one conversation, or give --all.", "See `inhouse history list`.")
    if everything and form:
        raise UsageError("--all writes JSON and Markdown.", "Leave --format out.")
    with parts_for() as parts:
        if not history_exists(parts):
            raise UnknownConversationError("There is no history yet.", "There is nothing to export.")
        with open_history(parts, passphrase_file) as history:
            if conversation:
                from app.history.exporting.one import export_one

                export_one(history, conversation, form or "markdown", target)
            else:
                from app.history.exporting.everything import export_everything

                done = export_everything(history, target)
                say(f"{counted(done.conversations, 'conversation')} written.")
                for name in done.unreadable:
                    note(f"Conversation {name} cannot be read; see `inhouse history verify`.")
    note(f"{target} {_IN_CLEAR}")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@passphrase_file
@as_json
def import_conversations(file: Path, passphrase_file: Path | None, *, json_output: bool) -> None:
    """Take conversations over from a FILE.

    It is JSON that Inhouse, ChatGPT or Open WebUI exported, or the ZIP of ChatGPT. What is here already
    is not imported again. Answers of other programs are marked as not checked.
    """
    from app.history.importing.importer import import_file

    with parts_for() as parts, open_history(parts, passphrase_file) as history:
        done = import_file(history, file)
    if json_output:
        print_shape(done)
    else:
        _show(done, file)


def _show(done: ImportShape, file: Path) -> None:
    imported = counted(len(done.imported), "conversation")
    here = f"; {done.already_here} were here already" if done.already_here else ""
    say(f"{file.name}: {imported} with {counted(done.turns, 'turn')} imported{here}.")
    for one in done.notes:
        title = one.conversation or "The file"
        note(f"{title}: {'' if one.taken else 'not imported. '}{one.reason}")
    note(f"{file.name} stays where it is, not encrypted; delete it if it is not needed.")
