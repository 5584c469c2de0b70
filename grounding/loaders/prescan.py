"""Looks into archives and HTML before a parser does, in one pass and with bounded memory."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Set as AbstractSet
from io import BytesIO
from typing import Literal

from grounding.errors import FileRefusedError
from grounding.loaders.limits import Limits

_PIECE = 1 << 16
_ENCODINGS = ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def _any_width(word: str) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(word.encode(encoding)) for encoding in _ENCODINGS))


_OFFICE_TRAP = _any_width("<!DOCTYPE")
_TRAP = _any_width("<!ENTITY")
"""EPUB and old OpenDocument files declare document types rightly, but never entities."""

_OVERLAP = 4 * len("<!DOCTYPE")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"BZh")
_EMBEDDINGS = ("word/embeddings/", "ppt/embeddings/", "xl/embeddings/", "Object ", "ObjectReplacements/")
"""Office programs keep the data of charts and embedded objects here. No loader opens them."""

_ENCRYPTED = 0x1
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LONGEST_TYPE = 200

_SAVE_AGAIN = "Open it in its program, save it again and add that."
_UNPROTECT = "Save it without the password and add it again."

Archive = Literal["docx", "pptx", "xlsx", "odt", "epub"]

_MAIN_PARTS: dict[bytes, Archive] = {
    b"wordprocessingml.document.main+xml": "docx",
    b"presentationml.presentation.main+xml": "pptx",
    b"ms-powerpoint.presentation.macroenabled.main+xml": "pptx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"spreadsheetml.template.main+xml": "xlsx",
    b"ms-excel.sheet.macroenabled.main+xml": "xlsx",
}
"""Content types of the main part (ECMA-376 part 1, 15.2). Macros are never opened."""

_OTHER_OFFICE = {
    b"wordprocessingml": ("a Word template or something like it", ".docx"),
    b"ms-word": ("a Word document with macros", ".docx"),
    b"presentationml": ("a PowerPoint show or template", ".pptx"),
    b"ms-excel": ("a binary Excel workbook", ".xlsx"),
    b"spreadsheetml": ("an Excel file of a rare kind", ".xlsx"),
}
_MEDIA_TYPES: dict[str, Archive] = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/epub+zip": "epub",
}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_LOCKED = {"META-INF/manifest.xml": b"encryption-data", "META-INF/encryption.xml": b"EncryptedKey"}
"""OpenDocument 1.3 part 2, 4.3 and EPUB OCF 4.2.6.3.2. Fonts of an EPUB are often obscured without a key."""

_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    struct.error,
)
"""What zipfile raises for archives that are damaged or made to deceive."""


def scan_archive(data: bytes, limits: Limits) -> Archive:
    """Which document the archive `data` is.

    Raises FileRefusedError unless it is a document of sane size, without traps and without a password.
    """
    # Counted before zipfile makes an object of each.
    if data.count(_DIRECTORY_ENTRY) > limits.zip_entries:
        raise FileRefusedError(f"The archive has more than {limits.zip_entries:,} parts.", _SAVE_AGAIN)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
            is_office = "[Content_Types].xml" in names
            _scan_entries(archive, len(data), _OFFICE_TRAP if is_office else _TRAP, limits)
            return _office_kind(archive) if is_office else _open_kind(archive, names)
    except _FAULTS as fault:
        reason = type(fault).__name__
        raise FileRefusedError(f"It is not a whole document ({reason}).", _SAVE_AGAIN) from None


def _office_kind(archive: zipfile.ZipFile) -> Archive:
    types = archive.read("[Content_Types].xml").replace(b"\0", b"").lower()
    for part, kind in _MAIN_PARTS.items():
        if part in types:
            return kind
    what, ending = next((found for part, found in _OTHER_OFFICE.items() if part in types), ("", ""))
    if what:
        raise FileRefusedError(f"It is {what}.", f"Open it in its program, save it as {ending} and add that.")
    raise FileRefusedError("It is an archive, but no Word, PowerPoint or Excel document.", _SAVE_AGAIN)


def _open_kind(archive: zipfile.ZipFile, names: AbstractSet[str]) -> Archive:
    stated = ""
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            stated = part.read(_LONGEST_TYPE).decode("ascii", "replace").strip()
    for name in _LOCKED.keys() & names:
        if _LOCKED[name] in archive.read(name):
            raise FileRefusedError("It is protected by a password.", _UNPROTECT)
    if stated in _MEDIA_TYPES:
        return _MEDIA_TYPES[stated]
    if stated.startswith(_OPEN_DOCUMENT):
        what = stated.removeprefix(_OPEN_DOCUMENT)[:40]
        raise FileRefusedError(
            f"It is an OpenDocument {what}.", "Save it as PDF, .pptx or .xlsx and add that."
        )
    raise FileRefusedError("It is a ZIP archive.", "Unpack it and add the files.")


def _scan_entries(archive: zipfile.ZipFile, packed: int, trap: re.Pattern[bytes], limits: Limits) -> None:
    total = 0
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise FileRefusedError("A part of it is encrypted.", "Remove the password and add it again.")
        total = _scan_entry(archive, entry, total, trap, limits)
        if total > limits.zip_ratio_from and total > packed * limits.zip_ratio:
            raise FileRefusedError("It unpacks to far more than a document holds (a zip bomb).", _SAVE_AGAIN)


def _scan_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, trap: re.Pattern[bytes], limits: Limits
) -> int:
    """Read one part as it really unpacks, whatever its header claims; returns the new total in bytes."""
    size, tail = 0, b""
    may_nest = entry.filename.startswith(_EMBEDDINGS)
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            if size == 0 and piece.startswith(_ARCHIVES) and not may_nest:
                raise FileRefusedError("It has another archive inside it.", _SAVE_AGAIN)
            size += len(piece)
            if size > limits.zip_entry_bytes or total + size > limits.zip_bytes:
                raise FileRefusedError("It unpacks to more than the limit (a zip bomb).", _SAVE_AGAIN)
            window = tail + piece
            if trap.search(window):
                raise FileRefusedError("A part of it declares a document type, as attacks do.", _SAVE_AGAIN)
            tail = window[-_OVERLAP:]
    return total + size


_TAG = re.compile(rb"<(?:(!--)|(/?)([a-z][^\s/>]{0,40}))", re.IGNORECASE)
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY_THE_NEXT = frozenset(
    b"html head body p li dt dd tr td th thead tbody tfoot option optgroup colgroup rt rp".split()
)
"""Parsers close these by themselves; old pages leave thousands of them open, side by side."""

_RAW = frozenset(b"script style textarea title xmp".split())


def scan_html(data: bytes, limits: Limits) -> None:
    """Raises FileRefusedError if elements are nested too deeply; parsers need quadratic time for that.

    A page made to deceive this count ends at the time limit of the reader's own process.
    """
    # Without its zero bytes, UTF-16 and UTF-32 have their tags in ASCII too.
    data = data.replace(b"\0", b"").lower()
    stack: list[bytes] = []
    held: Counter[bytes] = Counter()
    position = 0
    while tag := _TAG.search(data, position):
        position = tag.end()
        comment, closing, name = tag.groups()
        if comment or (name in _RAW and not closing):
            end = data.find(b"-->" if comment else b"</" + name, position)
            if end < 0:
                return
            position = end + 1
        elif closing:
            _close(name, stack, held)
        elif name not in _VOID and name not in _CLOSED_BY_THE_NEXT:
            stack.append(name)
            held[name] += 1
        if len(stack) > limits.html_depth:
            raise FileRefusedError(
                f"Its elements are nested more than {limits.html_depth:,} deep.",
                "Save the page as PDF or text and add that.",
            )


def _close(name: bytes, stack: list[bytes], held: Counter[bytes]) -> None:
    while held[name]:
        top = stack.pop()
        held[top] -= 1
        if not held[top]:
            del held[top]  # a page of millions of different names must not fill the memory
        if top == name:
            return
