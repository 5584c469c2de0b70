"""Workbooks give rows that name their columns, with the cells they stand in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from tests.grounding.loaders.office_files import changed, compound, damaged, part_of, sheet_of, xlsx_of
from tests.grounding.loaders.reading import read, texts

SHEET = "xl/worksheets/sheet1.xml"
PRICES: list[list[object]] = [["Item", "Colour", "Price"], ["Pen", "blue", 1.5], ["Book", "red", 12]]


def with_markup(sheet: str) -> bytes:
    """A workbook whose only sheet has this markup."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return changed(sheet_of(PRICES), {SHEET: f'<worksheet xmlns="{space}">{sheet}</worksheet>'.encode()})


def test_rows_name_their_columns_and_say_where_they_stand() -> None:
    [block] = read("xlsx", sheet_of(PRICES)).blocks

    assert block.text == "Item: Pen; Colour: blue; Price: 1.5\nItem: Book; Colour: red; Price: 12"
    assert (block.place, block.heading) == ("sheet Prices, A2:C3", ("Prices",))
    assert (block.line_start, block.line_end) == (2, 3)


def test_the_name_that_a_program_gave_a_sheet_is_no_heading() -> None:
    [block] = read("xlsx", sheet_of(PRICES, name="Sheet1")).blocks

    assert (block.place, block.heading) == ("sheet Sheet1, A2:C3", ())


def test_numbers_and_dates_are_written_as_people_see_them() -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["What", "Value", "Day"])
        for row, (name, value, shape) in enumerate(
            [("Growth", 0.125, "0.0%"), ("Sales", 1234567.891, '#,##0.00 "EUR"'), ("Code", 42, "00000")],
            start=2,
        ):
            sheet.append([name, value, datetime(2026, 3, row)])  # noqa: DTZ001 - cells know no zones
            sheet.cell(row, 2).number_format = shape
            sheet.cell(row, 3).number_format = "d mmmm yyyy"

    assert texts(read("xlsx", xlsx_of(write))) == [
        (
            "What: Growth; Value: 12.5%; Day: 2 March 2026\n"
            "What: Sales; Value: 1,234,567.89 EUR; Day: 3 March 2026\n"
            "What: Code; Value: 00042; Day: 4 March 2026"
        )
    ]


def test_merged_cells_stand_in_each_row_and_over_each_column_they_reach() -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.active
        for row in (
            ["Region", "2023", None, "2024", None],
            [None, "Q1", "Q2", "Q1", "Q2"],
            ["North", 1, 2, 3, 4],
            [None, 5, 6, 7, 8],
        ):
            sheet.append(row)
        for merged in ("A1:A2", "B1:C1", "D1:E1", "A3:A4"):
            sheet.merge_cells(merged)

    assert texts(read("xlsx", xlsx_of(write))) == [
        (
            "Region: North; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4\n"
            "Region: North; 2023 Q1: 5; 2023 Q2: 6; 2024 Q1: 7; 2024 Q2: 8"
        )
    ]


def test_each_table_of_a_sheet_has_its_own_names_and_caption() -> None:
    rows = [["Prices of 2026"], *PRICES, [], ["Who", "Days"], ["Ann", 25], ["Bob", 30]]

    document = read("xlsx", sheet_of(rows))

    assert [(block.place, block.heading, block.text) for block in document.blocks] == [
        ("sheet Prices, A1:C1", ("Prices",), "Prices of 2026"),
        (
            "sheet Prices, A3:C4",
            ("Prices", "Prices of 2026"),
            "Item: Pen; Colour: blue; Price: 1.5\nItem: Book; Colour: red; Price: 12",
        ),
        ("sheet Prices, A7:B8", ("Prices", "Prices of 2026"), "Who: Ann; Days: 25\nWho: Bob; Days: 30"),
    ]


def test_names_above_a_blank_row_still_name_the_columns_below_it() -> None:
    rows = [["In millions", "Sales", "Profit"], [], ["North", 5, 1], ["South", 6, 2]]

    assert texts(read("xlsx", sheet_of(rows)))[-1] == (
        "In millions: North; Sales: 5; Profit: 1\nIn millions: South; Sales: 6; Profit: 2"
    )


def test_names_and_values_side_by_side_are_no_header_and_row() -> None:
    rows = [["Company", "Acme"], ["Founded", 1990], ["Seat", "Bern"]]

    assert texts(read("xlsx", sheet_of(rows))) == ["Company: Acme\nFounded: 1990\nSeat: Bern"]


def test_hidden_sheets_are_read_and_told() -> None:
    def write(workbook: Any) -> None:
        workbook.active.append(["open"])
        secret = workbook.create_sheet("Margins")
        secret.append(["hidden"])
        secret.sheet_state = "veryHidden"

    document = read("xlsx", xlsx_of(write))

    assert texts(document) == ["open", "hidden"]
    assert document.warnings == ("Hidden sheets were read too: Margins.",)


def test_a_formula_that_nobody_calculated_is_told() -> None:
    document = read("xlsx", sheet_of([*PRICES, ["Sum", None, "=SUM(C2:C3)"]]))

    assert document.warnings == (
        (
            "Formulas that were never calculated have no value: Prices C4;"
            " open it in Excel or LibreOffice and save it again."
        ),
    )


def test_a_calculated_formula_gives_its_value() -> None:
    document = read(
        "xlsx",
        with_markup('<sheetData><row r="1"><c r="A1"><f>2+3</f><v>5</v></c></row></sheetData>'),
    )

    assert (texts(document), document.warnings) == (["5"], ())


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param('<dimension ref="A1:XFD1048576"/>', id="by its stated dimension"),
        pytest.param("", id="by a cell far out"),
    ],
)
def test_a_sheet_of_a_million_rows_with_three_cells_is_read_at_once(sheet: str) -> None:
    cells = "".join(
        f'<row r="{row}"><c r="{cell}{row}"><v>{row}</v></c></row>'
        for row, cell in ((1, "A"), (2, "B"), (1048576, "XFD"))
    )

    document = read("xlsx", with_markup(f"{sheet}<sheetData>{cells}</sheetData>"))

    assert [(block.text, block.place) for block in document.blocks] == [
        ("1\n2", "sheet Prices, A1:B2"),
        ("1048576", "sheet Prices, XFD1048576"),
    ]


def test_cells_scattered_over_all_of_a_sheet_are_refused_before_they_fill_the_memory() -> None:
    rows = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 1500))

    with pytest.raises(FileUnreadableError, match="too far apart"):
        read("xlsx", with_markup(f"<sheetData>{rows}</sheetData>"))


def test_an_entity_is_not_followed() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    sheet = bomb + part_of(sheet_of(PRICES), SHEET).replace(b"<v>12</v>", b"<v>&e;</v>")

    with pytest.raises(FileUnreadableError):
        read("xlsx", changed(sheet_of(PRICES), {SHEET: sheet}))


def test_the_date_is_the_one_the_workbook_states() -> None:
    def write(workbook: Any) -> None:
        workbook.active.append(["x"])
        workbook.properties.created = datetime(2021, 5, 6)  # noqa: DTZ001 - cells know no zones

    data = xlsx_of(write)
    this_year = f"{datetime.now(UTC).year}-".encode()  # openpyxl writes the present moment
    modified = part_of(data, "docProps/core.xml").replace(this_year, b"2022-")

    assert (read("xlsx", changed(data, {"docProps/core.xml": modified})).dated or "")[:5] == "2022-"
    assert read("xlsx", changed(data, {"docProps/core.xml": None})).dated is None


def test_comments_are_told_since_they_are_not_read() -> None:
    def write(workbook: Any) -> None:
        from openpyxl.comments import Comment  # type: ignore[import-untyped] # it has no types

        workbook.active["A1"] = "Price"
        workbook.active["A1"].comment = Comment("check this", "Ann")

    assert read("xlsx", xlsx_of(write)).warnings == ("Not read: comments.",)


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        pytest.param(
            compound("EncryptedPackage"), FileRefusedError, "protected by a password", id="password"
        ),
        pytest.param(compound("Workbook"), FileRefusedError, "old binary format", id="an old workbook"),
        pytest.param(sheet_of([]), FileEmptyError, "no text", id="empty"),
        pytest.param(damaged(sheet_of(PRICES * 50), SHEET), FileUnreadableError, "damaged", id="damaged"),
        pytest.param(b"PK\x03\x04 and nothing", FileUnreadableError, "damaged", id="cut off"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read("xlsx", data)
