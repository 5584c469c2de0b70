"""Reads what another program exported: JSON, alone or inside a ZIP, with a ceiling for every size."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from app.errors import ImportUnusableError

MOST_BYTES = 512 << 20
"""Of all JSON files of one export together, after unpacking."""

MOST_VALUES = 20_000_000
"""Values in one JSON file, counted by the characters before them: each takes some 70 bytes of memory."""

MOST_FILES = 10_000
"""In a ZIP; ChatGPT packs pictures along."""

_CONVERSATIONS = re.compile(r"(?:[^/\\]{1,100}/)?conversations(?:[-_]\d{1,6})?\.json")
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


def documents_in(file: Path) -> Iterator[Any]:
    """The JSON documents of the file. Raises ImportUnusableError."""
    try:
        opened = file.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImportUnusableError(f"{file.name} cannot be read: {reason}.", "Name a readable file.") from None
    with opened:
        if zipfile.is_zipfile(opened):
            yield from _packed(opened, file.name)
        else:
            opened.seek(0)
            yield _parsed(_content(opened, file.name, MOST_BYTES), file.name)


def _packed(opened: IO[bytes], name: str) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(opened) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise ImportUnusableError(f"{name} holds more than {MOST_FILES} files.")
            wanted = [one for one in members if _CONVERSATIONS.fullmatch(one.filename)]
            if not wanted:
                raise ImportUnusableError(f"{name} holds no conversations.json.")
            left = MOST_BYTES
            for member in sorted(wanted, key=lambda one: one.filename):
                with archive.open(member) as stream:
                    content = _content(stream, f"conversations.json in {name}", left)
                left -= len(content)
                yield _parsed(content, f"conversations.json in {name}")
    except _BROKEN:
        raise ImportUnusableError(f"{name} is a damaged or encrypted ZIP file.") from None


def _content(stream: IO[bytes], name: str, ceiling: int) -> bytes:
    try:
        # What a ZIP says about sizes is not believed; what comes out is counted.
        content = stream.read(ceiling + 1)
    except OSError as error:
        raise ImportUnusableError(f"{name} cannot be read: {error.strerror}.") from None
    if len(content) > ceiling:
        raise ImportUnusableError(f"{name} is larger than {MOST_BYTES >> 20} MiB.")
    return content


def _parsed(content: bytes, name: str) -> Any:
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ImportUnusableError(f"{name} holds more than {MOST_VALUES:,} values.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ImportUnusableError(f"{name} is no JSON file, or one that is nested too deeply.") from None
