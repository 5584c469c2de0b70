"""What mails of every format have in common: headers as text, one body, attachments with their place.

Lines are those of the mail's text, not of its file. Blocks of an attachment say so in `place`
("attachment rates.pdf, page 3"). An attachment passes the same gate as a file; one that cannot be read is
named in a warning and costs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, IntakeError
from grounding.loaders.finishing import mail_date, one_line
from grounding.loaders.limits import LIMITS
from grounding.loaders.prescan import scan_html
from grounding.loaders.registry import contained, load
from grounding.loaders.sniffing import inspected
from grounding.loaders.text import paragraphs

SHOWN_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_LONGEST_NAME = 100
_LONGEST_HEADER = 2_000
_ARMOUR = "-----BEGIN PGP MESSAGE-----"


@dataclass(slots=True)
class _Left:
    files: int = LIMITS.attachments
    bytes: int = LIMITS.attachment_bytes


class Budget:
    """What all attachments of one file may still cost together, and how deep this mail lies within it."""

    def __init__(self) -> None:
        self._left = _Left()
        self._depth = 0

    def deeper(self) -> Budget:
        """The same budget, for a mail within this one."""
        inner = Budget()
        inner._left, inner._depth = self._left, self._depth + 1
        return inner

    def spend(self, size: int) -> None:
        """Take one attachment of `size` bytes out. Raises FileRefusedError when there is nothing left."""
        self._left.files -= 1
        self._left.bytes -= size
        if self._left.files < 0:
            raise FileRefusedError(f"A mail may bring {LIMITS.attachments} attachments.")
        if self._left.bytes < 0:
            raise FileRefusedError(f"Attachments may be {LIMITS.attachment_bytes >> 20} MiB together.")
        if self._depth >= LIMITS.mail_depth:
            raise FileRefusedError(f"It lies in mails nested {LIMITS.mail_depth} deep.")


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment."""

    name: str
    read: Callable[[Budget], LoadedDocument]
    """Raises IntakeError."""


@dataclass(slots=True)
class Mail:
    """A mail, taken apart."""

    headers: dict[str, str] = field(default_factory=dict)
    """By their names in `SHOWN_HEADERS`."""

    text: str = ""
    html: bytes = b""
    attachments: list[Attached] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def protected() -> FileRefusedError:
    """Refusal of an encrypted mail."""
    return FileRefusedError(
        "It is protected: the mail is encrypted.", "Open it in the mail program, save its text and add that."
    )


def attached_file(name: str, data: bytes) -> Attached:
    """An attachment that is a file of any kind."""

    def read(budget: Budget) -> LoadedDocument:
        budget.spend(len(data))
        if not data:
            raise FileEmptyError("It is empty: zero bytes.")
        kind = inspected(data, name, LIMITS)
        if kind == "eml":
            from grounding.loaders import eml

            return contained(lambda: eml.read(data, budget.deeper()), name=name)
        if kind == "msg":
            from grounding.loaders import msg

            return contained(lambda: msg.read(data, budget.deeper()), name=name)
        return load(kind, data, name=name)

    return Attached(_named(name), read)


def as_document(mail: Mail, kind: str, budget: Budget) -> LoadedDocument:
    """The mail with its attachments. Raises FileRefusedError if encrypted, FileEmptyError without text."""
    if mail.text.lstrip().startswith(_ARMOUR):
        raise protected()
    body = [*paragraphs(mail.text), *_page(mail)]
    inner = [block for attached in mail.attachments for block in _blocks(attached, budget, mail.warnings)]
    if not body and not inner:
        raise _without_text(mail)
    return LoadedDocument(
        title=mail.headers.get("Subject", ""),
        kind=kind,
        blocks=(*_header(mail.headers), *body, *inner),
        dated=mail_date(mail.headers.get("Date", "")),
        warnings=tuple(mail.warnings),
    )


def _header(headers: dict[str, str]) -> Iterator[Block]:
    lines = [
        f"{name}: {one_line(headers[name])[:_LONGEST_HEADER]}"
        for name in SHOWN_HEADERS
        if headers.get(name, "").strip()
    ]
    if lines:
        yield Block(text="\n".join(lines))


def _page(mail: Mail) -> Iterable[Block]:
    """The body as HTML, where there is none as text."""
    if mail.text.strip() or not mail.html.strip():
        return ()
    try:
        scan_html(mail.html, LIMITS)
        page = load("html", mail.html, name="mail")
    except FileEmptyError:
        return ()
    except IntakeError as fault:
        mail.warnings.append(f"Its text, which is HTML, was not read: {fault}")
        return ()
    mail.warnings += page.warnings
    return page.blocks


def _blocks(attached: Attached, budget: Budget, warnings: list[str]) -> Iterator[Block]:
    label = f"attachment {attached.name}"
    try:
        document = attached.read(budget)
    except IntakeError as fault:
        warnings.append(f"The {label} was not read: {fault}")
        return
    warnings += [f"The {label}: {warning}" for warning in document.warnings]
    for block in document.blocks:
        inner = block.place or (f"page {block.page}" if block.page else "")
        place = f"{label}, {inner}" if inner else label
        yield replace(block, page=None, place=place, heading=(attached.name, *block.heading))


def _without_text(mail: Mail) -> FileEmptyError:
    unread = f" {mail.warnings[-1]}" if mail.attachments and mail.warnings else ""
    return FileEmptyError(f"The mail has no text.{unread}", "Add what its attachments show as text.")


def _named(name: str) -> str:
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1])[-_LONGEST_NAME:] or "without a name"
