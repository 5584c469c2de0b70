"""OpenDocument texts: paragraphs, lists, tables and notes in the order of the text, under their headings.

A text has no lines of its own, so `line_start` and `line_end` count paragraphs and table rows. odfdo opens
the archive; its markup is read with a parser that follows no entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileRefusedError
from grounding.loaders.finishing import nested, one_line
from grounding.loaders.odf_styles import Styles
from grounding.loaders.office import first_date
from grounding.loaders.tables import rows_as_text

if TYPE_CHECKING:
    from odfdo import Document

_SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TEXT, _TABLE, _DRAW, _STYLE = (
    _SPACE % name for name in ("office", "text", "table", "drawing", "style")
)
_META, _MANIFEST = _SPACE % "meta", _SPACE % "manifest"
_DC = "{http://purl.org/dc/elements/1.1/}"

_UNREAD = frozenset(
    {
        _TEXT + "tracked-changes",  # what reviewers deleted
        _TEXT + "sequence-decls",
        _TEXT + "variable-decls",
        _TEXT + "user-field-decls",
        _TEXT + "note-citation",
        _TEXT + "page-number",
        _TEXT + "page-count",
        _OFFICE + "forms",
        _OFFICE + "annotation",
        _OFFICE + "annotation-end",
        _OFFICE + "event-listeners",
    }
)
_PARAGRAPHS = frozenset({_TEXT + "p", _TEXT + "h"})
_WIDEST, _TALLEST = 200, 10_000
"""Columns and rows. Repetitions and spans are numbers out of the file."""

_MOST_BLANKS = 20
_LEVELS = 9


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with positions. Raises FileRefusedError if protected, and what odfdo and lxml raise."""
    from odfdo import Document

    document = Document(BytesIO(data))
    _refuse_protected(document)
    content, styles, meta = (_part(document, f"{part}.xml") for part in ("content", "styles", "meta"))
    reader = _Reader(Styles.of(content, styles))
    body = None if content is None else content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is not None:
        reader.read(body)
    if styles is not None:
        reader.read_margins(styles)
    return LoadedDocument(
        title=reader.title or _stated(meta, _DC + "title"),
        kind="odt",
        blocks=tuple(reader.blocks),
        dated=first_date((_stated(meta, _DC + "date"), _stated(meta, _META + "creation-date"))),
        warnings=reader.warnings(),
    )


def _part(document: Document, name: str) -> Any:
    """Root of a part, or None if the archive has none. Raises what lxml raises for broken markup."""
    from lxml import etree  # type: ignore[import-untyped] # it has no types

    if document.container is None or name not in document.parts:
        return None
    raw = document.container.get_part(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(raw.encode() if isinstance(raw, str) else raw or b"", parser)


def _refuse_protected(document: Document) -> None:
    manifest = _part(document, "META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter(_MANIFEST + "encryption-data"), None) is not None:
        raise FileRefusedError(
            "It is protected by a password.", "Save it without the password and add it again."
        )


def _stated(meta: Any, tag: str) -> str:
    found = None if meta is None else next(meta.iter(tag), None)
    return "" if found is None else str(found.text or "")


@dataclass(slots=True)
class _Paragraph:
    """Text of one paragraph, and what hangs on it: notes and text boxes."""

    parts: list[str] = field(default_factory=list, repr=False)
    attached: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        # White space of the markup is no text; blanks, tabs and breaks that count have elements.
        return "\n".join(map(str.strip, re.sub(r"[ \n\r]+", " ", "".join(self.parts)).split("\v"))).strip()


class _Reader:
    """Turns the body into blocks. Markup is at most 256 elements deep: lxml refuses more."""

    def __init__(self, styles: Styles) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self._styles = styles
        self._path: tuple[str, ...] = ()
        self._levels: list[int] = []
        self._line = 0
        self._place = ""
        self._hides = False
        self._comments = 0

    def read(self, parent: Any, marker: str = "") -> None:
        for element in parent:
            if element.tag in _PARAGRAPHS:
                self._paragraph(element, marker)
                marker = ""
            elif element.tag == _TABLE + "table":
                self._table(element)
            elif element.tag in {_TEXT + "list-item", _TEXT + "list-header"}:
                self.read(element, "- " if element.tag == _TEXT + "list-item" else "")
            elif element.tag not in _UNREAD and not self._is_hidden(element):
                self.read(element)

    def read_margins(self, styles: Any) -> None:
        """Page headers and footers, once each, after the text."""
        self._path, self._levels = (), []
        for element in styles.iter(_STYLE + "header", _STYLE + "footer"):
            self._place = "page header" if element.tag == _STYLE + "header" else "page footer"
            before = len(self.blocks)
            self.read(element)
            known = {block.text for block in self.blocks[:before]}
            self.blocks[before:] = [block for block in self.blocks[before:] if block.text not in known]

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        told = ["Hidden text was left out."] if self._hides else []
        return (*told, f"Comments were left out ({self._comments}).") if self._comments else tuple(told)

    def _paragraph(self, element: Any, marker: str) -> None:
        self._line += 1
        paragraph = _Paragraph()
        self._gather(element, paragraph)
        text = paragraph.text
        if element.tag == _TEXT + "h" and text:
            level = max(1, min(_number(element, _TEXT + "outline-level", 1), _LEVELS))
            self._path = nested(self._path, self._levels, level, text)
            marker = ""
        if not self.title and self._styles.is_title(_get(element, _TEXT + "style-name")):
            self.title = one_line(text)
        self._add(marker + text if text else "")
        for attached in paragraph.attached:
            self.read(attached)

    def _gather(self, element: Any, paragraph: _Paragraph) -> None:
        if element.tag == _OFFICE + "annotation":
            self._comments += 1
        if element.tag in _UNREAD or self._is_hidden(element):
            return
        if element.tag in {_TEXT + "note", _DRAW + "text-box"}:
            body = element.find(_TEXT + "note-body") if element.tag == _TEXT + "note" else element
            paragraph.attached += [] if body is None else [body]
            return
        paragraph.parts.append(_signs(element) or element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self._gather(child, paragraph)
            paragraph.parts.append(child.tail or "")

    def _is_hidden(self, element: Any) -> bool:
        is_hidden = (
            _get(element, _TEXT + "display") == "none"
            or _get(element, _TEXT + "style-name") in self._styles.hidden
        )
        self._hides = self._hides or (is_hidden and any(text.strip() for text in element.itertext()))
        return is_hidden

    def _add(self, text: str) -> None:
        if text:
            self.blocks.append(
                Block(
                    text=text,
                    heading=self._path,
                    line_start=self._line,
                    line_end=self._line,
                    place=self._place,
                )
            )

    def _table(self, table: Any) -> None:
        header = table.find(_TABLE + "table-header-rows")
        rows = list(_rows(table))
        below: dict[int, tuple[str, int]] = {}
        attached: list[Any] = []
        texts = [self._row(row, below, attached) for row in rows[:_TALLEST]]
        first = self._line + 1
        for index, text in rows_as_text(texts, headed=header is not None):
            self._line = first + index
            self._add(text)
        self._line = max(self._line, first + len(rows) - 1)
        for element in attached:
            self.read(element)

    def _row(self, row: Any, below: dict[int, tuple[str, int]], attached: list[Any]) -> list[str]:
        """Texts by column; a cell over several rows stands in each of them, so that each row is whole."""
        texts: list[str] = []
        for cell in row.iterchildren(_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            text, left = below.get(len(texts), ("", 0))
            if cell.tag == _TABLE + "table-cell":
                text, left = self._cell(cell, attached), _number(cell, _TABLE + "number-rows-spanned", 1)
            below[len(texts)] = (text, left - 1)
            repeated = max(1, min(_number(cell, _TABLE + "number-columns-repeated", 1), _WIDEST - len(texts)))
            texts += [text if left > 0 else ""] * repeated
        while texts and not texts[-1]:
            texts.pop()
        return texts

    def _cell(self, cell: Any, attached: list[Any]) -> str:
        parts: list[str] = []
        for element in cell.iter(*_PARAGRAPHS):
            if _is_inside(element, cell):
                continue
            paragraph = _Paragraph()
            self._gather(element, paragraph)
            parts.append(paragraph.text)
            attached += paragraph.attached
        return one_line(" ".join(parts))


def _is_inside(paragraph: Any, cell: Any) -> bool:
    """Whether the paragraph belongs to another one, as in a note, or to something that is not read."""
    for above in paragraph.iterancestors():
        if above is cell:
            return False
        if above.tag in _PARAGRAPHS or above.tag in _UNREAD:
            return True
    return False


def _rows(table: Any) -> Iterator[Any]:
    """Rows of a table itself, header rows and groups of rows included, not those of tables in its cells."""
    for element in table:
        if element.tag == _TABLE + "table-row":
            yield element
        elif element.tag in {_TABLE + "table-header-rows", _TABLE + "table-rows", _TABLE + "table-row-group"}:
            yield from _rows(element)


def _signs(element: Any) -> str:
    """Blanks, tabs and breaks, which are elements; the no-break space keeps a run of blanks."""
    if element.tag == _TEXT + "s":
        return " " * max(1, min(_number(element, _TEXT + "c", 1), _MOST_BLANKS))
    return {_TEXT + "tab": "\t", _TEXT + "line-break": "\v"}.get(element.tag, "")


def _get(element: Any, name: str) -> str:
    return str(element.get(name) or "")


def _number(element: Any, name: str, otherwise: int) -> int:
    stated = _get(element, name)
    return int(stated) if stated.isdecimal() and len(stated) <= len("99999") else otherwise
