"""Office files that tests make, with the libraries that people use to make them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def xlsx_of(write: Callable[[Any], None]) -> bytes:
    """A workbook as `write` fills a new openpyxl one, which has one sheet."""
    from openpyxl import Workbook  # type: ignore[import-untyped] # it has no types

    workbook = Workbook()
    write(workbook)
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def sheet_of(rows: Sequence[Any], *, name: str = "Prices") -> bytes:
    """A workbook with these rows in one sheet."""

    def write(workbook: Any) -> None:
        workbook.active.title = name
        for row in rows:
            workbook.active.append(list(row))

    return xlsx_of(write)


def pptx_of(write: Callable[[Any], None]) -> bytes:
    """A presentation as `write` fills a new python-pptx one."""
    import pptx

    presentation = pptx.Presentation()
    write(presentation)
    target = BytesIO()
    presentation.save(target)
    return target.getvalue()


def odt_of(write: Callable[[Any], None]) -> bytes:
    """An OpenDocument text as `write` fills the body of a new odfdo one."""
    from odfdo import Document

    document = Document("text")
    document.body.clear()
    write(document)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def odt_with(body: str, *, styles: str = "") -> bytes:
    """An OpenDocument text with this markup as its body."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in {
            "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        }.items()
    )  # fmt: skip
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return changed(odt_of(lambda document: None), {"content.xml": content.encode()})


def epub_of(
    chapters: Sequence[bytes | str], *, metadata: str = "", parts: Mapping[str, bytes] | None = None
) -> bytes:
    """A book with these pages as its chapters."""
    items = "".join(
        f'<item id="c{number}" href="text/c%20{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(1, len(chapters) + 1)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(1, len(chapters) + 1))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/content.opf", package)
        for number, chapter in enumerate(chapters, start=1):
            archive.writestr(f"OEBPS/text/c {number}.xhtml", chapter)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The archive with parts added, replaced, or, where they are None, left out."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name)


def damaged(data: bytes, name: str) -> bytes:
    """The archive with one part whose packed bytes are no longer what was packed."""
    with warnings.catch_warnings(), zipfile.ZipFile(BytesIO(data)) as archive:
        entry = archive.getinfo(name)
        start = entry.header_offset + 30 + len(entry.filename) + 20
    raw = bytearray(data)
    raw[start : start + 40] = bytes(byte ^ 0x55 for byte in raw[start : start + 40])
    return bytes(raw)


def compound(mark: str) -> bytes:
    """The container of protected and of old binary office files, as far as a reader looks into it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + mark.encode("utf-16-le") + bytes(512)
