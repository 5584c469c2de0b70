"""XML: text in the order of the file, with the names of elements where they say something.

An element of plain values is one block of "name: value" lines, as in a record; an element with text and
marks in it is a paragraph. No entity, document type or address outside the file is looked at.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileRefusedError, FileUnreadableError
from grounding.loaders.decoding import decode
from grounding.loaders.finishing import iso_date, one_line
from grounding.loaders.limits import LIMITS

_Element = Any
"""An element of lxml, which has no types."""

_DECLARATION = re.compile(r"""\s*<\?xml\b[^>]{0,300}\?>""")
_DECLARED = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_ENTITY = re.compile(r"<!ENTITY\b")
_TAG = re.compile(
    r"""<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|(/?)[^!<>?/\s](?:[^<>"']|"[^"]*"|'[^']*')*+>)""", re.DOTALL
)
_NAMELESS = frozenset(
    re.findall(
        r"\w+",
        """
        p para paragraph text body div span section content item li entry row record line block doc document
        root xml data list td th tr value
        """,
    )
)
"""Names that say nothing about what is in them."""

_TITLES = frozenset({"title", "heading", "head", "caption"})
_LABELS = ("name", "title", "label", "id")
_DATES = ("updated", "modified", "dcterms.modified", "date", "published", "created")
_ADDRESS = re.compile(r"\w+://|urn:")
"""Names of schemas and links; they say nothing to a reader."""

_LONGEST_RECORD = 2_000
_LONGEST_VALUE = 300


def load(data: bytes, *, name: str) -> LoadedDocument:
    """Text with lines. Raises FileRefusedError if it declares entities or is nested too deeply."""
    declared = _DECLARED.search(data)
    decoded = decode(data, declared=declared[1].decode("ascii", "replace") if declared else None)
    text = decoded.text.lstrip("\ufeff")
    if _ENTITY.search(text):
        raise FileRefusedError("It declares entities, as attacks do.", "Save it without them and add that.")
    _check_depth(text)
    warnings = [decoded.warning] if decoded.warning else []
    # Blank lines in its place keep the numbers of the lines below; the text is UTF-8 now, whatever it says.
    source = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    root = _parsed(source.encode("utf-8", "replace"), warnings)
    reader = _Reader()
    reader.read(root)
    return LoadedDocument(
        title=reader.title or PurePosixPath(name).stem,
        kind="xml",
        blocks=tuple(reader.blocks),
        dated=reader.dated,
        warnings=tuple(warnings),
    )


def _check_depth(text: str) -> None:
    depth = 0
    for tag in _TAG.finditer(text):
        if tag[1] is None:
            continue
        depth += -1 if tag[1] else not tag[0].endswith("/>")
        if depth > LIMITS.tree_depth:
            raise FileRefusedError(f"Its elements are nested more than {LIMITS.tree_depth} deep.")


def _parsed(source: bytes, warnings: list[str]) -> _Element:
    from lxml import etree  # type: ignore[import-untyped] # it has no types

    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False}
    try:
        return etree.fromstring(source, etree.XMLParser(**safe, huge_tree=False))
    except etree.XMLSyntaxError as fault:
        line = fault.lineno
    root = etree.fromstring(source, etree.XMLParser(**safe, huge_tree=False, recover=True))
    if root is None:
        raise FileUnreadableError(f"It is no XML: it has a fault in line {line}.")
    warnings.append(f"Its XML has a fault in line {line}; what is behind it may be missing.")
    return root


class _Reader:
    """Turns elements into blocks. The depth is known to be small."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.dated: str | None = None

    def read(self, element: _Element, path: tuple[str, ...] = ()) -> None:
        """Add what is in `element`; `path` are the headings above it."""
        children = [child for child in element if isinstance(child.tag, str)]
        self._note(element)
        if not children or _is_mixed(element):
            self._add([_line(element)], element, path)
            return
        label = _label(element)
        inner = (*path, label) if label else path
        if all(_is_plain(child) for child in children) and _size(element) <= _LONGEST_RECORD:
            for child in children:
                self._note(child)
            self._add([_attributes(element, besides=_LABELS), *map(_line, children)], element, inner)
            return
        self._add([_attributes(element, besides=_LABELS)], element, inner)
        headed = inner
        for child in children:
            if _name(child) in _TITLES and not len(child) and (heading := _text(child)):
                headed = (*inner, heading)
            self.read(child, headed)

    def _note(self, element: _Element) -> None:
        name = _name(element)
        if name in _TITLES and not self.title:
            self.title = _text(element)
        if name in _DATES and not self.dated:
            self.dated = iso_date(_text(element))

    def _add(self, lines: list[str], element: _Element, path: tuple[str, ...]) -> None:
        text = "\n".join(filter(None, lines))
        first = element.sourceline
        if text:
            last = max((one.sourceline or 0 for one in element.iter()), default=0)
            self.blocks.append(
                Block(text=text, heading=path, line_start=first, line_end=max(first or 0, last) or None)
            )


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _text(element: _Element) -> str:
    # Comments and processing instructions are elements here too, and what they hold is no text of the file.
    return one_line("".join(str(part) for part in element.itertext("{*}*")))


def _words(name: str) -> str:
    """A name of an element as words: "unit_price" and "unitPrice" are "unit price"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition("}")[2]).replace("_", " ").replace("-", " ")


def _attributes(element: _Element, besides: tuple[str, ...] = ()) -> str:
    kept = ((str(name), str(value)) for name, value in element.attrib.items() if name not in besides)
    pairs = ((_words(name), one_line(value)) for name, value in kept)
    return "; ".join(
        f"{name}: {value}"
        for name, value in pairs
        if value and len(value) <= _LONGEST_VALUE and not _ADDRESS.match(value)
    )


def _line(element: _Element) -> str:
    """Name and text, as in "rate: 3", with the attributes behind it."""
    text, attributes = _text(element), _attributes(element)
    name = "" if _name(element) in _NAMELESS or _name(element) in _TITLES else _words(str(element.tag))
    body = f"{text} ({attributes})" if text and attributes else text or attributes
    return f"{name}: {body}" if name and body else body


def _label(element: _Element) -> str:
    """What stands for the element in a path of headings."""
    name = "" if _name(element) in _NAMELESS or element.getparent() is None else _words(str(element.tag))
    stated = next((str(element.get(key)) for key in _LABELS if element.get(key)), "")
    return one_line(f"{name} {stated}")


def _is_mixed(element: _Element) -> bool:
    """Whether text stands between the elements in it, as in a paragraph with marks."""
    texts = (element.text, *(child.tail for child in element))
    return any(text and text.strip() for text in texts)


def _is_plain(element: _Element) -> bool:
    return not any(isinstance(child.tag, str) for child in element)


def _size(element: _Element) -> int:
    return sum(map(len, map(str, element.itertext())))
