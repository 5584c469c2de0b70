"""Files within files that tests make: archives, compound files, Outlook messages, mails."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from io import BytesIO
from itertools import pairwise

_FOLDER = 1
"""[MS-CFB] 2.6.1: type of a directory entry that holds others."""

Tree = Mapping[str, "bytes | Tree"]

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_SECTOR, _SMALL, _CUTOFF = 512, 64, 4096
_MESSAGE_HEADER, _INNER_HEADER, _ATTACHMENT_HEADER = 32, 24, 8
"""Bytes before the properties: [MS-OXMSG] 2.4.1."""


def zip_of(**parts: bytes) -> bytes:
    """A ZIP archive; the first part stays unpacked, as the rules of its formats ask for."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (name, data) in enumerate(parts.items()):
            archive.writestr(name, data, zipfile.ZIP_DEFLATED if index else zipfile.ZIP_STORED)
    return target.getvalue()


def mail_of(body: str, **attachments: bytes) -> bytes:
    """A mail about leave, with text and files."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Leave", "Ann <ann@example.com>", "bob@example.com"
    mail["Date"] = "Tue, 03 Mar 2026 09:30:00 +0100"
    mail.set_content(body)
    for name, data in attachments.items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def msg_of(*, subject: str, body: str = "", html: str = "", **attachments: bytes | Tree) -> bytes:
    """An Outlook message. An attachment that is a tree (`message_tree`) is an embedded message."""
    return compound_of(message_tree(subject, body, html, attachments))


def message_tree(
    subject: str,
    body: str = "",
    html: str = "",
    attachments: Mapping[str, bytes | Tree] | None = None,
    *,
    header: int = _MESSAGE_HEADER,
) -> Tree:
    """The streams of an Outlook message; one within another has a shorter header (24 bytes)."""
    texts = {0x001A: "IPM.Note", 0x0037: subject, 0x0C1A: "Ann", 0x1000: body}
    tree: dict[str, bytes | Tree] = dict(_properties(header, texts, {0x1013: html.encode()} if html else {}))
    for index, (name, content) in enumerate((attachments or {}).items()):
        is_file = isinstance(content, bytes)
        files = {0x3701: content} if isinstance(content, bytes) else {}
        inner: dict[str, bytes | Tree] = dict(
            _properties(_ATTACHMENT_HEADER, {0x3707: name}, files, method=1 if is_file else 5)
        )
        if not isinstance(content, bytes):
            inner["__substg1.0_3701000D"] = content
        tree[f"__attach_version1.0_#{index:08X}"] = inner
    return tree


def _properties(
    header: int, texts: Mapping[int, str], binaries: Mapping[int, bytes], *, method: int = 0
) -> Tree:
    streams: dict[str, bytes | Tree] = {}
    table = bytes(header)
    if method:
        table += struct.pack("<HHIII", 0x0003, 0x3705, 6, method, 0)
    for number, text in texts.items():
        if text:
            streams[f"__substg1.0_{number:04X}001F"] = text.encode("utf-16-le")
            table += struct.pack("<HHIII", 0x001F, number, 6, len(text) * 2 + 2, 0)
    for number, data in binaries.items():
        streams[f"__substg1.0_{number:04X}0102"] = data
        table += struct.pack("<HHIII", 0x0102, number, 6, len(data), 0)
    return {"__properties_version1.0": table, **streams}


def compound_of(tree: Tree) -> bytes:
    """An OLE compound file, version 3 ([MS-CFB]), with the folders and streams of `tree`."""
    return _Compound().written(tree)


class _Compound:
    def __init__(self) -> None:
        self._sectors: list[bytes] = []
        self._chain: list[int] = []
        self._small = bytearray()
        self._small_chain: list[int] = []
        self._entries: list[list[object]] = []

    def written(self, tree: Tree) -> bytes:
        self._add("Root Entry", 5, _END, 0)
        self._entries[0][2] = self._folder(tree)
        small = self._stored(bytes(self._small))
        self._entries[0][3], self._entries[0][4] = small, len(self._small)
        directory = self._stored(b"".join(self._packed(entry) for entry in self._entries))
        small_table = self._stored(struct.pack(f"<{len(self._small_chain)}I", *self._small_chain))
        per_sector = _SECTOR // 4
        count = 1
        while len(self._sectors) + count > count * per_sector:
            count += 1
        first = len(self._sectors)
        chain = self._chain + [0xFFFFFFFD] * count
        chain += [_FREE] * (count * per_sector - len(chain))
        table = struct.pack(f"<{len(chain)}I", *chain)
        header = struct.pack(
            "<8s16xHHHHH6xIIIIIIIII",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            *(0x3E, 3, 0xFFFE, 9, 6),
            *(0, count, directory, 0, _CUTOFF, small_table, -(-len(self._small_chain) // per_sector)),
            *(_END, 0),
        )
        places = [*range(first, first + count), *[_FREE] * (109 - count)]
        return header + struct.pack("<109I", *places) + b"".join(self._sectors) + table

    def _folder(self, tree: Tree) -> int:
        """Number of the first entry; the others hang on it, one to the right of the other."""
        numbers = []
        for name, content in tree.items():
            if isinstance(content, bytes):
                start = self._stored(content) if len(content) >= _CUTOFF else self._stored_small(content)
                numbers.append(self._add(name, 2, start, len(content)))
            else:
                numbers.append(self._add(name, _FOLDER, 0, 0))
                self._entries[numbers[-1]][2] = self._folder(content)
        for left, right in pairwise(numbers):
            self._entries[left][5] = right
        return numbers[0] if numbers else _FREE

    def _add(self, name: str, kind: int, start: int, size: int) -> int:
        self._entries.append([name, kind, _FREE, start, size, _FREE])
        return len(self._entries) - 1

    @staticmethod
    def _packed(entry: list[object]) -> bytes:
        name, kind, child, start, size, right = entry
        raw = str(name).encode("utf-16-le")
        return struct.pack("<64sHBBIII36xIQ", raw, len(raw) + 2, kind, 1, _FREE, right, child, start, size)

    def _stored(self, data: bytes) -> int:
        if not data:
            return _END
        first = len(self._sectors)
        for begin in range(0, len(data), _SECTOR):
            self._sectors.append(data[begin : begin + _SECTOR].ljust(_SECTOR, b"\0"))
            self._chain.append(len(self._sectors))
        self._chain[-1] = _END
        return first

    def _stored_small(self, data: bytes) -> int:
        if not data:
            return _END
        first = len(self._small_chain)
        for begin in range(0, len(data), _SMALL):
            self._small += data[begin : begin + _SMALL].ljust(_SMALL, b"\0")
            self._small_chain.append(len(self._small_chain) + 1)
        self._small_chain[-1] = _END
        return first
