"""RTF: paragraphs, tables, notes and characters; binary data and deep groups do no harm."""

from __future__ import annotations

import struct

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.loaders.compressed_rtf import unpacked
from tests.grounding.loaders.reading import placed, read, texts


def rtf(body: str) -> str:
    return r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}" + body + "}"


def test_paragraphs_are_counted() -> None:
    assert placed(read("rtf", rtf(r"Leave\par\par 25 days\par"))) == [("Leave", 1, 1), ("25 days", 3, 3)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param(r"K\'f6ln", "Köln", id="bytes of the code page"),
        pytest.param(r"K\u246?ln", "Köln", id="Unicode"),
        pytest.param(r"a\{b\}\\c", r"a{b}\c", id="escaped signs"),
        pytest.param(r"{\*\unknown secret}shown", "shown", id="unknown destination"),
        pytest.param(r"{\pict\bin5 }{}\\}shown", "shown", id="picture as raw bytes"),
        pytest.param(r"C:\\bin5 words", r"C:\bin5 words", id="a backslash before bin"),
        pytest.param(r"{\pict 89504e47}shown", "shown", id="picture as digits"),
        pytest.param(r"days{\footnote per year}", "days\nper year", id="footnote"),
    ],
)
def test_characters_and_groups(written: str, read_as: str) -> None:
    assert "\n".join(text.strip() for text in texts(read("rtf", rtf(written)))) == read_as


def test_rows_of_tables_name_their_columns() -> None:
    rows = [["Item", "City", "Price"], ["Hotel", "Oslo", "120"]]
    table = "".join(r"\trowd " + "".join(rf"\intbl {cell}\cell " for cell in row) + r"\row " for row in rows)

    assert texts(read("rtf", rtf(table))) == ["Item: Hotel; City: Oslo; Price: 120"]


def test_title_and_date_come_from_the_properties() -> None:
    info = r"{\info{\title Leave policy}{\creatim\yr2025\mo1\dy2}{\revtim\yr2026\mo3\dy4\hr5}}words"

    document = read("rtf", rtf(info.replace(r"{\creatim\yr2025\mo1\dy2}", "")))

    assert (document.title, document.dated) == ("Leave policy", "2026-03-04")


def test_what_is_left_out_is_told() -> None:
    assert "left out" in read("rtf", rtf(r"{\header Confidential}words")).warnings[0]


def test_rtf_without_text_is_empty() -> None:
    with pytest.raises(FileEmptyError):
        read("rtf", rtf(r"\par {\pict 89}"))


def test_deep_groups_are_refused() -> None:
    with pytest.raises(FileRefusedError, match="nested more than"):
        read("rtf", rtf("{" * 20_000 + "x" + "}" * 20_000))


def test_the_rich_text_of_outlook_is_unpacked() -> None:
    """The example of [MS-OXRTFCP] 3.1.1.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert unpacked(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(struct.pack("<IIII", 0, 9, 7, 0), id="unknown method"),
        pytest.param(struct.pack("<IIII", 0, 1 << 31, 0x75465A4C, 0), id="far too large"),
    ],
)
def test_rich_text_that_is_damaged_is_told(data: bytes) -> None:
    with pytest.raises(FileUnreadableError, match="rich text"):
        unpacked(data)


def test_rich_text_that_breaks_off_gives_what_there_is() -> None:
    assert unpacked(struct.pack("<IIII", 0, 9, 0x75465A4C, 0) + b"\x00ab") == b"ab"
