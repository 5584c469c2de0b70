"""EPUB books: chapters in reading order, each read as the web page it is.

A chapter counts as it stands in the order of reading; `line_start` and `line_end` count its paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from posixpath import dirname, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZipFile

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError, IntakeError
from grounding.loaders import html
from grounding.loaders.limits import LIMITS
from grounding.loaders.office import first_date
from grounding.loaders.prescan import scan_html

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Fonts are made unreadable to other programs; their text is not."""

_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_MOST_CHAPTERS = 10_000
_MOST_LISTED = 8
_SELF_CLOSED = re.compile(
    rb"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)"
    rb"([A-Za-z][\w:-]{0,40})((?:\s[^<>]{0,2000})?)/>"
)
"""XML closes an empty element like this; to HTML it is open, and an empty title would swallow the page."""


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with chapters. Raises FileRefusedError if protected, FileUnreadableError if it has no contents."""
    with ZipFile(BytesIO(data)) as archive:
        book = _Book(archive)
        book.refuse_protected()
        package = book.package()
        for number, part in enumerate(package.spine, start=1):
            book.read(number, part)
    if not book.blocks:
        raise FileEmptyError(
            f"No text in its chapters ({len(package.spine)}); they may be pictures of pages.",
            "Add an edition with text in it.",
        )
    return LoadedDocument(
        title=package.title,
        kind="epub",
        blocks=tuple(book.blocks),
        dated=first_date(package.dates),
        warnings=book.warnings(),
    )


@dataclass(frozen=True, slots=True)
class _Package:
    """What the contents of a book state."""

    spine: tuple[str, ...]
    """Parts in reading order."""

    title: str = field(default="", repr=False)
    dates: tuple[str, ...] = ()
    """The best first."""


class _Book:
    """Reads parts of an archive that the gate has measured; no part is unpacked to more than its limit."""

    def __init__(self, archive: ZipFile) -> None:
        self.blocks: list[Block] = []
        self._archive = archive
        self._names = {normpath(name).lower(): name for name in archive.namelist()}
        self._missing: list[int] = []
        self._told: list[str] = []
        self._characters = 0

    def refuse_protected(self) -> None:
        """Raises FileRefusedError if anything but fonts is encrypted."""
        if _ENCRYPTION.lower() not in self._names:
            return
        methods = [
            element.get("Algorithm") or ""
            for element in _elements(self._xml(_ENCRYPTION), "EncryptionMethod")
        ]
        if not all(method in _FONTS for method in methods):
            raise FileRefusedError(
                "It is protected by its seller (DRM).", "Add an edition without protection."
            )

    def package(self) -> _Package:
        """Contents of the book. Raises FileUnreadableError if they are missing."""
        place = next(
            (
                path
                for file in _elements(self._xml(_CONTAINER), "rootfile")
                if (path := file.get("full-path"))
            ),
            "",
        )
        root = self._xml(place)
        items = {
            item.get("id"): item
            for item in _elements(root, "item")
            if item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split()
        }
        parts = (items.get(entry.get("idref")) for entry in _elements(root, "itemref"))
        spine = [
            normpath(f"{dirname(place)}/{unquote(part.get('href') or '')}").lstrip("/")
            for part in parts
            if part is not None
        ]
        if len(spine) > _MOST_CHAPTERS:
            raise FileUnreadableError(
                f"It has more than {_MOST_CHAPTERS:,} chapters.", "Split it and add the parts."
            )
        return _Package(tuple(spine), _title(root), tuple(_dates(root)))

    def read(self, number: int, part: str) -> None:
        """Add the blocks of one chapter; one that is missing or broken is named in the warnings."""
        try:
            page = self._part(part, LIMITS.html_bytes)
            scan_html(page, LIMITS)
            chapter = html.load(_SELF_CLOSED.sub(rb"<\1\2></\1>", page), name=part)
        except IntakeError:
            self._missing.append(number)
            return
        self._characters += chapter.characters
        if self._characters > LIMITS.text_characters:
            raise FileUnreadableError(
                f"It holds more than {LIMITS.text_characters:,} characters of text.",
                "Split it and add the parts.",
            )
        self._told += (told for told in chapter.warnings if told not in self._told)
        self.blocks += (replace(block, place=f"chapter {number}") for block in chapter.blocks)

    def warnings(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        if not self._missing:
            return tuple(self._told)
        more = len(self._missing) - _MOST_LISTED
        listed = ", ".join(map(str, self._missing[:_MOST_LISTED])) + (
            f" and {more:,} more" if more > 0 else ""
        )
        return (f"Missing or not readable: chapters {listed}.", *self._told)

    def _xml(self, name: str) -> Element:
        from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # it has no types

        root: Element = fromstring(self._part(name, LIMITS.html_bytes))
        return root

    def _part(self, name: str, ceiling: int) -> bytes:
        kept = self._names.get(normpath(name).lower())
        if kept is None:
            raise FileUnreadableError("A part of the book is missing.")
        with self._archive.open(kept) as part:
            content = part.read(ceiling + 1)
        if len(content) > ceiling:
            raise FileUnreadableError(f"A part of the book is larger than {ceiling:,} bytes.")
        return content


def _elements(root: Element, name: str) -> Iterator[Element]:
    """Elements of that name in any name space: books differ in which they state."""
    return (element for element in root.iter() if str(element.tag).rpartition("}")[2] == name)


def _title(root: Element) -> str:
    return next((text for title in _elements(root, "title") if (text := (title.text or "").strip())), "")


def _dates(root: Element) -> Iterator[str]:
    for meta in _elements(root, "meta"):
        if meta.get("property") == "dcterms:modified":
            yield meta.text or ""
    yield from (date.text or "" for date in _elements(root, "date"))
