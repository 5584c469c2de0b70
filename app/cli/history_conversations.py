"""`inhouse history rename|tag|pin|archive|delete|undelete|bin|merge|rate`: conversations in order."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.history_opening import kept, opened
from app.cli.options import as_json, counted, given_text, passphrase_file, print_shape, say
from app.contract import ConversationShape, ConversationsShape
from app.contract.history import Rating
from app.recorders import KeptTurns


@click.command("rename")
@click.argument("conversation")
@click.argument("title", default="")
@passphrase_file
def rename(conversation: str, title: str, passphrase_file: Path | None) -> None:
    """Give a CONVERSATION another TITLE.

    Without one it is the first line of its first prompt. With - it is read from standard input, and no
    other process can see it.
    """
    with kept(passphrase_file) as keeping:
        keeping.rename(conversation, given_text(title).strip())


@click.command("tag")
@click.argument("conversation")
@click.argument("tags", nargs=-1)
@passphrase_file
def tag(conversation: str, tags: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Put TAGS in place of those of a CONVERSATION.

    Without any, it has none. With - they are read from standard input, one a line.
    """
    with kept(passphrase_file) as keeping:
        keeping.tag(conversation, given_text("-").splitlines() if tags == ("-",) else tags)


@click.command("pin")
@click.argument("conversation")
@click.option("--off", is_flag=True, help="No longer.")
@passphrase_file
def pin(conversation: str, passphrase_file: Path | None, *, off: bool) -> None:
    """Keep a CONVERSATION at the top of the list."""
    with kept(passphrase_file) as keeping:
        keeping.pin(conversation, pinned=not off)


@click.command("archive")
@click.argument("conversation")
@click.option("--off", is_flag=True, help="Back into the list.")
@passphrase_file
def archive(conversation: str, passphrase_file: Path | None, *, off: bool) -> None:
    """Take a CONVERSATION out of the ordinary list."""
    with kept(passphrase_file) as keeping:
        keeping.archive(conversation, archived=not off)


@click.command("delete")
@click.argument("conversations", nargs=-1, required=True)
@passphrase_file
def delete(conversations: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Put CONVERSATIONS into the bin.

    They stay sealed in the history and can be taken back with `undelete`; `erase` destroys them for good.
    """
    with kept(passphrase_file) as keeping:
        for one in conversations:
            keeping.put_in_bin(one)
    say(f"{counted(len(conversations), 'conversation')} put into the bin. Nothing was destroyed.")


@click.command("undelete")
@click.argument("conversations", nargs=-1, required=True)
@passphrase_file
def undelete(conversations: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Take CONVERSATIONS out of the bin."""
    with kept(passphrase_file) as keeping:
        for one in conversations:
            keeping.take_from_bin(one)


@click.command("bin")
@passphrase_file
@as_json
def list_bin(passphrase_file: Path | None, *, json_output: bool) -> None:
    """Print what lies in the bin, newest first."""
    with opened(passphrase_file) as history:
        entries = [one for one in KeptTurns(history).conversations() if one.binned]
    if json_output:
        print_shape(ConversationsShape(conversations=entries))
        return
    for entry in entries:
        say(line_of(entry))
    say(f"{counted(len(entries), 'conversation')} in the bin." if entries else "The bin is empty.")


@click.command("merge")
@click.argument("into")
@click.argument("others", nargs=-1, required=True)
@passphrase_file
def merge(into: str, others: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Bring the turns of OTHERS into a conversation.

    They become branches of it; the others go to the bin.
    """
    with kept(passphrase_file) as keeping:
        keeping.merge(into, others)


@click.command("rate")
@click.argument("conversation")
@click.argument("turn")
@click.argument("rating", type=click.Choice(["good", "bad", "none"]))
@click.option("--reason", default="", help="Why, in up to 2,000 characters; - reads standard input.")
@passphrase_file
def rate(conversation: str, turn: str, rating: str, reason: str, passphrase_file: Path | None) -> None:
    """Say what the answer of a TURN was worth; `none` takes it back."""
    worth: dict[str, Rating | None] = {"good": "good", "bad": "bad", "none": None}
    with kept(passphrase_file) as keeping:
        keeping.rate(conversation, turn, worth[rating], given_text(reason))


def line_of(entry: ConversationShape) -> str:
    """A conversation in a list."""
    marks = [name for name, on in (("pinned", entry.pinned), ("archived", entry.archived)) if on]
    marks += ["damaged"] if entry.damaged else []
    marks += [f"in the bin since {entry.binned[:10]}"] if entry.binned else []
    marks += [f"#{tag}" for tag in entry.tags]
    updated = entry.updated[:16].replace("T", " ")
    behind = f"  [{', '.join(marks)}]" if marks else ""
    return f"{entry.id}  {updated:16}  {counted(entry.turns, 'turn'):9}  {entry.title}{behind}"


COMMANDS = (rename, tag, pin, archive, delete, undelete, list_bin, merge, rate)
