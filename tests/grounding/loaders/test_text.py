"""Plain text keeps its lines, whatever encoding it is in."""

from __future__ import annotations

from base64 import b64encode

import pytest

from grounding.errors import FileEmptyError, FileRefusedError
from tests.grounding.loaders.reading import placed, read, texts

NOTE = "Grüße aus Köln.\n\nAnnual leave: 25 days.\nSick leave: 90 days.\n"


def test_paragraphs_are_divided_by_blank_lines_and_keep_their_lines() -> None:
    assert placed(read("text", NOTE)) == [
        ("Grüße aus Köln.", 1, 1),
        ("Annual leave: 25 days.\nSick leave: 90 days.", 3, 4),
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\r"], ids=["Windows", "old Mac"])
def test_line_ends_of_other_systems(ends: str) -> None:
    assert placed(read("text", NOTE.replace("\n", ends))) == placed(read("text", NOTE))


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"],
)
def test_unicode_with_and_without_mark_and_western_text(encoding: str) -> None:
    assert texts(read("text", NOTE.encode(encoding))) == texts(read("text", NOTE))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Привет, как дела? Сегодня мы идём в магазин за хлебом и молоком."),
        ("cp1250", "Zażółć gęślą jaźń, proszę państwa, to jest dłuższy tekst po polsku o pracy."),
        ("cp1253", "Καλημέρα κόσμε, αυτό είναι ένα κείμενο για την άδεια των εργαζομένων."),
        ("cp1255", "שלום עולם, זה טקסט בעברית לבדיקה של קידוד"),
        ("cp1255", "עדכון Tesla - נדרשת חתימה על הבקשה לרישום"),
        ("cp932", "こんにちは、世界。これは日本語のテキストです。"),
        ("gb18030", "中文文本测试,这是一个例子。"),
    ],
)
def test_other_encodings_are_guessed_and_the_guess_is_told(encoding: str, text: str) -> None:
    document = read("text", text.encode(encoding))

    assert texts(document) == [text]
    assert "encoding is not declared" in document.warnings[0]


def test_a_file_of_base64_is_read_decoded() -> None:
    document = read("text", b64encode(NOTE.encode()))

    assert texts(document) == texts(read("text", NOTE))
    assert document.warnings == ("It is Base64 and was read decoded.",)


@pytest.mark.parametrize("text", ["The" * 40, "deadbeef" * 20, "a1B2" * 99, "word\n" * 50])
def test_text_that_is_base64_by_chance_stays_as_it_is(text: str) -> None:
    assert texts(read("text", text)) == [text.strip()]


def test_the_title_is_the_name_of_the_file() -> None:
    assert read("text", NOTE, name="Handbook/leave policy.txt").title == "leave policy"


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\n", b"\xef\xbb\xbf\n"], ids=["nothing", "blanks", "a mark alone"]
)
def test_text_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(FileEmptyError):
        read("text", data)


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 9,
        b"\x00\x00\x00\x01" * 99,
        b"word \x01\x02\x03\x04\x05\x06 word" * 9,
        b"word \x00" + b"word" * 99,
    ],
    ids=["all bytes", "zeros", "control characters", "one zero after a blank"],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefusedError, match="binary"):
        read("text", data)


def test_control_characters_soft_hyphens_and_ligatures_do_not_reach_the_index() -> None:
    document = read("text", "Vor\u00adstand \x1b[31mred\x7f\u009b o\ufb03ce\ufeff tab\there" + " word" * 99)

    assert texts(document)[0].startswith("Vorstand [31mred office tab\there word")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param("GrÃ¼ÃŸe aus KÃ¶ln", "Grüße aus Köln", id="UTF-8 read as windows-1252"),
        pytest.param("São Paulo, AÇÃO, naïve", "São Paulo, AÇÃO, naïve", id="right text"),
    ],
)
def test_mojibake_is_mended_where_it_is_certain(written: str, read_as: str) -> None:
    assert texts(read("text", written)) == [read_as]
