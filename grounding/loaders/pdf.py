"""PDF: paragraphs put together again from lines, with their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.loaders.limits import LIMITS
from grounding.loaders.paragraphs import joined, known_words

if TYPE_CHECKING:
    from pypdf import PdfReader

_PAGE_NUMBER = re.compile(
    r"(?i)^\W{0,3}(?:page|p\.|seite|página)?\s{0,2}(\d{1,4})(?:\s?(?:/|of|von|de)\s?\d{1,4})?\W{0,3}$"
)
_DIGITS = re.compile(r"\d+")
_EDGE = 2
"""Lines at the top and at the bottom of a page that may be a header or footer."""

_FEWEST_PAGES = 3
"""Two pages that begin alike prove nothing."""

_MOST_LISTED = 12


def load(data: bytes, *, name: str) -> LoadedDocument:  # noqa: ARG001 - the registry makes a title of it
    """Text with pages. Raises FileRefusedError if protected or too long, FileEmptyError for a scan."""
    reader = _opened(data)
    pages, failed = _pages(reader)
    empty = [number for number, lines in enumerate(pages, start=1) if not any(lines) and number not in failed]
    if not any(map(any, pages)):
        if failed:
            raise FileUnreadableError(
                f"None of its {len(pages)} pages could be read ({failed[min(failed)]})."
            )
        raise FileEmptyError(
            f"{_count(len(pages), 'page')} without text; it looks like a scan.",
            "Run text recognition (OCR) over it and add the result.",
        )
    warnings = []
    if empty:
        warnings.append(f"No text on {_listed(empty)} of {len(pages)}: pictures or scans.")
    if failed:
        warnings.append(f"Not readable: {_listed(sorted(failed))} of {len(pages)} ({failed[min(failed)]}).")
    return LoadedDocument(
        title=_stated_title(reader),
        kind="pdf",
        blocks=tuple(_blocks(_without_running_lines(pages))),
        pages=len(pages),
        warnings=tuple(warnings),
    )


def _opened(data: bytes) -> PdfReader:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data), strict=False)
    # Many files are only protected against copying; the empty password opens those.
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileRefusedError(
            "It is protected by a password.", "Save it without the password and add it again."
        )
    if len(reader.pages) > LIMITS.pdf_pages:
        raise FileRefusedError(
            f"It has {len(reader.pages):,} pages; the limit is {LIMITS.pdf_pages:,}.",
            "Split it into several files and add those.",
        )
    return reader


def _pages(reader: PdfReader) -> tuple[list[list[str]], dict[int, str]]:
    """Lines of each page; and for those that failed their number, counted from 1, and the kind of fault."""
    pages: list[list[str]] = []
    failed: dict[int, str] = {}
    characters = 0
    for number in range(len(reader.pages)):
        try:
            text = reader.pages[number].extract_text()
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - one bad page must not cost the others
            text = ""
            failed[number + 1] = type(fault).__name__
        characters += len(text)
        if characters > LIMITS.text_characters:
            raise FileUnreadableError(
                f"It holds more than {LIMITS.text_characters:,} characters of text.",
                "Split it into several files and add those.",
            )
        pages.append([line.strip() for line in text.replace("\r", "\n").split("\n")])
    return pages, failed


def _stated_title(reader: PdfReader) -> str:
    try:
        return str(reader.metadata.title or "") if reader.metadata else ""
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the title is the least of a document
        return ""


def _blocks(pages: Sequence[Sequence[str]]) -> list[Block]:
    words = known_words(pages)
    return [
        Block(text=text, page=number)
        for number, lines in enumerate(pages, start=1)
        for text in joined(lines, words)
    ]


def _without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """Pages without headers and footers: edge lines that are the same on most pages, and page numbers."""
    edges = [_edge_lines(lines) for lines in pages]
    filled = sum(bool(edge) for edge in edges)
    if filled < _FEWEST_PAGES:
        return pages
    shapes = Counter(
        shape for lines, edge in zip(pages, edges, strict=True) for shape in {_shape(lines[i]) for i in edge}
    )
    offsets = Counter(
        offset
        for number, (lines, edge) in enumerate(zip(pages, edges, strict=True))
        for offset in {_offset(lines[i], number) for i in edge}
        if offset is not None
    )

    def is_running(line: str, number: int) -> bool:
        offset = _offset(line, number)
        if offset is not None:
            return offsets[offset] >= max(_FEWEST_PAGES, filled / 2)
        return shapes[_shape(line)] >= max(_FEWEST_PAGES, filled * 0.6)

    return [
        ["" if i in edge and is_running(line, number) else line for i, line in enumerate(lines)]
        for number, (lines, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _edge_lines(lines: Sequence[str]) -> set[int]:
    filled = [index for index, line in enumerate(lines) if line]
    return {*filled[:_EDGE], *filled[-_EDGE:]} if len(filled) > 2 * _EDGE else set()


def _shape(line: str) -> str:
    return _DIGITS.sub("#", line)


def _offset(line: str, page: int) -> int | None:
    """Printed page number minus the place of the page: the same all through a document."""
    number = _PAGE_NUMBER.match(line)
    return int(number[1]) - page if number else None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_LISTED]))
    more = len(numbers) - _MOST_LISTED
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}" + (f" and {more:,} more" if more > 0 else "")
