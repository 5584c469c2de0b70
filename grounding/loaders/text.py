"""Plain text: paragraphs are what blank lines divide, with their exact lines."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileRefusedError
from grounding.loaders.decoding import Decoded, decode

_BASE64 = re.compile(rb"[A-Za-z0-9+/]+(?:\r?\n[A-Za-z0-9+/]+)*={0,2}")
_SHORTEST = 40
_FEWEST_BLANKS = 3
_MOSTLY = 0.8


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - text has no title; the registry gives one
    """Text with positions. Raises FileRefusedError if it is binary data."""
    decoded = decode(data)
    warnings = [decoded.warning] if decoded.warning else []
    wrapped = _unwrapped(data)
    if wrapped:
        decoded = wrapped
        warnings = [f"It is Base64 and was read decoded. {wrapped.warning}".strip()]
    return LoadedDocument(
        title="", kind="text", blocks=tuple(paragraphs(decoded.text)), warnings=tuple(warnings)
    )


def _unwrapped(data: bytes) -> Decoded | None:
    """The text inside a file that is one piece of Base64, as mail programs leave behind; else None."""
    packed = data.strip()
    # One word alone, or a key, is Base64 by chance; what it decodes to then has no blanks.
    if len(packed) < _SHORTEST or not _BASE64.fullmatch(packed):
        return None
    try:
        decoded = decode(base64.b64decode(packed, validate=False))
    except (binascii.Error, FileRefusedError):
        return None
    letters = sum(character.isalpha() or character in " \n.,-" for character in decoded.text)
    is_text = decoded.text.count(" ") >= _FEWEST_BLANKS and letters > _MOSTLY * len(decoded.text)
    return decoded if is_text else None


def paragraphs(text: str, *, first_line: int = 1) -> Iterator[Block]:
    """Blocks of `text`, which keep their line breaks."""
    numbered = enumerate(text.split("\n"), start=first_line)
    for is_text, run in groupby(numbered, key=lambda line: bool(line[1].strip())):
        if is_text:
            lines = list(run)
            whole = "\n".join(line for _, line in lines)
            yield Block(text=whole, line_start=lines[0][0], line_end=lines[-1][0])
