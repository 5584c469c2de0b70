"""The questions about the sample handbook can be answered from it, or truly cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HANDBOOK = Path(__file__).parents[2] / "app" / "samples" / "handbook"
QUESTIONS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("handbook_questions.json").read_text(encoding="utf-8")
)
ANSWERABLE = QUESTIONS["answerable"]
NOT_COVERED = QUESTIONS["not_covered"]
DOCUMENTS = sorted(path.name for path in HANDBOOK.iterdir() if path.is_file())


def pdf_text(path: Path) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def docx_text(path: Path) -> str:
    from docx import Document

    document = Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def html_text(path: Path) -> str:
    from selectolax.lexbor import LexborHTMLParser

    body = LexborHTMLParser(path.read_text(encoding="utf-8")).body
    assert body is not None
    return body.text(separator=" ")


def plain_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": pdf_text,
    ".docx": docx_text,
    ".html": html_text,
    ".md": plain_text,
    ".txt": plain_text,
}


@cache
def text_of(name: str) -> str:
    path = HANDBOOK / name
    return re.sub(r"\s+", " ", READERS[path.suffix](path))


def holds_word(text: str, term: str) -> bool:
    """Whether `term` begins a word of `text`, so that "earn" is not found in "learn"."""
    return re.search(rf"\b{re.escape(term)}", text, re.IGNORECASE) is not None


def identity(question: dict[str, Any]) -> str:
    return str(question["id"])


def test_there_are_24_questions_with_an_answer_and_12_without() -> None:
    assert (len(ANSWERABLE), len(NOT_COVERED)) == (24, 12)


def test_no_two_questions_share_an_id() -> None:
    ids = [identity(question) for question in [*ANSWERABLE, *NOT_COVERED]]

    assert len(ids) == len(set(ids))


def test_every_document_is_asked_about_and_every_document_named_exists() -> None:
    assert sorted({name for question in ANSWERABLE for name in question["documents"]}) == DOCUMENTS


def test_the_handbook_has_all_five_formats_and_stays_small() -> None:
    assert {Path(name).suffix for name in DOCUMENTS} == set(READERS)
    assert sum((HANDBOOK / name).stat().st_size for name in DOCUMENTS) < 1_000_000


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_long_enough_to_need_searching(name: str) -> None:
    assert 500 <= len(text_of(name).split()) <= 1500


@pytest.mark.parametrize("question", ANSWERABLE, ids=identity)
def test_every_answer_stands_in_a_named_document_and_every_named_document_has_one(
    question: dict[str, Any],
) -> None:
    texts = [text_of(name) for name in question["documents"]]

    assert all(any(wanted in text for text in texts) for wanted in question["must_contain"])
    assert all(any(wanted in text for wanted in question["must_contain"]) for text in texts)


@pytest.mark.parametrize("question", NOT_COVERED, ids=identity)
def test_what_is_not_covered_is_mentioned_nowhere(question: dict[str, Any]) -> None:
    mentions = [
        (name, term)
        for name in DOCUMENTS
        for term in question["absent_terms"]
        if holds_word(text_of(name), term)
    ]

    assert question["absent_terms"]
    assert mentions == []
