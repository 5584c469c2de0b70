"""PDF: paragraphs put together again from lines, with their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.loaders.limits import LIMITS
from grounding.loaders.paragraphs import joined, known_words

if TYPE_CHECKING:
    from pypdf import PdfReader

_DIGITS = re.compile(r"(\d+)")
_EDGE = 2
"""Lines at the top and at the bottom of a page that may be a header or footer."""

_MOST_NUMBERS = 4
_LONGEST_NUMBER = 4
_SHARE = 0.4
"""Of the pages. Left and right pages of a book have different headers."""

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
    """Pages without headers, footers and page numbers: edge lines that many pages have in the same form."""
    edges = [_edge_lines(lines) for lines in pages]
    filled = sum(bool(edge) for edge in edges)
    forms = Counter(
        form
        for page, edge in enumerate(edges)
        for form in {form for index in edge for form in _forms(pages[page][index], page)}
    )
    enough = max(_FEWEST_PAGES, filled * _SHARE)
    running = {form for form, count in forms.items() if count >= enough}
    return [
        [
            "" if index in edges[page] and not running.isdisjoint(_forms(line, page)) else line
            for index, line in enumerate(lines)
        ]
        for page, lines in enumerate(pages)
    ]


def _edge_lines(lines: Sequence[str]) -> set[int]:
    filled = [index for index, line in enumerate(lines) if line]
    return {*filled[:_EDGE], *filled[-_EDGE:]} if len(filled) > 2 * _EDGE else set()


def _forms(line: str, page: int) -> set[str]:
    """The line as it is, and with its numbers told from the page on: "Page 3" of page 2 is "Page {+1}".

    A page number keeps one of these forms on all pages; "Total 310" and "Total 420" have none in common.
    """
    parts = _DIGITS.split(line)
    if len(parts) > 2 * _MOST_NUMBERS + 1:
        return {line}
    choices = [
        (part, f"{{{int(part) - page:+}}}") if index % 2 and len(part) <= _LONGEST_NUMBER else (part,)
        for index, part in enumerate(parts)
    ]
    return {"".join(choice) for choice in product(*choices)}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_LISTED]))
    more = len(numbers) - _MOST_LISTED
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}" + (f" and {more:,} more" if more > 0 else "")
