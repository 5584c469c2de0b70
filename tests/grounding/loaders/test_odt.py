"""OpenDocument texts give paragraphs, lists, tables and notes in the order of the text."""

from __future__ import annotations

from typing import Any

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from tests.grounding.loaders.office_files import changed, damaged, odt_of, odt_with, part_of
from tests.grounding.loaders.reading import placed, read, texts

LOCKED = b"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">
<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"""
HIDDEN = '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'


def handbook(document: Any) -> None:
    from odfdo import Header, List, Paragraph, Table

    body = document.body
    body.append(Header(1, "Leave"))
    body.append(Header(2, "Annual"))
    body.append(Paragraph("It is 25 days."))
    body.append(List(["one", "two"]))
    table = Table("Days", width=3, height=2)
    for index, text in enumerate(["Kind", "Days", "Pay", "sick", "90", "full"]):
        table.set_value((index % 3, index // 3), text)
    body.append(table)


def test_lines_count_paragraphs_and_rows_in_the_order_of_the_text() -> None:
    assert placed(read("odt", odt_of(handbook))) == [
        ("Leave", 1, 1),
        ("Annual", 2, 2),
        ("It is 25 days.", 3, 3),
        ("- one", 4, 4),
        ("- two", 5, 5),
        ("Kind: sick; Days: 90; Pay: full", 7, 7),
    ]


def test_headings_give_the_path() -> None:
    assert read("odt", odt_of(handbook)).blocks[2].heading == ("Leave", "Annual")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<text:p>a<text:s text:c='2'/>b<text:tab/>c</text:p>", ["a b\tc"], id="blanks and tabs"),
        pytest.param("<text:p>a<text:line-break/>b</text:p>", ["a\nb"], id="breaks"),
        pytest.param("<text:p>a<text:span>b</text:span>c</text:p>", ["abc"], id="spans"),
        pytest.param(
            "<text:p>a<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>note</text:p></text:note-body></text:note> b</text:p>",
            ["a b", "note"],
            id="notes follow their paragraph",
        ),
        pytest.param(
            "<text:p>a<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame></text:p>",
            ["a", "box"],
            id="so do text boxes",
        ),
        pytest.param(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes><text:p>a</text:p>",
            ["a"],
            id="deleted text is no text",
        ),
        pytest.param("<text:section><text:p>a</text:p></text:section>", ["a"], id="sections"),
        pytest.param(
            "<text:list><text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p>"
            "</text:list-item></text:list></text:list-item></text:list>",
            ["- a", "- b"],
            id="lists in lists",
        ),
        pytest.param(
            "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Kind</text:p>"
            "</table:table-cell><table:table-cell><text:p>Days</text:p></table:table-cell></table:table-row>"
            "</table:table-header-rows><table:table-row>"
            "<table:table-cell table:number-rows-spanned='2'><text:p>all</text:p></table:table-cell>"
            "<table:table-cell><text:p>9</text:p></table:table-cell></table:table-row><table:table-row>"
            "<table:covered-table-cell/><table:table-cell><text:p>8</text:p></table:table-cell>"
            "</table:table-row></table:table>",
            ["Kind: all; Days: 9", "Kind: all; Days: 8"],
            id="cells over several rows",
        ),
        pytest.param(
            "<table:table><table:table-row><table:table-cell><office:annotation><text:p>hm</text:p>"
            "</office:annotation><text:p>a<text:note><text:note-body><text:p>note</text:p></text:note-body>"
            "</text:note></text:p></table:table-cell></table:table-row></table:table>",
            ["a", "note"],
            id="notes in a cell, said once",
        ),
        pytest.param(
            "<table:table><table:table-row><table:table-cell table:number-columns-repeated='99999'>"
            "<text:p/></table:table-cell><table:table-cell><text:p>end</text:p></table:table-cell>"
            "</table:table-row></table:table>",
            ["end"],
            id="repetitions without measure",
        ),
    ],
)
def test_what_the_markup_means(body: str, expected: list[str]) -> None:
    assert texts(read("odt", odt_with(body))) == expected


def test_hidden_text_is_left_out_and_told() -> None:
    document = read(
        "odt", odt_with("<text:p>a<text:span text:style-name='T1'>b</text:span></text:p>", styles=HIDDEN)
    )

    assert (texts(document), document.warnings) == (["a"], ("Hidden text was left out.",))


def test_comments_are_left_out_and_told() -> None:
    document = read(
        "odt", odt_with("<text:p>a<office:annotation><text:p>hm</text:p></office:annotation></text:p>")
    )

    assert (texts(document), document.warnings) == (["a"], ("Comments were left out (1).",))


def test_the_title_style_gives_the_title_and_the_properties_the_date() -> None:
    meta = (
        b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>Other</dc:title>'
        b"<dc:date>2026-03-04T10:11:12.5</dc:date></office:meta></office:document-meta>"
    )
    data = odt_with('<text:p text:style-name="Title">Staff handbook</text:p><text:p>a</text:p>')

    document = read("odt", changed(data, {"meta.xml": meta}))

    assert (document.title, document.dated) == ("Staff handbook", "2026-03-04")


def test_an_entity_is_not_followed() -> None:
    data = odt_with("<text:p>before ENTITY after</text:p>")
    content = part_of(data, "content.xml").replace(b"ENTITY", b"&e;")
    trap = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + content

    assert texts(read("odt", changed(data, {"content.xml": trap}))) == ["before after"]


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        pytest.param(
            changed(odt_of(handbook), {"META-INF/manifest.xml": LOCKED}),
            FileRefusedError,
            "protected by a password",
            id="password",
        ),
        pytest.param(odt_with(""), FileEmptyError, "no text", id="empty"),
        pytest.param(damaged(odt_of(handbook), "content.xml"), FileUnreadableError, "damaged", id="damaged"),
        pytest.param(
            odt_with("<text:section>" * 5000 + "</text:section>" * 5000),
            FileUnreadableError,
            "damaged",
            id="deep",
        ),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read("odt", data)
