"""reStructuredText: headings, lists, tables and directives, with their lines.

Nothing but the text itself is read: no included file, no raw markup, no settings file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from grounding.documents import Block, LoadedDocument
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import iso_date, nested, one_line
from grounding.loaders.tables import rows_as_text

_Node = Any
"""A node of docutils, which has no types."""

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "syntax_highlight": "none",
    "line_length_limit": 20 << 20,
    "smart_quotes": False,
    "docinfo_xform": False,
    "doctitle_xform": False,
}
"""Level 5 is above every fault: what is wrong with the markup is read as text, and nothing is printed."""

_LEAVES = frozenset(
    {"paragraph", "literal_block", "line_block", "doctest_block", "math_block", "term", "rubric"}
)
_UNSEEN = frozenset({"comment", "substitution_definition", "target", "pending", "meta", "decoration"})
_DIRECTIVE = re.compile(r"^\s*\.\. [\w:+.-]+::[ \t]*")
_OPTION = re.compile(r"^\s*:[\w -]+:(?:\s.*)?$")
_ROLE = re.compile(r":[\w:+.-]+:`([^`<]*?)\s*(?:<[^`>]*>)?`")


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with lines. Raises FileRefusedError if it is binary data."""
    from docutils.core import publish_doctree  # type: ignore[import-untyped] # it has no types

    _disarm()
    decoded = decode(data)
    tree = publish_doctree(decoded.text, settings_overrides=dict(_SETTINGS))
    reader = _Reader()
    reader.read(tree)
    return LoadedDocument(
        title="",
        kind="rst",
        blocks=tuple(reader.blocks),
        dated=reader.dated,
        warnings=(decoded.warning,) if decoded.warning else (),
    )


def _disarm() -> None:
    """Take the parser of a document for a word: docutils imports any module that a document names there."""
    from docutils.parsers.rst import directives  # type: ignore[import-untyped] # it has no types
    from docutils.parsers.rst.directives.misc import Include  # type: ignore[import-untyped] # it has no types

    options = {**Include.option_spec, "parser": directives.unchanged}
    directives.register_directive("include", type("Include", (Include,), {"option_spec": options}))


class _Reader:
    """Turns the tree into blocks, in order. The parser's own recursion limits how deep a tree can be."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.dated: str | None = None
        self._path: tuple[str, ...] = ()
        self._levels: list[int] = []
        self._marker = ""

    def read(self, node: _Node, level: int = 0) -> None:
        for child in node.children:
            kind = child.tagname
            if kind in _UNSEEN:
                continue
            if kind == "title":
                self._path = nested(self._path, self._levels, level, _plain(child))
                self._add(_plain(child), child, shift=-1)  # the parser gives the line that underlines it
            elif kind == "table":
                self._table(child)
            elif kind == "system_message":
                self._unknown(child)
            elif kind in _LEAVES or not hasattr(child, "tagname") or kind == "#text":
                self._add(_plain(child), child)
            else:
                self._inner(child, kind, level)

    def _inner(self, node: _Node, kind: str, level: int) -> None:
        if kind == "list_item":
            self._marker = _marker(node)
        elif kind in {"field", "option_list_item"}:
            name, *values = (one_line(_plain(part)) for part in node.children)
            self._add(": ".join(filter(None, (name, *values))), node)
            if name.lower() == "date":
                self.dated = iso_date(" ".join(values))
            return
        elif kind == "image":
            self._add(str(node.get("alt", "")), node)
        self.read(node, level + (kind == "section"))

    def _unknown(self, message: _Node) -> None:
        """A directive of another program (Sphinx has many) or wrong markup: its text, without the options."""
        message.line = message.get("line")
        for block in message.children:
            if block.tagname == "literal_block":
                lines = _DIRECTIVE.sub("", _plain(block)).split("\n")
                text = "\n".join(line.strip() for line in lines if not _OPTION.match(line))
                self._add(_ROLE.sub(r"\1", text), message)

    def _table(self, table: _Node) -> None:
        from docutils import nodes as kinds  # type: ignore[import-untyped] # it has no types

        for caption in table.children:
            if caption.tagname == "title":
                self._add(_plain(caption), table)
        headed = bool(list(table.findall(kinds.thead)))
        rows = list(table.findall(kinds.row))
        texts = [[_plain(cell) for cell in row.children] for row in rows]
        for index, text in rows_as_text(texts, headed=headed):
            self._add(text, rows[index], table)

    def _add(self, text: str, *places: _Node, shift: int = 0) -> None:
        text = text.strip("\n").rstrip()
        if not text.strip():
            return
        first, last = _lines(text, places, shift)
        self.blocks.append(
            Block(text=self._marker + text, heading=self._path, line_start=first, line_end=last)
        )
        self._marker = ""


def _marker(item: _Node) -> str:
    parent = item.parent
    if parent is None or parent.tagname != "enumerated_list":
        return "- "
    return f"{parent.get('start', 1) + parent.index(item)}. "


def _plain(node: _Node) -> str:
    return _ROLE.sub(r"\1", node.astext())


def _lines(text: str, places: Sequence[_Node], shift: int) -> tuple[int | None, int | None]:
    """First and last line; of the nearest node above for those that the parser gives none."""
    count = text.count("\n") + 1
    for place in places:
        node = place
        while node is not None and node.line is None:
            node = node.parent
        if node is not None and node.line:
            first = max(1, node.line + shift)
            return first, first + count - 1
    return None, None
