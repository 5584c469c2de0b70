"""Looks into archives and HTML before a parser does, in one pass and with bounded memory."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections import Counter
from io import BytesIO

from grounding.errors import FileRefusedError
from grounding.loaders.limits import Limits

_PIECE = 1 << 16
_ENCODINGS = ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in _ENCODINGS)
_OVERLAP = max(map(len, _DOCTYPES))
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"BZh")
_EMBEDDINGS = "word/embeddings/"
"""Word keeps the data of charts here, as whole workbooks. No loader opens them."""

_ENCRYPTED = 0x1
_DIRECTORY_ENTRY = b"PK\x01\x02"

_SAVE_AGAIN = "Open it in a word processor, save it again as DOCX and add that."


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


def scan_docx(data: bytes, limits: Limits) -> None:
    """Raises FileRefusedError unless `data` is a Word archive of sane size without traps."""
    # Counted before zipfile makes an object of each.
    if data.count(_DIRECTORY_ENTRY) > limits.zip_entries:
        raise FileRefusedError(f"The archive has more than {limits.zip_entries:,} parts.", _SAVE_AGAIN)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _scan_entries(archive, len(data), limits)
            types = archive.read("[Content_Types].xml")
    except _FAULTS as fault:
        reason = type(fault).__name__
        raise FileRefusedError(f"It is not a whole DOCX file ({reason}).", _SAVE_AGAIN) from None
    if b"wordprocessingml" not in types:
        raise FileRefusedError("It is named .docx, but is no Word document.", "Give it its right ending.")


def _scan_entries(archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    total = 0
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise FileRefusedError("A part of it is encrypted.", "Remove the password and add it again.")
        total = _scan_entry(archive, entry, total, limits)
        if total > limits.zip_ratio_from and total > packed * limits.zip_ratio:
            raise FileRefusedError("It unpacks to far more than a document holds (a zip bomb).", _SAVE_AGAIN)


def _scan_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, limits: Limits) -> int:
    """Read one part as it really unpacks, whatever its header claims; returns the new total in bytes."""
    size, tail = 0, b""
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            is_archive = size == 0 and piece.startswith(_ARCHIVES)
            if is_archive and not entry.filename.startswith(_EMBEDDINGS):
                raise FileRefusedError("It has another archive inside it.", _SAVE_AGAIN)
            size += len(piece)
            if size > limits.zip_entry_bytes or total + size > limits.zip_bytes:
                raise FileRefusedError("It unpacks to more than the limit (a zip bomb).", _SAVE_AGAIN)
            window = tail + piece
            if any(doctype in window for doctype in _DOCTYPES):
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
