"""HTML: what a reader of the page sees, with the headings above it.

A parsed page no longer knows its source lines, so `line_start` and `line_end` count the blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from grounding.documents import Block, LoadedDocument
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import mail_date, nested, one_line
from grounding.loaders.tables import rows_as_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_DECLARED = re.compile(
    rb"""(?i)<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{1,40})"""
)
_HEAD = 4096
"""Bytes. Browsers look for a declared encoding in the first 1,024; pages with long comments need more."""

_UNSEEN = frozenset(
    re.findall(
        r"\w+",
        "script style noscript template head svg math object iframe canvas audio video select datalist",
    )
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
        figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
        p pre section summary table td th tr ul
        """,
    )
)
_HIDING = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])")
_STRUCTURE = "h1, h2, h3, h4, h5, h6, ul, ol, pre, blockquote, p + p"
"""A table with any of these in it arranges a page and is no table of data."""

_DATED = (
    "article:modified_time",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
    "article:published_time",
    "dcterms.date",
    "dc.date",
    "date",
)
"""Names under which pages state their date, the surest first."""

_SPACE = re.compile(r"[ \t\n\f]+")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_WIDEST = 200
"""Columns. Spans are numbers out of the file."""


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with positions. Raises FileRefusedError if it is binary data."""
    from selectolax.lexbor import LexborHTMLParser

    declared = _DECLARED.search(data[:_HEAD])
    decoded = decode(data, declared=declared[1].decode("ascii", "replace") if declared else None)
    page = LexborHTMLParser(decoded.text)
    title = page.css_first("head > title")
    reader = _Reader()
    if page.root is not None:
        reader.read(page.root)
    return LoadedDocument(
        title=title.text() if title else "",
        kind="html",
        blocks=tuple(reader.blocks),
        dated=_dated(page),
        warnings=tuple(filter(None, (decoded.warning, reader.warning))),
    )


def _dated(page: LexborHTMLParser) -> str | None:
    stated: dict[str, str] = {}
    for meta in page.css("meta"):
        values = {key.lower(): value or "" for key, value in meta.attributes.items()}
        name = values.get("property") or values.get("name") or values.get("http-equiv") or ""
        stated.setdefault(name.strip().lower(), values.get("content", ""))
    dates = (mail_date(stated[name]) for name in _DATED if name in stated)
    return next(filter(None, dates), None)


class _Reader:
    """Walks the tree without recursion: pages may be as deep as the gate allows."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._path: tuple[str, ...] = ()
        self._levels: list[int] = []
        self._pre = 0
        self._hidden = 0

    @property
    def warning(self) -> str:
        return f"Hidden text was left out ({self._hidden} places)." if self._hidden else ""

    def read(self, root: LexborNode) -> None:
        for node, leaving in _steps(root, self._passes_over):
            tag = node.tag or ""
            if tag == "-text" and not leaving:
                content = node.text_content or ""
                self._text.append(content if self._pre else _SPACE.sub(" ", content))
            elif tag == "br" and not leaving:
                self._text.append("\n")
            elif tag in _BLOCKS:
                self._border(tag, leaving=leaving)
        self._flush()

    def _passes_over(self, node: LexborNode) -> bool:
        """Whether the node is done with: nobody sees it, or it is a table and was read as one."""
        if node.tag in _UNSEEN or self._is_hidden(node):
            return True
        is_data = node.tag == "table" and _is_data(node)
        if is_data:
            self._flush()
            self._table(node)
        return is_data

    def _is_hidden(self, node: LexborNode) -> bool:
        if not node.is_element_node:
            return False
        attributes = node.attributes
        is_hidden = "hidden" in attributes or bool(_HIDING.search(attributes.get("style") or ""))
        self._hidden += is_hidden and bool(node.text(strip=True))
        return is_hidden

    def _border(self, tag: str, *, leaving: bool) -> None:
        if leaving and tag in _LEVELS and (heading := one_line("".join(self._text))):
            self._path = nested(self._path, self._levels, _LEVELS[tag], heading)
        self._flush()
        if tag == "pre":
            self._pre += -1 if leaving else 1
        if tag == "li" and not leaving:
            self._text.append("- ")

    def _flush(self) -> None:
        raw = "".join(self._text)
        self._text = []
        paragraphs = _BLANK_LINES.split(raw) if self._pre else [_reflowed(raw)]
        for paragraph in paragraphs:
            self._add(paragraph.strip("\n"))

    def _add(self, text: str) -> None:
        if text.strip(" -\n\t"):
            number = len(self.blocks) + 1
            self.blocks.append(Block(text=text, heading=self._path, line_start=number, line_end=number))

    def _table(self, table: LexborNode) -> None:
        caption = table.css_first("caption")
        if caption:
            self._add(self._cell(caption))
        rows = [row.css("td, th") for row in table.css("tr")]
        headed = bool(rows) and all(cell.tag == "th" for cell in rows[0])
        for _, text in rows_as_text(self._grid(rows), headed=headed):
            self._add(text)

    def _grid(self, rows: list[list[LexborNode]]) -> list[list[str]]:
        """Texts by column. A cell over several rows stands in each of them, so that each row is whole."""
        grid: list[list[str]] = []
        held: dict[int, tuple[str, int]] = {}
        for row in rows:
            texts: list[str] = []
            for cell in row:
                _fill(texts, held)
                text, width, height = self._cell(cell), _span(cell, "colspan"), _span(cell, "rowspan")
                first = len(texts)
                held[first] = (text, height)
                for column in range(first + 1, min(first + width, _WIDEST)):
                    held[column] = ("", height)
                _fill(texts, held)
            _fill(texts, held)
            grid.append(texts)
            held = {column: (text, left) for column, (text, left) in held.items() if left > 0}
        return grid

    def _cell(self, cell: LexborNode) -> str:
        parts: list[str] = []
        for node, leaving in _steps(cell, lambda inner: inner.tag in _UNSEEN or self._is_hidden(inner)):
            if node.tag == "-text" and not leaving:
                parts.append(node.text_content or "")
            elif node.tag in _BLOCKS or node.tag == "br":
                parts.append(" ")
        return one_line("".join(parts))


def _fill(texts: list[str], held: dict[int, tuple[str, int]]) -> None:
    """Append the columns that a cell of this or an earlier row reaches into."""
    while (column := len(texts)) in held and held[column][1] > 0:
        text, left = held[column]
        texts.append(text)
        held[column] = (text, left - 1)


def _is_data(table: LexborNode) -> bool:
    inner = (found.mem_id for found in table.css("table"))  # the search begins with the table itself
    return all(one == table.mem_id for one in inner) and table.css_first(_STRUCTURE) is None


def _span(cell: LexborNode, name: str) -> int:
    stated = cell.attributes.get(name) or ""
    return max(1, min(int(stated), _WIDEST)) if stated.isdecimal() and len(stated) <= len("9999") else 1


def _reflowed(raw: str) -> str:
    return "\n".join(filter(None, (one_line(line) for line in raw.split("\n"))))


def _steps(root: LexborNode, passes_over: Callable[[LexborNode], bool]) -> Iterator[tuple[LexborNode, bool]]:
    """Each node below `root` on entering (False) and on leaving (True), in the order of the page."""
    node, end = root, root.mem_id
    while True:
        is_passed = passes_over(node)
        if not is_passed:
            yield node, False
            if (child := node.first_child) is not None:
                node = child
                continue
            yield node, True
        while node.mem_id != end and node.next is None:
            parent = node.parent
            if parent is None:
                return
            node = parent
            yield node, True
        following = node.next
        if node.mem_id == end or following is None:
            return
        node = following
