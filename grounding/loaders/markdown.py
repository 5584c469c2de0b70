"""Markdown: headings, lists, tables and code, each with its exact lines in the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grounding.documents import Block, LoadedDocument
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import iso_date, nested
from grounding.loaders.tables import rows_as_text

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"(?mi)^title[ \t]*:[ \t]*(.+)$")
_DATED = re.compile(
    r"(?mi)^(?:updated|modified|last[_-]?modified|lastmod|date)[ \t]*:[ \t]*[\"']?(\d{4}[-\d]{0,6})"
)
_MARKUP = re.compile(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1[^<>]*>|<[^<>]*>")


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with positions. Raises FileRefusedError if it is binary data."""
    from markdown_it import MarkdownIt

    decoded = decode(data)
    text = decoded.text
    front = _FRONT_MATTER.match(text)
    reader = _Reader()
    title = None
    if front:
        title = _TITLE.search(front[1])
        reader.add(front[1], (1, front[1].count("\n") + 2))
        # Blank lines in its place keep the numbers of the lines below.
        text = "\n" * front[0].count("\n") + text[front.end() :]
    reader.read(MarkdownIt("commonmark").enable("table").parse(text))
    return LoadedDocument(
        title=title[1].strip().strip("\"'") if title else "",
        kind="markdown",
        blocks=tuple(reader.blocks),
        dated=_newest(front[1]) if front else None,
        warnings=(decoded.warning,) if decoded.warning else (),
    )


def _newest(front: str) -> str | None:
    """The last of the dates that the front matter states: a page is written before it is changed."""
    return max(filter(None, map(iso_date, _DATED.findall(front))), default=None)


class _Reader:
    """Turns the flat list of tokens into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._path: tuple[str, ...] = ()
        self._levels: list[int] = []
        self._marker = ""
        self._rows: list[list[str]] = []
        self._row_lines: list[list[int]] = []

    def read(self, tokens: list[Token]) -> None:
        for index, token in enumerate(tokens):
            if token.type == "inline":
                self._inline(token, tokens[index - 1])
            elif token.type in {"fence", "code_block"} and token.map:
                self.add(token.content.rstrip("\n"), (token.map[0] + (token.type == "fence"), token.map[1]))
            elif token.type == "html_block" and token.map:
                self.add(_MARKUP.sub(" ", token.content), (token.map[0], token.map[1]))
            elif token.type.startswith(("tr", "table")):
                self._table(token)
            elif token.type.startswith("list_item"):
                self._marker = "" if token.nesting < 0 else f"{token.info}{token.markup} ".replace("*", "-")

    def add(self, text: str, lines: tuple[int, int]) -> None:
        """A block over the source lines from `lines[0]`, counted from 0, up to but without `lines[1]`."""
        trimmed = text.strip("\n").rstrip()
        if trimmed:
            # A closing fence or a stripped blank line belongs to the block, not to its text.
            first = lines[0] + len(text) - len(text.lstrip("\n"))
            last = max(first + 1, min(lines[1], first + trimmed.count("\n") + 1))
            self.blocks.append(Block(text=trimmed, heading=self._path, line_start=first + 1, line_end=last))

    def _inline(self, token: Token, opening: Token) -> None:
        text = _plain(token)
        if opening.type in {"th_open", "td_open"}:
            if self._rows:
                self._rows[-1].append(text)
            return
        if not token.map:
            return
        if opening.type == "heading_open":
            self._path = nested(self._path, self._levels, int(opening.tag[1:]), text)
        self.add(self._marker + text, (token.map[0], token.map[1]))
        self._marker = ""

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self._rows, self._row_lines = [], []
        elif token.type == "tr_open":
            self._rows.append([])
            self._row_lines.append(token.map or [0, 1])
        elif token.type == "table_close":
            for index, text in rows_as_text(self._rows, headed=True):
                first, last = self._row_lines[index]
                self.add(text, (first, last))


def _plain(token: Token) -> str:
    """Text without markup; a line break stays one, so that lines can be counted."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif child.type == "image":
            parts.append(_plain(child))
        elif child.type in {"text", "code_inline"}:
            parts.append(child.content)
    return "".join(parts)
