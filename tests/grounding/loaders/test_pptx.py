"""Presentations give slides under their titles, with tables, charts and the speaker's notes."""

from __future__ import annotations

from typing import Any

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from tests.grounding.loaders.office_files import changed, compound, damaged, part_of, pptx_of
from tests.grounding.loaders.reading import read, texts

SLIDE = "ppt/slides/slide1.xml"


def leave(presentation: Any) -> None:
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Annual leave"
    slide.placeholders[1].text_frame.text = "25 days a year"
    slide.notes_slide.notes_text_frame.text = "Say that it was 20 before."
    second = presentation.slides.add_slide(presentation.slide_layouts[1])
    second.shapes.title.text = "Sick leave"
    second.placeholders[1].text_frame.text = "90 days"


def boxed(slide: Any, text: str) -> Any:
    box = slide.shapes.add_textbox(0, 0, 100, 100)
    box.text_frame.text = text
    return box


def blank(presentation: Any) -> Any:
    return presentation.slides.add_slide(presentation.slide_layouts[6])


def test_each_text_says_on_which_slide_it_is_and_under_which_title() -> None:
    document = read("pptx", pptx_of(leave))

    assert [(block.text, block.place, block.page, block.heading) for block in document.blocks] == [
        ("Annual leave", "slide 1", 1, ("Annual leave",)),
        ("25 days a year", "slide 1", 1, ("Annual leave",)),
        ("Say that it was 20 before.", "slide 1, notes", 1, ("Annual leave",)),
        ("Sick leave", "slide 2", 2, ("Sick leave",)),
        ("90 days", "slide 2", 2, ("Sick leave",)),
    ]
    assert document.pages == 2


def test_tables_keep_their_column_names() -> None:
    def write(presentation: Any) -> None:
        table = blank(presentation).shapes.add_table(3, 2, 0, 0, 100, 100).table
        for index, text in enumerate(["Kind", "Days", "sick", "90", "annual", "25"]):
            table.cell(index // 2, index % 2).text = text

    assert texts(read("pptx", pptx_of(write))) == ["Kind: sick; Days: 90", "Kind: annual; Days: 25"]


def test_groups_in_groups_are_read() -> None:
    def write(presentation: Any) -> None:
        slide = blank(presentation)
        shapes = slide.shapes
        for _ in range(20):
            shapes = shapes.add_group_shape().shapes
        shapes.add_textbox(0, 0, 1, 1).text_frame.text = "deep inside"
        boxed(slide, "outside")

    assert texts(read("pptx", pptx_of(write))) == ["deep inside", "outside"]


def test_a_chart_gives_its_title_and_its_series() -> None:
    def write(presentation: Any) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE

        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx has no types
        data.categories = ["2024", "2025"]
        data.add_series("Sales", (5, 7.5))
        chart = blank(presentation).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, data).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "Sales by year"

    assert texts(read("pptx", pptx_of(write))) == ["Sales by year", "Sales: 2024 5; 2025 7.5"]


def test_hidden_slides_are_read_and_told() -> None:
    def write(presentation: Any) -> None:
        leave(presentation)
        presentation.slides[1].element.set("show", "0")

    document = read("pptx", pptx_of(write))

    assert "90 days" in texts(document)
    assert document.warnings == ("Hidden slides were read too: 2.",)


def test_hidden_shapes_are_left_out_and_told() -> None:
    def write(presentation: Any) -> None:
        slide = blank(presentation)
        boxed(slide, "seen")
        hidden = boxed(slide, "not seen")
        hidden.element.nvSpPr.cNvPr.set("hidden", "1")

    document = read("pptx", pptx_of(write))

    assert (texts(document), document.warnings) == (["seen"], ("Hidden shapes were left out.",))


def test_slides_without_text_are_told() -> None:
    def write(presentation: Any) -> None:
        leave(presentation)
        blank(presentation)

    assert read("pptx", pptx_of(write)).warnings == ("No text on slides: 3.",)


def test_slide_numbers_and_footers_are_no_text() -> None:
    data = pptx_of(leave)
    furniture = (
        b'<p:sp><p:nvSpPr><p:cNvPr id="9" name="n"/>'
        b'<p:cNvSpPr/><p:nvPr><p:ph type="sldNum"/></p:nvPr></p:nvSpPr>'
        b"<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>17</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>"
    )
    slide = part_of(data, SLIDE).replace(b"</p:spTree>", furniture)

    assert "17" not in texts(read("pptx", changed(data, {SLIDE: slide})))


def test_the_date_of_the_template_is_no_date_of_the_presentation() -> None:
    assert read("pptx", pptx_of(leave)).dated is None


def test_the_date_is_when_it_was_changed_last() -> None:
    def write(presentation: Any) -> None:
        from datetime import datetime

        leave(presentation)
        presentation.core_properties.created = datetime(2020, 1, 2)  # noqa: DTZ001 - stated without a zone
        presentation.core_properties.modified = datetime(2026, 3, 4)  # noqa: DTZ001
        presentation.core_properties.title = "PowerPoint Presentation"

    document = read("pptx", pptx_of(write))

    assert (document.dated, document.title) == ("2026-03-04", "Annual leave")


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        pytest.param(
            compound("EncryptedPackage"), FileRefusedError, "protected by a password", id="password"
        ),
        pytest.param(pptx_of(blank), FileEmptyError, "1 slide without text", id="no text"),
        pytest.param(damaged(pptx_of(leave), SLIDE), FileUnreadableError, "damaged", id="damaged"),
        pytest.param(
            changed(pptx_of(leave), {SLIDE: b"<a>" * 5000}), FileUnreadableError, "damaged", id="deep"
        ),
        pytest.param(
            changed(pptx_of(leave), {SLIDE: None}), FileUnreadableError, "damaged", id="a part lost"
        ),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read("pptx", data)
