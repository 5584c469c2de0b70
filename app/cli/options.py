"""Options and printing that several commands share."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.errors import HistoryLockedError, UsageError
from safety.terminal import safe_line, safe_text

if TYPE_CHECKING:
    from app.assembly import Parts
    from app.contract import PassageShape, Shape
    from app.history.history import History
    from grounding.passages import Passage

ADMIN_VARIABLE = "INHOUSE_ADMIN_PASSPHRASE_FILE"
NEW_ADMIN_VARIABLE = "INHOUSE_NEW_ADMIN_PASSPHRASE_FILE"

_INPUT_LIMIT = 200_000
"""Bytes of standard input: the longest prompt in UTF-8."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_json: Decorator = click.option("--json", "json_output", is_flag=True, help="Print one JSON object.")
passphrase_file: Decorator = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the passphrase of the history, readable by you alone (mode 600).",
)


def given_text(text: str) -> str:
    """The text itself; for "-" standard input, which no other process sees, unlike arguments."""
    if text != "-":
        return text
    content = sys.stdin.buffer.read(_INPUT_LIMIT + 1)
    if len(content) > _INPUT_LIMIT:
        raise UsageError("Standard input is longer than any text may be.", "Send less.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8 text.", "Send it as UTF-8.") from None


def print_shape(shape: Shape) -> None:
    """One JSON object on standard output."""
    click.echo(as_ascii_json(shape))


def as_ascii_json(shape: Shape) -> str:
    """JSON in ASCII: every encoding can print it, and no character of a document steers a terminal."""
    return json.dumps(shape.model_dump(mode="json"))


def place_of(passage: Passage | PassageShape) -> str:
    """Where in its document a passage stands."""
    if passage.place:
        return passage.place
    if passage.page:
        return f"page {passage.page}"
    return f"line {passage.line_start}" if passage.line_start else "somewhere"


def counted(number: int, thing: str) -> str:
    """The number with its thing, in the plural if need be."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def say(text: str) -> None:
    """A line for the person, on standard output; foreign text in it cannot steer the terminal."""
    click.echo(safe_text(text))


def note(text: str) -> None:
    """A line about the work, on standard error."""
    click.echo(safe_text(text), err=True)


def progress(text: str) -> None:
    """A line that replaces the last one on a terminal, and is an ordinary line elsewhere."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{safe_line(text, 100)}", err=True, nl=False)
    else:
        click.echo(safe_line(text, 200), err=True)


def progress_done() -> None:
    """Take the progress line away."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def parts_for(**flags: Any) -> Iterator[Parts]:
    """The assembled program; its child processes end with the block.

    `model__name` is a flag for `name` under `[model]`; None leaves what was said before the command.
    """
    from app.assembly import assemble

    given = {name.replace("__", "."): value for name, value in flags.items() if value is not None}
    context = click.get_current_context(silent=True)
    before_the_command = (context.find_root().obj or {}) if context else {}
    flags = {"model.name": before_the_command.get("model")} | given
    parts = assemble(flags=flags, ask_admin=_ask_admin)
    try:
        yield parts
    finally:
        parts.close()


def open_history(parts: Parts, file: Path | None) -> History:
    """The history, opened or begun with the passphrase that was given.

    Raises HistoryLockedError when none is given and nobody is there to be asked.
    """
    from app.administration.governing import govern

    history = _opened(parts, file)
    govern(history, parts.policy, parts.administration)
    return history


def _opened(parts: Parts, file: Path | None) -> History:
    from app.administration.governing import recorded, rules_of
    from app.history.history import History
    from app.history.passphrase import given_passphrase

    folder = parts.locations.history
    passphrase = given_passphrase(file, os.environ)
    if History.state(folder) == "absent":
        return History.create(folder, passphrase or _new_passphrase())
    if passphrase is None and rules_of(parts.policy).keyring:
        try:
            return History.open_with_keyring(folder)
        except HistoryLockedError:
            # Nobody chose the keyring, or it does not answer: ask, never store.
            pass
    passphrase = _asked("Passphrase") if passphrase is None else passphrase
    with recorded(parts.administration):
        return History.open(folder, passphrase)


def history_exists(parts: Parts) -> bool:
    """Whether a history was ever begun here."""
    from app.history.history import History

    return History.state(parts.locations.history) != "absent"


def given_admin_passphrase(variable: str) -> str | None:
    """The passphrase in the file that an environment variable names; None if none is named."""
    from app.history.passphrase import read_passphrase

    named = os.environ.get(variable, "")
    return read_passphrase(Path(named)) if named else None


def _ask_admin() -> str | None:
    given = given_admin_passphrase(ADMIN_VARIABLE)
    if given is not None or not sys.stdin.isatty():
        return given
    return str(click.prompt("Admin passphrase", hide_input=True, err=True))


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise HistoryLockedError("The history is locked and no passphrase was given.")
    return str(click.prompt(question, hide_input=True, err=True))


def _new_passphrase() -> str:
    if not sys.stdin.isatty():
        raise HistoryLockedError("There is no history yet and no passphrase was given to begin one.")
    note("Your conversations are kept encrypted. Choose a passphrase; it cannot be recovered if you lose it.")
    return str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
