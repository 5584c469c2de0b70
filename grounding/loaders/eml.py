"""EML: a mail as it travels (RFC 5322, MIME), with its attachments."""

from __future__ import annotations

import re
from email.message import EmailMessage, Message
from typing import cast

from grounding.documents import LoadedDocument
from grounding.errors import FileRefusedError
from grounding.loaders.decoding import decode
from grounding.loaders.limits import LIMITS
from grounding.loaders.mail import (
    SHOWN_HEADERS,
    Attached,
    Budget,
    Mail,
    as_document,
    attached_file,
    protected,
)
from grounding.loaders.registry import contained

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_HEAD = 400
_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_BOUNDARY = re.compile(rb"(?i)\bboundary\s*=")
_LONGEST_HEADER = 10_000
"""Characters. The parser takes quadratic time; longer ones are shown as they stand."""

_ENDLESS = re.compile(rb"(?im)^content-[a-z-]{1,30}:(?:[^\n]|\n[ \t]){10001}")
_ESCAPED = re.compile("[\udc80-\udcff]")


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text of the mail and its attachments. Raises FileRefusedError if encrypted, FileEmptyError if empty."""
    return read(data, Budget())


def read(data: bytes, budget: Budget) -> LoadedDocument:
    """As `load`, for a mail that may lie within another."""
    from email import message_from_bytes, policy

    # Mail programs save in UTF-16, in which no header can be found.
    if data.startswith(_WIDE_MARKS) or b"\0" in data[:_HEAD]:
        data = decode(data).text.encode()
    if len(_BOUNDARY.findall(data)) > LIMITS.mail_parts:
        raise FileRefusedError(f"It has more than {LIMITS.mail_parts:,} parts within parts.")
    if _ENDLESS.search(data):
        raise FileRefusedError(f"It has a header of more than {_LONGEST_HEADER:,} characters.")
    return _document(message_from_bytes(data.lstrip(), _class=EmailMessage, policy=policy.default), budget)


def _document(message: EmailMessage, budget: Budget) -> LoadedDocument:
    taker = _Taker()
    taker.mail.headers = {name: _header(message, name) for name in SHOWN_HEADERS}
    taker.take(message)
    return as_document(taker.mail, "eml", budget)


def _header(message: Message, name: str) -> str:
    """The header as text. The parser gives up on some that are wrong and garbles those with raw bytes."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if _ESCAPED.search(raw):
        return decode(raw.encode("utf-8", "surrogateescape")).text
    if len(raw) > _LONGEST_HEADER:
        return raw[:_LONGEST_HEADER]
    try:
        return str(message.get(name) or "")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - hostile headers raise anything at all; the raw one is text too
        return raw


class _Taker:
    """Takes a message apart, part by part."""

    def __init__(self) -> None:
        self.mail = Mail()
        self._parts = 0

    def take(self, part: EmailMessage) -> None:
        """Add `part` and all within it. Raises FileRefusedError for encrypted parts and too many."""
        self._parts += 1
        if self._parts > LIMITS.mail_parts:
            raise FileRefusedError(f"It has more than {LIMITS.mail_parts:,} parts.")
        kind = part.get_content_type()
        if kind == "multipart/encrypted" or kind in _SEALED:
            raise _sealed(part)
        if kind in _SIGNATURES:
            self.mail.warnings.append("It is signed; the signature was not checked.")
        elif kind == "message/rfc822" and part.is_multipart():
            self._take_message(part)
        elif part.is_multipart():
            self._take_all(part, alternatives=kind == "multipart/alternative")
        else:
            self._take_leaf(part, kind)

    def _take_message(self, part: EmailMessage) -> None:
        inner = cast("EmailMessage", cast("list[Message]", part.get_payload())[0])
        name = _header(inner, "Subject").strip() or "mail"

        def read(budget: Budget) -> LoadedDocument:
            budget.spend(0)
            return contained(lambda: _document(inner, budget.deeper()), name=name)

        self.mail.attachments.append(Attached(name[:100], read))

    def _take_all(self, part: EmailMessage, *, alternatives: bool) -> None:
        children = cast("list[EmailMessage]", part.get_payload())
        held = self.mail.text, self.mail.html
        if alternatives:
            self.mail.text, self.mail.html = "", b""
        for child in children:
            self.take(child)
        if alternatives:
            # Of two forms of the same text one is enough; it comes behind what stood before.
            page = b"" if self.mail.text.strip() else self.mail.html
            self.mail.text, self.mail.html = held[0] + self.mail.text, held[1] + page

    def _take_leaf(self, part: EmailMessage, kind: str) -> None:
        data = _bytes(part)
        name = _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "text/html" and not is_file:
            self.mail.html += _decoded(data, part).encode() + b"\n"
        elif kind.startswith(("text/", "multipart/")) and not is_file:
            self.mail.text += _decoded(data, part).rstrip() + "\n\n"
        elif data or is_file:
            ending = part.get_content_subtype()[:20]
            self.mail.attachments.append(
                attached_file(name or f"without a name ({kind[:40]}).{ending}", data)
            )


def _sealed(part: EmailMessage) -> FileRefusedError:
    if part.get_param("smime-type") == "signed-data":
        return FileRefusedError(
            "It is signed in a form that hides its text (S/MIME).",
            "Open it in the mail program, save its text and add that.",
        )
    return protected()


def _bytes(part: EmailMessage) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def _decoded(data: bytes, part: EmailMessage) -> str:
    try:
        declared = part.get_content_charset()
    except (ValueError, LookupError):
        declared = None
    return decode(data, declared=declared).text if data else ""


def _file_name(part: EmailMessage) -> str:
    try:
        return str(part.get_filename() or "")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - hostile headers raise anything at all; a file needs no name
        return ""
