"""Completes a PDF whose pages, or some of them, are pictures: they are read by character recognition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO

from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError
from grounding.loaders.ocr import ADVICE, program, read_pages
from grounding.loaders.text import paragraphs

_MOST_LISTED = 12
_NO_TEXT = "No text on "
"""How the PDF loader's warning about such pages begins."""


def completed(data: bytes, read: Callable[[], LoadedDocument]) -> LoadedDocument:
    """What `read` gives for the PDF in `data`, with the text of its scanned pages.

    Raises FileEmptyError if no page has text, with what to install where nothing is installed that could
    read it. Pages that stay without text are named in a warning.
    """
    try:
        document = read()
    except FileEmptyError:
        document = _empty(data)
    filled = {block.page for block in document.blocks}
    missing = [number for number in range(1, (document.pages or 0) + 1) if number not in filled]
    texts = read_pages(data, missing) if missing and program() else {}
    if not document.blocks and not texts:
        raise _reason(document.pages or 0)
    return _merged(document, texts, [number for number in missing if number not in texts])


def _empty(data: bytes) -> LoadedDocument:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    return LoadedDocument(title="", kind="pdf", blocks=(), pages=len(reader.pages))


def _reason(pages: int) -> FileEmptyError:
    count = f"{pages:,} page" + ("" if pages == 1 else "s")
    if program():
        return FileEmptyError(
            f"{count} without text, and character recognition found none either.",
            "Add a file that has text in it.",
        )
    return FileEmptyError(
        f"{count} without text, {ADVICE} to read {'it' if pages == 1 else 'them'}.",
        "Install tesseract-ocr with the languages of your documents, then add it again.",
    )


def _merged(document: LoadedDocument, texts: dict[int, str], missing: Sequence[int]) -> LoadedDocument:
    blocks = list(document.blocks)
    for number, text in texts.items():
        blocks += [Block(text=block.text, page=number) for block in paragraphs(text.replace("\r\n", "\n"))]
    blocks.sort(key=lambda block: block.page or 0)
    warnings = [warning for warning in document.warnings if not warning.startswith(_NO_TEXT)]
    if texts:
        verb = "was" if len(texts) == 1 else "were"
        warnings.append(f"{_listed(sorted(texts))} {verb} read by character recognition.".capitalize())
    if missing:
        advice = "" if program() else f"; {ADVICE} to read them"
        warnings.append(f"{_NO_TEXT}{_listed(missing)} of {document.pages}: pictures or scans{advice}.")
    return replace(document, blocks=tuple(blocks), warnings=tuple(warnings))


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_LISTED]))
    more = len(numbers) - _MOST_LISTED
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}" + (f" and {more:,} more" if more > 0 else "")
