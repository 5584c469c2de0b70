"""Files that tests make: no document is kept beside the tests."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any


def pdf_with(*streams: bytes, filters: str = "", trailer: str = "") -> bytes:
    """A small PDF with one content stream a page, in Helvetica."""
    count = len(streams)
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * index)
        )
        objects.append(b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(stream), filters.encode(), stream))
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (len(objects) + 1, trailer.encode())
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)


def pdf_pages(*pages: Sequence[str]) -> bytes:
    """A PDF whose pages show these lines."""
    return pdf_with(*(_shown(lines) for lines in pages))


def _shown(lines: Sequence[str]) -> bytes:
    quoted = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    body = "\n".join(f"({line}) Tj T*" for line in quoted)
    return f"BT /F1 11 Tf 14 TL 60 740 Td\n{body}\nET".encode("latin-1")


def pdf_protected(user_password: str) -> bytes:
    """An encrypted PDF; with an empty password it is protected against copying only."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf_pages(["Secret plans of the company."]))))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm="AES-256")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_flate_bomb() -> bytes:
    """A page of a few kilobytes that unpacks, through two layers, to a gigabyte."""
    inner = zlib.compressobj(9)
    million = b" " * (1 << 20)
    packed = b"".join(inner.compress(million) for _ in range(1024)) + inner.flush()
    return pdf_with(zlib.compress(packed, 9), filters="/Filter [/FlateDecode /FlateDecode] ")


def docx_of(write: Callable[[Any], None]) -> bytes:
    """A Word file as `write` fills a new python-docx document."""
    import docx

    document = docx.Document()
    write(document)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def docx_changed(data: bytes, **parts: bytes) -> bytes:
    """The archive with parts added or replaced; "word__x.xml" names "word/x.xml"."""
    names = {name.replace("__", "/"): content for name, content in parts.items()}
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in names:
                new.writestr(entry.filename, old.read(entry))
        for name, content in names.items():
            new.writestr(name, content)
    return target.getvalue()
