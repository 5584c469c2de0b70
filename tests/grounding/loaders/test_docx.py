"""Word documents give paragraphs, lists and tables in the order of the text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from tests.grounding.fixtures import docx_changed, docx_of
from tests.grounding.loaders.office_files import compound
from tests.grounding.loaders.reading import placed, read, texts


def handbook(document: Any) -> None:
    document.add_paragraph("Before all.")
    document.add_heading("Leave", 1)
    document.add_heading("Annual", 2)
    document.add_paragraph("It is 25 days.")
    document.add_paragraph("one", style="List Bullet")
    table = document.add_table(2, 3)
    for cell, text in zip(table._cells, ["Kind", "Days", "Note", "sick", "90", ""], strict=True):
        cell.text = text
    document.add_paragraph("After all.")


def with_xml(xml: str) -> bytes:
    """A document whose body is this markup."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body>{xml}</w:body></w:document>'
    return docx_changed(docx_of(handbook), **{"word__document.xml": body.encode()})


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run(text)}</w:p></w:tc>"


def test_lines_count_paragraphs_and_rows_in_the_order_of_the_text() -> None:
    assert placed(read("docx", docx_of(handbook))) == [
        ("Before all.", 1, 1),
        ("Leave", 2, 2),
        ("Annual", 3, 3),
        ("It is 25 days.", 4, 4),
        ("- one", 5, 5),
        ("Kind | Days | Note", 6, 6),  # no row has a note
        ("Kind: sick; Days: 90", 7, 7),
        ("After all.", 8, 8),
    ]


def test_heading_styles_give_the_path() -> None:
    blocks = read("docx", docx_of(handbook)).blocks

    assert [block.heading for block in blocks[:4]] == [
        (),
        ("Leave",),
        ("Leave", "Annual"),
        ("Leave", "Annual"),
    ]


def test_the_title_style_gives_the_title() -> None:
    def titled(document: Any) -> None:
        document.core_properties.title = "Document1"
        document.add_heading("Staff handbook", 0)
        document.add_heading("Leave", 1)

    assert read("docx", docx_of(titled)).title == "Staff handbook"


def test_stated_properties_give_the_title_where_no_style_does() -> None:
    def stated(document: Any) -> None:
        document.core_properties.title = "Leave policy"
        document.add_paragraph("x")

    assert read("docx", docx_of(stated)).title == "Leave policy"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        pytest.param(f"<w:p>{run('a')}<w:ins>{run('b')}</w:ins></w:p>", ["ab"], id="insertions are text"),
        pytest.param(
            f"<w:p>{run('a')}<w:del><w:r><w:delText>b</w:delText></w:r></w:del></w:p>",
            ["a"],
            id="deletions are not",
        ),
        pytest.param(f"<w:p>{run('a')}<w:moveFrom>{run('b')}</w:moveFrom></w:p>", ["a"], id="nor moved text"),
        pytest.param(
            f"<w:sdt><w:sdtContent><w:p>{run('a')}</w:p></w:sdtContent></w:sdt>", ["a"], id="content controls"
        ),
        pytest.param(
            f"<w:p>{run('a')}<w:r><w:pict><w:txbxContent><w:p>{run('box')}</w:p></w:txbxContent>"
            "</w:pict></w:r></w:p>",
            ["a", "box"],
            id="text boxes follow their paragraph",
        ),
        pytest.param(
            "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>",
            ["a\tb\nc"],
            id="tabs and breaks",
        ),
        pytest.param(
            "<w:tbl><w:tr>" + cell("a", '<w:gridSpan w:val="9999"/>') + cell("b") + cell("c")
            + "</w:tr></w:tbl>",
            ["a | b | c"],
            id="nothing is lost behind a wide span",
        ),
        pytest.param(
            "<w:tbl><w:tr>"
            + cell("Who") + cell("Kind") + cell("Days")
            + "</w:tr><w:tr>"
            + cell("all", '<w:vMerge w:val="restart"/>') + cell("sick") + cell("90")
            + "</w:tr><w:tr>"
            + cell("", "<w:vMerge/>") + cell("child") + cell("10")
            + "</w:tr></w:tbl>",
            ["Who: all; Kind: sick; Days: 90", "Who: all; Kind: child; Days: 10"],
            id="merged cells",
        ),
        pytest.param(
            "<w:tbl><w:tr>" + cell("a", '<w:gridSpan w:val="99999"/>') + cell("b") + "</w:tr></w:tbl>",
            ["a: b"],
            id="a span without measure",
        ),
        pytest.param(
            "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>" + cell("Kind") + cell("Days")
            + "</w:tr><w:tr>" + cell("sick") + cell("90") + "</w:tr></w:tbl>",
            ["Kind: sick; Days: 90"],
            id="a row marked as header",
        ),
    ],
)  # fmt: skip
def test_what_word_hides_in_its_markup(xml: str, expected: list[str]) -> None:
    assert texts(read("docx", with_xml(xml))) == expected


def test_hidden_text_is_left_out_and_told() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r>"

    document = read("docx", with_xml(f"<w:p>{run('yes')}{hidden}</w:p>"))

    assert (texts(document), document.warnings) == (["yes"], ("Hidden text was left out.",))


def test_a_document_without_text_is_empty() -> None:
    with pytest.raises(FileEmptyError):
        read("docx", with_xml("<w:p/>"))


def test_a_damaged_document_gives_the_kind_of_fault_and_no_content() -> None:
    with pytest.raises(FileUnreadableError, match=r"its parser failed \(\w+\)") as refusal:
        read("docx", docx_changed(docx_of(handbook), **{"word__document.xml": b"<secret"}))

    assert "secret" not in str(refusal.value)


def test_headers_and_footers_follow_the_text_once_each_without_page_numbers() -> None:
    def lettered(document: Any) -> None:
        document.add_paragraph("Text.")
        document.sections[0].header.paragraphs[0].text = "Staff handbook 2026"
        document.sections[0].footer.paragraphs[0].text = "17"
        second = document.add_section()
        second.header.is_linked_to_previous = False
        second.header.paragraphs[0].text = "Staff handbook 2026"

    assert [(block.text, block.place) for block in read("docx", docx_of(lettered)).blocks] == [
        ("Text.", ""),
        ("Staff handbook 2026", "page header"),
    ]


def test_the_date_is_when_it_was_changed_last() -> None:
    def dated(document: Any) -> None:
        document.add_paragraph("Text.")
        document.core_properties.modified = datetime(2026, 3, 4)  # noqa: DTZ001 - stated without a zone

    assert read("docx", docx_of(dated)).dated == "2026-03-04"


def test_the_date_of_the_template_is_no_date_of_the_document() -> None:
    assert read("docx", docx_of(handbook)).dated is None


def test_comments_and_deleted_text_are_left_out_and_told() -> None:
    def commented(document: Any) -> None:
        document.add_comment(document.add_paragraph("Text.").runs, "check this", author="Ann")

    deleted = f"<w:p>{run('a')}<w:del><w:r><w:delText>b</w:delText></w:r></w:del></w:p>"

    assert read("docx", docx_of(commented)).warnings == ("Comments were left out (1).",)
    assert read("docx", with_xml(deleted)).warnings == ("Text that reviewers deleted was left out.",)


def test_a_text_box_in_a_table_belongs_to_its_cell() -> None:
    box = "<w:r><w:pict><w:txbxContent><w:p>" + run("box") + "</w:p></w:txbxContent></w:pict></w:r>"
    table = f"<w:tbl><w:tr>{cell('a')}<w:tc><w:p>{run('b')}{box}</w:p></w:tc></w:tr></w:tbl>"

    assert texts(read("docx", with_xml(table))) == ["a: b box"]


def test_a_document_with_a_password_says_so() -> None:
    with pytest.raises(FileRefusedError, match="protected by a password"):
        read("docx", compound("EncryptedPackage"))
