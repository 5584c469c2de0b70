"""A conversation as Markdown. Pure.

Promises
    * No character steers a terminal in which the file is shown.
    * No picture is fetched and no HTML is read from it: "![" and "<" are escaped wherever they stand, also
      where a backslash then shows, as in a program that was quoted.
"""

from __future__ import annotations

import re

from app.contract import ExportedConversation
from app.history.exporting.telling import Piece, Source, Told, heading_of, told

_ACTIVE = re.compile(r"!(?=\[)|<(?=[A-Za-z/!?])")


def markdown_of(conversation: ExportedConversation) -> str:
    """The whole text, with a line feed at its end."""
    title, below = heading_of(conversation)
    parts = [f"# {_inert(title)}", *(_inert(line) for line in below), *map(_turn, told(conversation))]
    return "\n\n".join(parts) + "\n"


def _turn(turn: Told) -> str:
    parts = [f"## {turn.heading}", _quoted(turn.prompt), "".join(map(_piece, turn.answer)).strip()]
    if turn.sources:
        parts += ["### Passages", *map(_source, turn.sources)]
    parts += [f"*{_inert(remark)}*" for remark in turn.remarks]
    return "\n\n".join(part for part in parts if part)


def _piece(piece: Piece) -> str:
    return _inert(piece.text) + (f" **[{piece.mark}]**" if piece.mark else "")


def _source(source: Source) -> str:
    cited = "cited" if source.cited else "shown"
    about = f"{source.number}. {_inert(source.name)} ({cited}; chunk {source.chunk}; SHA-256 {source.sha256})"
    return f"{about}\n\n{_quoted(source.text)}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _inert(text).splitlines())


def _inert(text: str) -> str:
    return _ACTIVE.sub(lambda match: "\\" + match[0], text)
