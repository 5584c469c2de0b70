"""Books give their chapters in reading order, each read as the web page it is."""

from __future__ import annotations

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from tests.grounding.loaders.office_files import changed, damaged, epub_of, part_of
from tests.grounding.loaders.reading import read, texts

FIRST = "<html><body><h1>Leave</h1><p>It is 25 days.</p></body></html>"
SECOND = "<html><body><h1>Pay</h1><h2>Bonus</h2><p>In May.</p></body></html>"
PROTECTION = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'


def test_chapters_come_in_reading_order_under_their_headings() -> None:
    document = read("epub", epub_of([FIRST, SECOND]))

    assert [(block.text, block.place, block.heading) for block in document.blocks] == [
        ("Leave", "chapter 1", ("Leave",)),
        ("It is 25 days.", "chapter 1", ("Leave",)),
        ("Pay", "chapter 2", ("Pay",)),
        ("Bonus", "chapter 2", ("Pay", "Bonus")),
        ("In May.", "chapter 2", ("Pay", "Bonus")),
    ]


@pytest.mark.parametrize("empty", ["<title/>", "<script src='a.js'/>", "<a id='p1'/>", "<style/>", "<div/>"])
def test_an_empty_element_of_xml_swallows_no_text(empty: str) -> None:
    head, body = (empty, "") if empty[1:7] in {"title/", "style/", "script"} else ("", empty)

    page = f"<html><head>{head}</head><body>{body}<p>It is 25 days.</p></body></html>"

    assert texts(read("epub", epub_of([page]))) == ["It is 25 days."]


def test_title_and_date_are_those_the_book_states() -> None:
    metadata = (
        "<dc:title>Staff handbook</dc:title><dc:date>2019-08-23</dc:date>"
        '<meta property="dcterms:modified">2026-03-04T00:00:00Z</meta>'
    )
    document = read("epub", epub_of([FIRST], metadata=metadata))

    assert (document.title, document.dated) == ("Staff handbook", "2026-03-04")


def test_a_missing_chapter_costs_only_itself_and_is_told() -> None:
    document = read("epub", changed(epub_of([FIRST, SECOND]), {"OEBPS/text/c 1.xhtml": None}))

    assert texts(document)[0] == "Pay"
    assert document.warnings == ("Missing or not readable: chapters 1.",)


def test_fonts_may_be_made_unreadable() -> None:
    fonts = PROTECTION.format("http://www.idpf.org/2008/embedding").encode()

    assert texts(read("epub", epub_of([FIRST], parts={"META-INF/encryption.xml": fonts})))


def test_a_path_out_of_the_archive_leads_nowhere() -> None:
    data = epub_of([FIRST])
    package = part_of(data, "OEBPS/content.opf").replace(b"text/c%201.xhtml", b"../../../../etc/hostname")

    with pytest.raises(FileEmptyError):
        read("epub", changed(data, {"OEBPS/content.opf": package}))


ENTITY = b'<!DOCTYPE package [<!ENTITY e SYSTEM "file:///etc/hostname">]><package>&e;</package>'


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        pytest.param(
            epub_of([FIRST], parts={"META-INF/encryption.xml": PROTECTION.format("aes").encode()}),
            FileRefusedError,
            "DRM",
            id="sold with protection",
        ),
        pytest.param(epub_of(["<html/>"]), FileEmptyError, "pictures of pages", id="no text"),
        pytest.param(epub_of([]), FileEmptyError, "No text", id="no chapters"),
        pytest.param(
            changed(epub_of([FIRST]), {"META-INF/container.xml": None}),
            FileUnreadableError,
            "missing",
            id="no contents",
        ),
        pytest.param(
            changed(epub_of([FIRST]), {"OEBPS/content.opf": ENTITY}),
            FileUnreadableError,
            "damaged",
            id="an entity",
        ),
        pytest.param(
            damaged(epub_of([FIRST * 50]), "OEBPS/content.opf"), FileUnreadableError, "damaged", id="damaged"
        ),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read("epub", data)
