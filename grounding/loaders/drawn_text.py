"""Text in DrawingML markup: shapes of slides, their tables, diagrams and charts.

The markup is walked as it is. python-pptx leaves out what stands in alternate content, and stops at shapes
whose placeholder its layout does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grounding.loaders.finishing import one_line
from grounding.loaders.tables import rows_as_text

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_CHART, _DIAGRAM = _RELATIONS + "chart", _RELATIONS + "diagramData"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SHAPES = frozenset({_P + "sp", _P + "cxnSp", _P + "pic", _P + "graphicFrame"})
_TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
"""Placeholders that every slide repeats."""

_MOST_POINTS = 500
"""Of one chart series."""

_WIDEST = 200
"""Columns. Spans are numbers out of the file."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a slide says."""

    title: str = field(default="", repr=False)
    texts: tuple[str, ...] = field(default=(), repr=False)
    """Paragraphs and table rows; the title first."""

    hides: bool = False
    """Whether text was left out because nobody sees it."""


def texts_of(slide: Any) -> Drawn:
    """Title and texts of the element of a slide, in the order of its shapes, groups included."""
    titles: list[str] = []
    texts: list[str] = []
    hides = False
    waiting = [slide]
    while waiting:
        element = waiting.pop()
        if _is_hidden(element):
            hides = hides or any(text.text for text in element.iter(_A + "t"))
        elif element.tag in _SHAPES:
            role = _role(element)
            if role not in _FURNITURE:
                (titles if role in _TITLES else texts).extend(_shape_texts(element))
        elif element.tag != _FALLBACK:
            waiting += reversed(list(element))
    title = one_line(" ".join(titles))
    return Drawn(title, (title, *texts) if title else tuple(texts), hides)


def attached_texts(part: Any) -> Iterator[str]:
    """Texts of the diagrams and charts of a slide or Word document; they are parts of their own."""
    from lxml import etree  # type: ignore[import-untyped] # it has no types

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype in {_CHART, _DIAGRAM}:
            root = etree.fromstring(relation.target_part.blob, parser)
            yield from _chart_texts(root) if relation.reltype == _CHART else _diagram_texts(root)


def _diagram_texts(root: Any) -> Iterator[str]:
    """Texts of a diagram (SmartArt), one for each paragraph."""
    return (text for paragraph in root.iter(_A + "p") if (text := _paragraph(paragraph)))


def _chart_texts(root: Any) -> Iterator[str]:
    """Titles of a chart, and each series as "Sales: 2023 5; 2024 7"."""
    for title in root.iter(_C + "title"):
        text = one_line(" ".join(_paragraph(paragraph) for paragraph in title.iter(_A + "p")))
        if text:
            yield text
    for series in root.iter(_C + "ser"):
        name = one_line(" ".join(_values(series.find(_C + "tx")).values()))
        categories = _values(series.find(_C + "cat")) or _values(series.find(_C + "xVal"))
        values = _values(series.find(_C + "val")) or _values(series.find(_C + "yVal"))
        points = "; ".join(
            one_line(f"{categories.get(index, '')} {values.get(index, '')}")
            for index in sorted({*categories, *values})
        )
        if name or points:
            yield f"{name}: {points}" if name and points else name or points


def _values(element: Any) -> dict[int, str]:
    """Kept values of a reference by their index: the last level of several."""
    if element is None:
        return {}
    levels = list(element.iter(_C + "lvl"))
    points = (levels[0] if levels else element).iter(_C + "pt")
    found: dict[int, str] = {}
    for order, point in enumerate(points):
        if order >= _MOST_POINTS:
            break
        stated = str(point.get("idx") or "")
        index = int(stated) if stated.isdecimal() and len(stated) <= len("99999") else order
        found[index] = one_line(point.findtext(_C + "v") or "")
    stated = one_line(element.findtext(_C + "v") or "")
    return found or ({0: stated} if stated else {})


def _shape_texts(shape: Any) -> Iterator[str]:
    table = next(shape.iter(_A + "tbl"), None)
    if table is not None:
        yield from _table_texts(table)
        return
    for paragraph in shape.iter(_A + "p"):
        if text := _paragraph(paragraph):
            yield text


def _table_texts(table: Any) -> Iterator[str]:
    above: dict[int, str] = {}
    rows = [_row(row, above) for row in table.findall(_A + "tr")]
    properties = table.find(_A + "tblPr")
    headed = properties is not None and properties.get("firstRow") in {"1", "true"}
    return (text for _, text in rows_as_text(rows, headed=headed))


def _row(row: Any, above: dict[int, str]) -> Sequence[str]:
    """Texts by column; a cell merged downwards stands in each of its rows, so that each row is whole."""
    texts: list[str] = []
    for cell in row.findall(_A + "tc")[:_WIDEST]:
        own = one_line(" ".join(_paragraph(paragraph) for paragraph in cell.iter(_A + "p")))
        is_continued = cell.get("vMerge") in {"1", "true"}
        text = above.get(len(texts), "") if is_continued and not own else own
        above[len(texts)] = text
        texts.append(text)
    return texts


def _paragraph(paragraph: Any) -> str:
    parts = []
    for element in paragraph.iter(_A + "t", _A + "br", _A + "tab", _MATHS):
        breaks = {_A + "br": "\n", _A + "tab": "\t"}
        parts.append(breaks.get(element.tag) or element.text or "")
    # PowerPoint writes a line break within a paragraph as a vertical tab in some versions.
    return "".join(parts).replace("\v", "\n").strip()


def _properties(element: Any) -> Any:
    """Name, description and visibility of a shape or group, wherever its kind keeps them."""
    for child in element:
        if str(child.tag).startswith(_P + "nv"):
            return child
    return None


def _is_hidden(element: Any) -> bool:
    properties = _properties(element)
    named = None if properties is None else properties.find(_P + "cNvPr")
    return named is not None and named.get("hidden") in {"1", "true"}


def _role(shape: Any) -> str:
    placeholder = next(shape.iter(_P + "ph"), None)
    return "" if placeholder is None else str(placeholder.get("type") or "")
