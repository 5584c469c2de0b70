"""Word documents: paragraphs, lists and tables in the order of the text, under their headings.

A Word file has no lines, so `line_start` and `line_end` count paragraphs and table rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from grounding.documents import Block, LoadedDocument
from grounding.loaders.drawn_text import attached_texts
from grounding.loaders.finishing import nested, one_line
from grounding.loaders.office import refuse_compound, stated_by
from grounding.loaders.tables import rows_as_text

if TYPE_CHECKING:
    from docx.document import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_NOTES = (_RELATIONS + "footnotes", _RELATIONS + "endnotes")
_MARGINS = {_RELATIONS + "header": "page header", _RELATIONS + "footer": "page footer"}
_HEADING = re.compile(r"(?i)^heading\s?([1-9])$")
_CHARACTERS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_GONE = frozenset({_W + "del", _W + "moveFrom", _W + "pPr", _W + "rPr", _FALLBACK})
"""Text that a reviewer deleted or moved away, formatting, and the second copy of what older programs show."""

_WIDEST = 200
"""Columns. Spans are numbers out of the file."""

_DEEPEST_STYLE = 12


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with positions. Raises FileRefusedError if protected, and whatever python-docx raises."""
    import docx

    refuse_compound(data, ending="docx")
    document = docx.Document(BytesIO(data))
    reader = _Reader(_Styles(document))
    reader.read(document.element.body)
    parts = [relation for relation in document.part.rels.values() if not relation.is_external]
    for relation in parts:
        if relation.reltype in _NOTES:
            reader.read_notes(_root(relation))
    reader.read_attached(attached_texts(document.part))
    for relation in parts:
        if relation.reltype in _MARGINS:
            reader.read_margin(_root(relation), _MARGINS[relation.reltype])
    stated = stated_by(data)
    comments = sum(len(_root(relation)) for relation in parts if relation.reltype == _RELATIONS + "comments")
    return LoadedDocument(
        title=reader.title or stated.title,
        kind="docx",
        blocks=tuple(reader.blocks),
        dated=stated.dated,
        warnings=(*reader.warnings(), *([f"Comments were left out ({comments})."] if comments else [])),
    )


def _root(relation: Any) -> Any:
    from docx.oxml.parser import parse_xml

    return parse_xml(relation.target_part.blob)


@dataclass(slots=True)
class _Styles:
    """What a paragraph style means, looked up once each: python-docx searches all styles every time."""

    document: Document
    _known: dict[str, tuple[int, bool, str]] = field(default_factory=dict)

    def meaning(self, paragraph: Any) -> tuple[int, bool, str]:
        """Heading level or 0, whether it is a list item, and the name of the style."""
        properties = paragraph.find(_W + "pPr")
        style_id = _value(properties, "pStyle")
        if style_id not in self._known:
            self._known[style_id] = self._looked_up(style_id)
        level, listed, name = self._known[style_id]
        outline = _value(properties, "outlineLvl")
        if outline.isdecimal() and int(outline) < len("123456789"):
            level = int(outline) + 1
        is_numbered = properties is not None and properties.find(_W + "numPr") is not None
        return level, listed or is_numbered, name

    def _looked_up(self, style_id: str) -> tuple[int, bool, str]:
        styles = self.document.styles.element
        first = ""
        for _ in range(_DEEPEST_STYLE):
            style = styles.get_by_id(style_id) if style_id else None
            if style is None:
                break
            name = _value(style, "name")
            first = first or name
            if heading := _HEADING.match(name):
                return int(heading[1]), False, first
            if name.lower().startswith("list"):
                return 0, True, first
            style_id = _value(style, "basedOn")
        return 0, False, first


class _Reader:
    """Turns the body into blocks."""

    def __init__(self, styles: _Styles) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self._hides = False
        self._deletes = False
        self._place = ""
        self._styles = styles
        self._path: tuple[str, ...] = ()
        self._levels: list[int] = []
        self._line = 0

    def read(self, parent: Any) -> None:
        for element in parent:
            if element.tag == _W + "p":
                self._paragraph(element)
            elif element.tag == _W + "tbl":
                self._table(element)
            elif element.tag in {_W + "sdt", _W + "sdtContent", _W + "customXml", _W + "ins", _W + "moveTo"}:
                self.read(element)

    def read_notes(self, notes: Any) -> None:
        """Footnotes and endnotes, after the text; separators are notes of a type of their own."""
        self._path, self._levels = (), []
        for note in notes:
            if note.get(_W + "type") in {None, "normal"}:
                self.read(note)

    def read_attached(self, texts: Iterable[str]) -> None:
        """Diagrams and charts, after the text: where they stand in it is not looked up."""
        self._path, self._levels = (), []
        for text in texts:
            self._line += 1
            self._add(text)

    def read_margin(self, margin: Any, place: str) -> None:
        """A page header or footer, once however many sections repeat it; page numbers are no text."""
        self._path, self._levels, self._place = (), [], place
        known = {block.text for block in self.blocks if block.place == place}
        before = len(self.blocks)
        self.read(margin)
        self.blocks[before:] = [
            block
            for block in self.blocks[before:]
            if block.text not in known and any(map(str.isalpha, block.text))
        ]

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        told = ["Hidden text was left out."] if self._hides else []
        return (*told, "Text that reviewers deleted was left out.") if self._deletes else tuple(told)

    def _paragraph(self, paragraph: Any) -> None:
        self._line += 1
        level, is_item, style = self._styles.meaning(paragraph)
        boxes: list[Any] = []
        text = self._text(paragraph, boxes)
        if level and text.strip():
            self._path = nested(self._path, self._levels, level, text)
        if style.lower() == "title" and not self.title:
            self.title = one_line(text)
        self._add(f"- {text}" if is_item and not level and text.strip() else text)
        for box in boxes:
            self.read(box)

    def _text(self, element: Any, boxes: list[Any]) -> str:
        """Text of a paragraph, with insertions and without deletions; text boxes are put aside."""
        parts: list[str] = []
        waiting = [element]
        while waiting:
            node = waiting.pop()
            if node.tag == _W + "t":
                parts.append(node.text or "")
            elif node.tag in _CHARACTERS:
                parts.append(_CHARACTERS[node.tag])
            elif node.tag == _W + "txbxContent":
                boxes.append(node)
            elif node.tag == _W + "r" and _is_hidden(node):
                self._hides = self._hides or node.find(_W + "t") is not None
            elif node.tag in _GONE:
                self._deletes = self._deletes or node.tag == _W + "del"
            else:
                waiting += reversed(list(node))
        return "".join(parts)

    def _add(self, text: str) -> None:
        if text.strip():
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
        rows = [row for row in table.iter(_W + "tr") if row.getparent() is table or _table_of(row) is table]
        above: dict[int, str] = {}
        texts = [self._row(row, above) for row in rows]
        headed = bool(rows) and rows[0].find(f"{_W}trPr/{_W}tblHeader") is not None
        first = self._line + 1
        for index, text in rows_as_text(texts, headed=headed or _is_bold(rows)):
            self._line = first + index
            self._add(text)
        self._line = max(self._line, first + len(rows) - 1)

    def _row(self, row: Any, above: dict[int, str]) -> list[str]:
        """Texts by column; a cell merged downwards stands in each of its rows, so that each row is whole."""
        texts: list[str] = [""] * _number(row.find(f"{_W}trPr/{_W}gridBefore"), least=0)
        for cell in row.iter(_W + "tc"):
            if _row_of(cell) is not row:
                continue
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            continues = merge is not None and merge.get(_W + "val") in {None, "continue"}
            text = above.get(len(texts), "") if continues else self._cell(cell)
            above[len(texts)] = text
            width = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), least=1)
            texts += [text, *[""] * min(width - 1, max(0, _WIDEST - len(texts)))]
        return texts

    def _cell(self, cell: Any) -> str:
        # Paragraphs in boxes are found like all others; what `_text` puts aside is not needed.
        boxes: list[Any] = []
        texts = [self._text(paragraph, boxes) for paragraph in cell.iter(_W + "p")]
        return one_line(" ".join(texts))


def _value(element: Any, name: str) -> str:
    child = None if element is None else element.find(_W + name)
    return "" if child is None else str(child.get(_W + "val") or "")


def _number(element: Any, *, least: int) -> int:
    stated = "" if element is None else str(element.get(_W + "val") or "")
    return (
        max(least, min(int(stated), _WIDEST)) if stated.isdecimal() and len(stated) <= len("9999") else least
    )


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(_W + "val") not in {"0", "false", "off"}


def _is_bold(rows: list[Any]) -> bool:
    """Whether all of the first row is set in bold and not all of the second."""
    bold = [
        all(
            run.find(f"{_W}rPr/{_W}b") is not None
            for run in row.iter(_W + "r")
            if run.find(_W + "t") is not None
        )
        for row in rows[:2]
    ]
    return bold == [True, False]


def _table_of(row: Any) -> Any:
    return next(row.iterancestors(_W + "tbl"), None)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(_W + "tr"), None)
