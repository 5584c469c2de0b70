"""Plain text: paragraphs are what blank lines divide, with their exact lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from grounding.documents import Block, LoadedDocument
from grounding.loaders.decoding import decode


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - text has no title; the registry gives one
    """Text with positions. Raises FileRefusedError if it is binary data."""
    decoded = decode(data)
    warnings = (decoded.warning,) if decoded.warning else ()
    return LoadedDocument(title="", kind="text", blocks=tuple(paragraphs(decoded.text)), warnings=warnings)


def paragraphs(text: str, *, first_line: int = 1) -> Iterator[Block]:
    """Blocks of `text`, which keep their line breaks."""
    numbered = enumerate(text.split("\n"), start=first_line)
    for is_text, run in groupby(numbered, key=lambda line: bool(line[1].strip())):
        if is_text:
            lines = list(run)
            whole = "\n".join(line for _, line in lines)
            yield Block(text=whole, line_start=lines[0][0], line_end=lines[-1][0])
