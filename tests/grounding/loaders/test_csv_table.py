"""Separated values give rows that name their columns, whatever divides them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.errors import FileEmptyError, FileUnreadableError
from tests.grounding.loaders.reading import placed, read, texts

TEAMS = "Team,Wins,Since\nBlues,1,1967\nFlyers,2,1967\n"
SAID = "Team: Blues; Wins: 1; Since: 1967\nTeam: Flyers; Wins: 2; Since: 1967"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEAMS.encode(), id="commas"),
        pytest.param(TEAMS.replace(",", ";").encode(), id="semicolons"),
        pytest.param(TEAMS.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TEAMS.replace(",", "|").encode(), id="bars"),
        pytest.param(TEAMS.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(TEAMS.encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(TEAMS.encode("utf-16"), id="UTF-16"),
        pytest.param(TEAMS.encode("utf-16-be"), id="UTF-16 without a mark"),
        pytest.param(("sep=;\n" + TEAMS.replace(",", ";")).encode(), id="the delimiter said in a first line"),
        pytest.param(TEAMS.replace("Blues", '"Blues"').encode(), id="quotes"),
    ],
)
def test_the_same_table_is_read_from_each_way_to_write_it(data: bytes) -> None:
    assert texts(read("csv", data)) == [SAID]


def test_decimal_commas_are_no_delimiters() -> None:
    assert texts(read("csv", "Item;Price\nPen;1,50\nBook;12,00\n")) == [
        "Item: Pen; Price: 1,50\nItem: Book; Price: 12,00"
    ]


def test_places_count_rows_and_lines_follow_quoted_line_breaks() -> None:
    [block] = read("csv", 'Item,Note,Price\nPen,"blue\nor red",1\nBook,,12\n').blocks

    assert block.text == "Item: Pen; Note: blue or red; Price: 1\nItem: Book; Price: 12"
    assert (block.place, block.line_start, block.line_end) == ("rows 2 to 3", 2, 4)


def test_a_title_row_is_the_heading_of_its_table() -> None:
    document = read("csv", "Stanley Cups,,\nTeam,Location,Wins\nBlues,STL,1\n")

    assert [(block.text, block.heading) for block in document.blocks] == [
        ("Stanley Cups", ()),
        ("Team: Blues; Location: STL; Wins: 1", ("Stanley Cups",)),
    ]


def test_a_name_over_several_columns_is_in_each_of_their_names() -> None:
    document = read("csv", "Who,2023,\n,Q1,Q2\nNorth,5,7\nSouth,6,8\n")

    assert texts(document) == ["Who: North; 2023 Q1: 5; 2023 Q2: 7\nWho: South; 2023 Q1: 6; 2023 Q2: 8"]


def test_rows_without_column_names_are_read_as_they_are() -> None:
    assert texts(read("csv", "1,2,3\n4,5,6\n")) == ["1 | 2 | 3\n4 | 5 | 6"]


def test_ragged_rows_are_kept_and_told() -> None:
    document = read("csv", "A,B,C\n1,2,3\n4,5\n6,7,8,9\n")

    assert texts(document) == ["A: 1; B: 2; C: 3\nA: 4; B: 5\nA: 6; B: 7; C: 8; 9"]
    assert document.warnings == ("Not 3 columns as most rows have: rows 3, 4.",)


def test_a_quote_that_is_never_closed_hides_no_row() -> None:
    rows = "".join(f"{number},pen\n" for number in range(500))
    document = read("csv", f'No,Item\n0,6" nails\n1,"open\n{rows}')

    assert "No: 499; Item: pen" in texts(document)[-1]
    assert document.warnings == ("A quote is never closed: all quotes were read as plain signs.",)


def test_prose_with_commas_is_no_table() -> None:
    assert texts(read("csv", "Lorem, ipsum\ndolor sit\namet\nadipiscing\n")) == [
        "Lorem, ipsum\ndolor sit\namet\nadipiscing"
    ]


def test_names_that_no_row_uses_are_not_lost() -> None:
    assert texts(read("csv", "Item,Price,Colour\nPen,1,\nBook,12,\n")) == [
        "Item | Price | Colour",
        "Item: Pen; Price: 1\nItem: Book; Price: 12",
    ]


def test_two_tables_divided_by_a_blank_row_have_names_of_their_own() -> None:
    rows = "".join(f"North,{number}\n" for number in range(9))
    document = read("csv", f"Region,Sales\n{rows}\nItem,Price\nPen,1\n")

    assert [(block.text, block.place) for block in document.blocks][-1] == (
        "Item: Pen; Price: 1",
        "row 13",
    )


def test_long_tables_come_in_groups_of_ten_rows() -> None:
    document = read("csv", "No,Item\n" + "".join(f"{number},pen\n" for number in range(1, 26)))

    assert [(block.place, block.line_start, block.line_end) for block in document.blocks] == [
        ("rows 2 to 11", 2, 11),
        ("rows 12 to 21", 12, 21),
        ("rows 22 to 26", 22, 26),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b",,\n,,\n", b'""\n'], ids=["nothing", "lines", "commas", "quotes"]
)
def test_a_table_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(FileEmptyError):
        read("csv", data)


def test_a_row_of_too_many_columns_is_refused_with_its_reason() -> None:
    with pytest.raises(FileUnreadableError, match="columns"):
        read("csv", "a," * 20_000 + "\n")


# Without the two letters that begin a word which was read in the wrong encoding: such words are mended.
words = st.text(st.characters(categories=["L"], exclude_characters="ÂÃ"), min_size=1, max_size=6)


@settings(max_examples=40)
@given(st.lists(st.lists(words, min_size=2, max_size=4), min_size=1, max_size=12))
def test_no_word_is_lost(rows: list[list[str]]) -> None:
    written = "\n".join(",".join(row) for row in rows)

    found = "\n".join(texts(read("csv", written)))

    assert {word for row in rows for word in row} <= set(
        found.replace(":", " ").replace(";", " ").replace("|", " ").replace(",", " ").split()
    )


def test_lines_and_text_agree() -> None:
    assert placed(read("csv", TEAMS)) == [(SAID, 2, 3)]
