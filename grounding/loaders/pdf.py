"""PDF: paragraphs put together again from lines, with their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.loaders.limits import LIMITS
from grounding.loaders.office import first_date
from grounding.loaders.paragraphs import joined, known_words
from grounding.loaders.pdf_ink import Ink

if TYPE_CHECKING:
    from pypdf import PdfReader

_DIGITS = re.compile(r"(\d+)")
_VALUE = re.compile(r"[-–+(]?[$€£]?\d[\d.,]*\)?%?|[-–—]")
_FEWEST_VALUES = 2
"""In a line that is a row of a table; and half of its words at least."""

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
    pages, failed, unseen = _pages(reader)
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
    warnings += _unseen_text(unseen, len(pages))
    return LoadedDocument(
        title=_stated(reader, "title"),
        kind="pdf",
        blocks=tuple(_blocks(_without_running_lines(pages))),
        pages=len(pages),
        dated=first_date(_stated(reader, name) for name in ("modification_date", "creation_date")),
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


def _pages(reader: PdfReader) -> tuple[list[list[str]], dict[int, str], dict[str, list[int]]]:
    """Lines of each page; by number, counted from 1, which failed and why; and which hide text and how."""
    pages: list[list[str]] = []
    failed: dict[int, str] = {}
    unseen: dict[str, list[int]] = {}
    characters = 0
    for number in range(len(reader.pages)):
        ink = Ink()
        try:
            text = reader.pages[number].extract_text(visitor_operand_before=ink)
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
        for kind in ink.faults:
            unseen.setdefault(kind, []).append(number + 1)
        pages.append([line.strip() for line in text.replace("\r", "\n").split("\n")])
    return pages, failed, unseen


def _unseen_text(unseen: Mapping[str, Sequence[int]], pages: int) -> list[str]:
    return [
        f"Text that a reader of the page does not see was read too ({fault} letters):"
        f" {_listed(numbers)} of {pages}."
        for fault, numbers in unseen.items()
    ]


def _stated(reader: PdfReader, name: str) -> str:
    """A title or date that the document states of itself, or nothing."""
    try:
        return str(getattr(reader.metadata, name, None) or "")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the properties are the least of a document
        return ""


def _blocks(pages: Sequence[Sequence[str]]) -> list[Block]:
    words = known_words(pages)
    return [
        Block(text=text, page=number)
        for number, lines in enumerate(pages, start=1)
        for text in joined(list(_rows_apart(lines)), words)
    ]


def _rows_apart(lines: Sequence[str]) -> Iterator[str]:
    """Lines with a blank one between rows of a table: they are no prose, to be put together again."""
    rows = [_is_row(line) for line in lines]
    for index, line in enumerate(lines):
        if index and rows[index] and rows[index - 1]:
            yield ""
        yield line
        is_last = rows[index] and index and rows[index - 1] and not any(rows[index + 1 : index + 2])
        if is_last:
            yield ""


def _is_row(line: str) -> bool:
    words = line.split()
    values = sum(bool(_VALUE.fullmatch(word)) for word in words)
    return values >= _FEWEST_VALUES and values * 2 >= len(words)


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
