"""What a file is, by its content. Its name only decides between kinds of plain text.

`inspected` is the whole gate for bytes: files and attachments of mails pass the same one.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Literal

from grounding.errors import FileRefusedError
from grounding.loaders.limits import Limits
from grounding.loaders.prescan import scan_archive, scan_html

Kind = Literal[
    "pdf",
    "docx",
    "pptx",
    "xlsx",
    "odt",
    "rtf",
    "epub",
    "html",
    "markdown",
    "rst",
    "text",
    "csv",
    "eml",
    "msg",
    "json",
    "xml",
]

KIND_OF_ENDING: dict[str, Kind] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".odt": "odt",
    ".rtf": "rtf",
    ".epub": "epub",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "rst",
    ".txt": "text",
    ".text": "text",
    ".org": "text",
    ".csv": "csv",
    ".tsv": "csv",
    ".eml": "eml",
    ".msg": "msg",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xml": "xml",
}

_TEXTUAL = frozenset({"html", "markdown", "rst", "text", "csv", "eml", "json", "xml"})
_OLD_OFFICE = frozenset({".doc", ".dot", ".ppt", ".pps", ".xls", ".xlt"})
"""What other programs write under these names is web pages and RTF."""

_PICTURE = "a picture"
_SIGNATURES = {
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"II*\x00": _PICTURE,
    b"MM\x00*": _PICTURE,
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
    b"PK\x05\x06": "an empty ZIP archive",
    b"SQLite format 3\x00": "a database",
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Open it in its program, save it as {} and add that."
_OLE_PARTS = {
    "EncryptedPackage": ("It is protected by a password.", "Save it without the password and add it again."),
    "WordDocument": ("It is an old Word document.", _SAVE_AS.format(".docx")),
    "PowerPoint Document": ("It is an old PowerPoint presentation.", _SAVE_AS.format(".pptx")),
    "Workbook": ("It is an old Excel workbook.", _SAVE_AS.format(".xlsx")),
    "Book": ("It is an old Excel workbook.", _SAVE_AS.format(".xlsx")),
}
"""Names of the streams by which these are known; [MS-OFFCRYPTO] 2.3.4.4, [MS-DOC] 2.1.2 and their kin."""

_MAIL_PART = "__properties_version1.0"
"""[MS-OXMSG] 2.4: the one stream that every Outlook message has."""

_PDF_JUNK = 1024
"""Bytes. Readers accept that much in front of the PDF header, and mail gateways put it there."""

_HEAD = 8192
_MAIL_HEADER = re.compile(
    rb"(?im)^(?:received|return-path|mime-version|message-id|date|from|to|cc|subject|reply-to|"
    rb"delivered-to|content-type|x-[a-z0-9-]{1,60}):[ \t]"
)
_FEWEST_HEADERS = 3
_MARKUP = re.compile(
    rb"(?is)\s*(?:<\?xml[^>]{0,200}>)?(?:\s|<!--.{0,2000}?-->)*<(!doctype\s+)?([a-z][\w:.-]*)"
)


def inspected(data: bytes, name: str, limits: Limits) -> Kind:
    """The kind of `data`, once it has passed the gate of that kind.

    Raises FileRefusedError, with reason and remedy, for what is not read at all, for archives and pages
    that are made to exhaust their reader, and for what is protected by a password.
    """
    kind = _kind(data, PurePosixPath(name).suffix.lower(), limits)
    if kind == "html":
        if len(data) > limits.html_bytes:
            raise too_large(limits.html_bytes)
        scan_html(data, limits)
    return kind


def too_large(ceiling: int) -> FileRefusedError:
    """Refusal of a file of more than `ceiling` bytes."""
    return FileRefusedError(
        f"It is larger than the limit of {ceiling >> 20} MiB.", "Split it into smaller files and add those."
    )


def _kind(data: bytes, ending: str, limits: Limits) -> Kind:
    named = KIND_OF_ENDING.get(ending)
    if data.startswith(b"PK\x03\x04"):
        return scan_archive(data, limits)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(b"%PDF-") or (named not in _TEXTUAL and b"%PDF-" in data[:_PDF_JUNK]):
        return "pdf"
    foreign = next((what for start, what in _SIGNATURES.items() if data.startswith(start)), None)
    if foreign:
        raise FileRefusedError(
            f"It is named {_shown(ending)}, but is {foreign}." if named else f"It is {foreign}.",
            "Leave it out, or save what it shows as a document and add that.",
        )
    return _textual_kind(data, ending)


def _textual_kind(data: bytes, ending: str) -> Kind:
    named = KIND_OF_ENDING.get(ending)
    structured = _structured(data)
    if named == "xml" and structured == "html":
        return "html"
    if named in _TEXTUAL:
        return named
    if structured and (not ending or named or ending in _OLD_OFFICE):
        return structured
    if named:
        raise FileRefusedError(
            f"It is named {ending}, but is something else.",
            "Give it its right ending, or save it again in this format without a password.",
        )
    if ending:
        known = ", ".join(KIND_OF_ENDING)
        raise FileRefusedError(f"Its kind is not known ({_shown(ending)}).", f"Save it as one of: {known}.")
    return "text"


def _structured(data: bytes) -> Kind | None:
    """What text shows to be by its first lines, or None. Only for text whose name says nothing."""
    # Without marks and zero bytes UTF-8, UTF-16 and UTF-32 begin alike.
    head = data[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff")
    if markup := _MARKUP.match(head):
        return "html" if markup[2].lower() == b"html" else "xml" if head.lstrip()[:2] == b"<?" else None
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    if _MAIL_HEADER.match(headers) and len(_MAIL_HEADER.findall(headers)) >= _FEWEST_HEADERS:
        return "eml"
    return "json" if head.lstrip()[:1] in (b"{", b"[") and _is_json(data) else None


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data.strip().split(b"\n", maxsplit=1)[0])
    except (ValueError, RecursionError):
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            return False
    return True


def _ole_kind(data: bytes) -> Kind:
    """Compound files name their streams in UTF-16."""
    if _MAIL_PART.encode("utf-16-le") in data:
        return "msg"
    for part, (reason, remedy) in _OLE_PARTS.items():
        if part.encode("utf-16-le") in data:
            raise FileRefusedError(reason, remedy)
    raise FileRefusedError("It is an old Office file of a kind that is not read.", _SAVE_AS.format(".docx"))


def _shown(ending: str) -> str:
    return ending[:20] or "no ending"
