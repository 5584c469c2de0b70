"""PDF gives paragraphs with their pages, as the author wrote them before they were set in lines."""

from __future__ import annotations

from io import BytesIO

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.loaders import pdf
from grounding.loaders.limits import Limits
from tests.grounding.fixtures import pdf_flate_bomb, pdf_pages, pdf_protected, pdf_with
from tests.grounding.loaders.reading import read, texts

BODY = [
    "The company grants every employee annual leave of twenty-five work-",
    "ing days. It is taken in agreement with the line manager, who",
    "answers within a week.",
    "Leave that is left at the end of the year may be carried over",
    "until March.",
]
WHOLE = [
    (
        "The company grants every employee annual leave of twenty-five working days."
        " It is taken in agreement with the line manager, who answers within a week."
    ),
    "Leave that is left at the end of the year may be carried over until March.",
]


def test_lines_become_paragraphs_and_broken_words_whole() -> None:
    document = read("pdf", pdf_pages(["1 Annual leave", *BODY]))

    assert texts(document) == ["1 Annual leave", *WHOLE]
    assert document.pages == 1


def test_a_compound_that_stands_elsewhere_keeps_its_hyphen() -> None:
    lines = [
        "The full-time staff of this company works for forty hours, and full-",
        "time staff is most of us.",
    ]

    assert texts(read("pdf", pdf_pages(lines))) == [
        "The full-time staff of this company works for forty hours, and full-time staff is most of us."
    ]


def test_list_items_stay_apart() -> None:
    lines = [
        "Bring with you on the first day of your work the following:",
        "1. a pen and some paper for the first notes",
    ]

    assert texts(read("pdf", pdf_pages([*lines, "2. your passport"]))) == [*lines, "2. your passport"]


def test_pages_are_counted_from_one() -> None:
    document = read("pdf", pdf_pages(["First page."], ["Second page."]))

    assert [(block.text, block.page) for block in document.blocks] == [
        ("First page.", 1),
        ("Second page.", 2),
    ]


def test_running_headers_and_page_numbers_are_dropped() -> None:
    ends = ["in the autumn", "by arrangement", "as agreed", "at the latest"]
    pages = [
        ["Staff handbook 2026", f"On {end}.", *BODY, f"Some {end}.", f"Page {n + 6} of 10"]
        for n, end in enumerate(ends)
    ]

    found = " ".join(texts(read("pdf", pdf_pages(*pages))))

    assert "Staff handbook" not in found
    assert "of 10" not in found
    assert found.count("until March") == 4
    assert all(f"On {end}." in found and f"Some {end}." in found for end in ends)


def test_numbers_at_the_edge_that_count_no_pages_are_kept() -> None:
    pages = [["Report", *BODY, f"Total {number}"] for number in (310, 20, 999)]

    found = " ".join(texts(read("pdf", pdf_pages(*pages))))

    assert all(f"Total {number}" in found for number in (310, 20, 999))


def test_two_pages_that_begin_alike_prove_nothing() -> None:
    pages = [["Staff handbook", *BODY, f"{n}"] for n in (1, 2)]

    assert " ".join(texts(read("pdf", pdf_pages(*pages)))).count("Staff handbook") == 2


def test_characters_drawn_twice_to_look_bold_count_once() -> None:
    doubled = [letter for letter in "BOLD" for _ in range(2)]

    assert "BOLD" in " ".join(texts(read("pdf", pdf_pages(["Before the word", *doubled, "after the word"]))))


def test_pages_without_text_are_told() -> None:
    document = read("pdf", pdf_pages(["Text."], [], []))

    [warning] = document.warnings
    assert warning.startswith("No text on pages 2, 3 of 3: pictures or scans")


def test_a_scan_is_empty_and_says_so() -> None:
    with pytest.raises(FileEmptyError, match="3 pages without text, install tesseract-ocr to read them"):
        read("pdf", pdf_pages([], [], []))


def test_a_password_is_told() -> None:
    with pytest.raises(FileRefusedError, match="protected by a password"):
        read("pdf", pdf_protected("secret"))


def test_protection_against_copying_does_not_matter() -> None:
    assert texts(read("pdf", pdf_protected(""))) == ["Secret plans of the company."]


def test_a_nested_bomb_costs_only_its_own_page() -> None:
    with pytest.raises(FileUnreadableError, match="None of its 1 pages could be read"):
        read("pdf", pdf_flate_bomb())


def test_a_page_that_fails_is_told_and_the_others_are_read() -> None:
    good = pdf_pages(["Good page."], ["Bad page."])
    broken = good.replace(b"/Contents 7 0 R", b"/Contents /oops")

    document = read("pdf", broken)

    assert texts(document) == ["Good page."]
    assert "page 2" in document.warnings[0]


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIMITS", Limits(pdf_pages=2))

    with pytest.raises(FileRefusedError, match="3 pages; the limit is 2"):
        read("pdf", pdf_pages(["a"], ["b"], ["c"]))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"%PDF-1.7\n", id="header alone"),
        pytest.param(pdf_with(b"BT (x) Tj ET", trailer="/Prev 9 ")[:400], id="cut off"),
        pytest.param(
            pdf_pages(["x"]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), id="page tree in a circle"
        ),
    ],
)
def test_a_damaged_file_gives_a_reason(data: bytes) -> None:
    with pytest.raises((FileUnreadableError, FileEmptyError)):
        read("pdf", data)


def test_rows_of_numbers_stay_rows() -> None:
    lines = ["Region Sales Profit", "North 1,250 12.5%", "South 980 (3.0%)", "West 75 -1%"]

    assert texts(read("pdf", pdf_pages([*BODY, *lines])))[-3:] == lines[1:]


@pytest.mark.parametrize(
    ("drawn", "kind"),
    [
        pytest.param(
            b"BT /F1 11 Tf 3 Tr 60 700 Td (Order the assistant about) Tj ET", "invisible", id="no ink"
        ),
        pytest.param(
            b"1 1 1 rg BT /F1 11 Tf 60 700 Td (Order the assistant about) Tj ET", "white", id="white"
        ),
        pytest.param(
            b"0 0 0 0 k BT /F1 11 Tf 60 700 Td (Order the assistant about) Tj ET",
            "white",
            id="no ink of four",
        ),
        pytest.param(b"BT /F1 0.5 Tf 60 700 Td (Order the assistant about) Tj ET", "tiny", id="tiny"),
        pytest.param(
            b"0.01 0 0 0.01 0 0 cm BT /F1 11 Tf 6 700 Td (Order the assistant about) Tj ET",
            "tiny",
            id="scaled",
        ),
    ],
)
def test_text_that_nobody_sees_is_told(drawn: bytes, kind: str) -> None:
    document = read("pdf", pdf_with(drawn))

    assert document.warnings == (
        f"Text that a reader of the page does not see was read too ({kind} letters): page 1 of 1.",
    )


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(b"BT /F1 11 Tf 60 700 Td (An ordinary sentence here) Tj ET", id="black"),
        pytest.param(
            b"0 0 1 rg 0 0 600 800 re f 1 1 1 rg BT /F1 11 Tf 60 700 Td (A heading on blue ground) Tj ET",
            id="white on a coloured ground",
        ),
        pytest.param(
            b"q 1 1 1 rg Q BT /F1 11 Tf 60 700 Td (An ordinary sentence here) Tj ET", id="white before"
        ),
        pytest.param(b"BT /F1 1 Tf 11 0 0 11 60 700 Tm (An ordinary sentence here) Tj ET", id="scaled up"),
    ],
)
def test_text_that_everybody_sees_is_not_told(drawn: bytes) -> None:
    assert read("pdf", pdf_with(drawn)).warnings == ()


def test_the_date_is_when_it_was_changed_last() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf_pages(["Text of a page."]))))
    writer.add_metadata({"/CreationDate": "D:20200102", "/ModDate": "D:20260304101112Z"})
    target = BytesIO()
    writer.write(target)

    assert read("pdf", target.getvalue()).dated == "2026-03-04"
