"""XML: records and paragraphs in order, names as headings; nothing outside the file is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError, IntakeError
from tests.grounding.loaders.reading import placed, read, texts

BOOK = """<?xml version="1.0"?>
<handbook xmlns="http://example.com/h">
  <title>Handbook</title><modified>2026-02-01</modified>
  <chapter name="Leave">
    <title>Annual leave</title>
    <p>You get <b>25</b> days<!-- not this -->.</p>
    <dayRate currency="EUR">90</dayRate>
  </chapter>
</handbook>"""


def test_a_book_keeps_its_headings_and_lines() -> None:
    document = read("xml", BOOK)

    assert (document.title, document.dated) == ("Handbook", "2026-02-01")
    assert ("You get 25 days.", 6, 6) in placed(document)
    assert "day Rate: 90 (currency: EUR)" in texts(document)
    assert document.blocks[-1].heading == ("Handbook", "chapter Leave", "Annual leave")


def test_a_record_is_a_block_of_names_and_values() -> None:
    source = (
        "<rates><rate><city>Oslo</city>\n<price>90</price></rate>\n<rate><city>Rome</city></rate></rates>"
    )

    assert placed(read("xml", source)) == [("city: Oslo\nprice: 90", 1, 2), ("city: Rome", 3, 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1"])
def test_the_encoding_is_found_whatever_the_file_declares(encoding: str) -> None:
    source = '<?xml version="1.0" encoding="UTF-8"?>\n<note>Grüße aus Köln und Nürnberg</note>'

    assert placed(read("xml", source.encode(encoding))) == [("note: Grüße aus Köln und Nürnberg", 2, 2)]


def test_xml_with_a_fault_is_read_as_far_as_possible_and_says_so() -> None:
    document = read("xml", "<a><p>one</p>\n<p>two</a>")

    assert texts(document) == ["one\ntwo"]
    assert "fault in line 2" in document.warnings[0]


@pytest.mark.parametrize("source", ["<a/>", "<a> <b> </b></a>"])
def test_xml_without_text_is_empty(source: str) -> None:
    with pytest.raises(FileEmptyError):
        read("xml", source)


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><a>&a9;</a>"
)


@pytest.mark.parametrize(
    ("source", "error", "reason"),
    [
        pytest.param(LAUGHS, FileRefusedError, "entities", id="billion laughs"),
        pytest.param(LAUGHS.encode("utf-16"), FileRefusedError, "entities", id="billion laughs in UTF-16"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]><a>&x;</a>',
            FileRefusedError,
            "entities",
            id="entity from the network",
        ),
        pytest.param("<a>" * 100_000, FileRefusedError, "nested", id="deep and open"),
        pytest.param("<a>" * 201 + "x" + "</a>" * 201, FileRefusedError, "nested more than 200", id="deep"),
        pytest.param("no markup", FileUnreadableError, "no XML", id="no XML"),
    ],
)
def test_hostile_or_broken_xml_has_a_reason(
    source: str | bytes, error: type[IntakeError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        read("xml", source)


@pytest.mark.parametrize(
    "source",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{}">]><a>words &x;</a>',
        '<!DOCTYPE a SYSTEM "file://{}"><a>words</a>',
        '<a xmlns:xi="http://www.w3.org/2001/XInclude">words<xi:include href="{}" parse="text"/></a>',
        '<?xml-stylesheet href="{}"?><a>words</a>',
    ],
    ids=["entity", "document type", "inclusion", "style sheet"],
)
def test_no_other_file_is_read(tmp_path: Path, source: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("HUNTER2", encoding="utf-8")

    try:
        found = texts(read("xml", source.format(secret)))
    except FileRefusedError as refusal:
        found = [str(refusal)]

    assert "HUNTER2" not in " ".join(found)
