"""RTF: paragraphs and table rows. RTF has no lines, so `line_start` and `line_end` count the paragraphs."""

from __future__ import annotations

import re
from itertools import groupby

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileRefusedError
from grounding.loaders.tables import rows_as_text

_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_ESCAPES = re.compile(rb"\\+\Z")
_TITLE = re.compile(r"\{\\title\s([^{}]{1,600})\}")
_SAVED = re.compile(r"\{\\(?:revtim|creatim)\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_FOOTNOTE = re.compile(r"\\footnote(?![a-z])")
_LEFT_OUT = re.compile(r"\\(?:shptxt|header|footer|annotation)(?![a-z])")
_INFO = 100_000
"""Characters. The block with title and dates stands near the beginning."""

_DEEPEST = 10_000
_LONGEST_LINK = 4_000


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text by paragraphs. Raises FileRefusedError if its groups are nested too deeply."""
    source = _calm(_without_binary(data).decode("latin-1"))
    warnings = ["Headers, footers, comments or text boxes were left out."] if _LEFT_OUT.search(source) else []
    text = _text(_FOOTNOTE.sub(r"\\line ", source))
    title, saved = _TITLE.search(source[:_INFO]), _SAVED.search(source[:_INFO])
    return LoadedDocument(
        title=_text("{" + title[1] + "}") if title else "",
        kind="rtf",
        blocks=tuple(_blocks(text)),
        dated="{:04}-{:02}-{:02}".format(*map(int, saved.groups())) if saved else None,
        warnings=tuple(warnings),
    )


def _text(source: str) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call] # the library has no types


def _without_binary(data: bytes) -> bytes:
    """Without pictures as raw bytes: they may hold braces and backslashes."""
    kept, at = bytearray(), 0
    while found := _BINARY.search(data, at):
        escapes = _ESCAPES.search(data, at, found.start())
        is_escaped = bool(escapes) and len(escapes[0] if escapes else b"") % 2 == 1
        kept += data[at : found.end() if is_escaped else found.start()]
        at = found.end() + (0 if is_escaped else int(found[1]))
    return bytes(kept + data[at:])


def _calm(source: str) -> str:
    """The source without what takes the reader quadratic time. Raises FileRefusedError for deep groups."""
    depth = 0
    for brace in re.finditer(r"\\.|[{}]", source, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth > _DEEPEST:
            raise FileRefusedError(f"Its groups are nested more than {_DEEPEST:,} deep.")
    # Links are sought across a whole line: where one is that long the link is left as it is.
    lines = source.split("\n")
    return "\n".join(
        line.replace("HYPERLINK", "LINK") if len(line) > _LONGEST_LINK else line for line in lines
    )


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    number = 0
    for is_row, run in groupby(text.split("\n"), key=lambda line: line.rstrip().endswith("|")):
        lines = list(run)
        if is_row:
            rows = [line.rstrip().removesuffix("|").split("|") for line in lines]
            found = rows_as_text(rows, headed=False)
        else:
            found = [(index, line) for index, line in enumerate(lines) if line.strip()]
        blocks += [
            Block(text=line, line_start=number + index + 1, line_end=number + index + 1)
            for index, line in found
        ]
        number += len(lines)
    return blocks
