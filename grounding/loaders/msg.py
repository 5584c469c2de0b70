"""MSG: a mail as Outlook saves it ([MS-OXMSG]), with its attachments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from grounding.documents import LoadedDocument
from grounding.errors import FileRefusedError, FileUnreadableError
from grounding.loaders.limits import LIMITS
from grounding.loaders.mail import Attached, Budget, Mail, as_document, attached_file, protected
from grounding.loaders.registry import contained

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment
    from oxmsg.storage import Storage

_HTML, _RTF = 0x1013, 0x1009
_ATTACHED_MESSAGE = "__substg1.0_3701000D"
_PROPERTIES = "__properties_version1.0"
_INNER_HEADER, _HEADER_GAP = 24, 8
"""Bytes before the properties of a message within a message, and how many more a whole file has (2.4.1)."""


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text of the mail and its attachments. Raises FileRefusedError if encrypted, FileEmptyError if empty."""
    return read(data, Budget())


def read(data: bytes, budget: Budget) -> LoadedDocument:
    """As `load`, for a mail that may lie within another."""
    from oxmsg import Message

    return _document(Message.load(data), budget)


def _document(message: Message, budget: Budget) -> LoadedDocument:
    headers = {name.lower(): str(value) for name, value in message.message_headers.items()}
    signed = message.message_class.upper().endswith("SMIME.MULTIPARTSIGNED")
    is_sealed = ".SMIME" in message.message_class.upper() and not signed
    if is_sealed or headers.get("content-type", "").lower().startswith("multipart/encrypted"):
        raise protected()
    mail = Mail(
        headers=_headers(message, headers),
        text=(message.body or "").replace("\r\n", "\n").replace("\r", "\n"),
        html=message.properties.binary_prop_value(_HTML) or _page(message),
    )
    if not mail.text.strip() and not mail.html.strip() and message.properties.binary_prop_value(_RTF):
        mail.text = _rich(message.properties.binary_prop_value(_RTF) or b"")
    for index, attachment in enumerate(message.attachments):
        if index > LIMITS.mail_parts:
            raise FileRefusedError(f"It has more than {LIMITS.mail_parts:,} attachments.")
        mail.attachments.append(_attached(attachment, signed=signed))
    if signed:
        mail.warnings.append("It is signed; the signature was not checked.")
    return as_document(mail, "msg", budget)


def _headers(message: Message, headers: dict[str, str]) -> dict[str, str]:
    """Those that travelled with the mail; drafts and internal mails have none and are told by Outlook."""
    people = (f"{one.name} <{one.email_address}>" for one in message.recipients)
    sent = message.sent_date
    return {
        "Subject": message.subject or headers.get("subject", ""),
        "From": message.sender or "",
        "To": headers.get("to") or ", ".join(people),
        "Cc": headers.get("cc", ""),
        "Date": headers.get("date") or (sent.date().isoformat() if sent else ""),
    }


def _page(message: Message) -> bytes:
    """HTML that was stored as text; the one that is stored as bytes declares its own encoding."""
    from oxmsg.domain.constants import PID_BODY_HTML

    return (message.properties.str_prop_value(PID_BODY_HTML) or "").encode()


def _rich(packed: bytes) -> str:
    from grounding.loaders import rtf
    from grounding.loaders.compressed_rtf import unpacked

    return "\n\n".join(block.text for block in rtf.load(unpacked(packed), name="mail").blocks)


def _attached(attachment: Attachment, *, signed: bool) -> Attached:
    from oxmsg.domain.constants import PID_DISPLAY_NAME

    properties = attachment.properties
    name = attachment.file_name or properties.str_prop_value(PID_DISPLAY_NAME) or "without a name"
    data = attachment.file_bytes
    if data is not None:
        # The signed text travels as a file, which is a mail of its own.
        return attached_file("signed.eml" if signed else name, data)
    storage = cast("Storage", attachment._storage)  # noqa: SLF001 - the library has no way to a message within
    inner = next((one for one in storage.storages if one.name == _ATTACHED_MESSAGE), None)

    def read_inner(budget: Budget) -> LoadedDocument:
        budget.spend(0)
        if inner is None:
            raise FileUnreadableError("It is a link or an object of another program.")
        message = _embedded(inner)
        return contained(lambda: _document(message, budget.deeper()), name=name)

    return Attached(name[:100], read_inner)


def _embedded(storage: Storage) -> Message:
    """The message within `storage`, whose header is lengthened to that of a whole file."""
    from oxmsg import Message

    streams = tuple(
        replace(
            stream, bytes_=stream.bytes_[:_INNER_HEADER] + bytes(_HEADER_GAP) + stream.bytes_[_INNER_HEADER:]
        )
        if stream.name == _PROPERTIES
        else stream
        for stream in storage.streams
    )
    return Message(replace(storage, streams=streams))
