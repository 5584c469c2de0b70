"""HTML gives what a reader of the page sees, and says what was hidden."""

from __future__ import annotations

import pytest

from grounding.errors import FileEmptyError
from tests.grounding.loaders.reading import placed, read, texts


def test_headings_paragraphs_and_lists() -> None:
    document = read(
        "html", "<h1>Leave</h1><p>It is <b>2</b>5\n days<br>a year.<h2>Kinds</h2><ul><li>one<li>two</ul>"
    )

    assert placed(document) == [
        ("Leave", 1, 1),
        ("It is 25 days\na year.", 2, 2),
        ("Kinds", 3, 3),
        ("- one", 4, 4),
        ("- two", 5, 5),
    ]
    assert document.blocks[-1].heading == ("Leave", "Kinds")


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param("<script>no</script>", id="script"),
        pytest.param("<style>no</style>", id="style"),
        pytest.param("<noscript>no</noscript>", id="noscript"),
        pytest.param("<template>no</template>", id="template"),
        pytest.param("<!-- no -->", id="comment"),
    ],
)
def test_what_is_no_text_is_dropped(unseen: str) -> None:
    document = read("html", f"<p>yes{unseen}</p>")

    assert (texts(document), document.warnings) == (["yes"], ())


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("<div hidden>no</div>", id="attribute"),
        pytest.param('<div style="color:red; display : NONE">no</div>', id="display none"),
        pytest.param('<span style="visibility:hidden">no</span>', id="invisible"),
        pytest.param('<span style="font-size:0px">no</span>', id="zero size"),
        pytest.param('<table style="display:none"><tr><td>no</table>', id="table"),
        pytest.param("<table><tr><td>a<td>b<span hidden>no</span></table>", id="in a cell"),
    ],
)
def test_hidden_text_is_left_out_and_told(hidden: str) -> None:
    document = read("html", f"<p>yes</p>{hidden}")

    assert "no" not in " ".join(texts(document))
    assert document.warnings == ("Hidden text was left out (1 places).",)


def test_small_text_is_not_hidden() -> None:
    assert texts(read("html", '<p style="font-size:0.8em">yes')) == ["yes"]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        pytest.param(
            "<tr><th>Kind<th>Days<tr><td>sick<td>90<tr><td>child<td>",
            ["Kind: sick; Days: 90", "Kind: child"],
            id="headers stay with their cells",
        ),
        pytest.param(
            "<tr><td>Kind<td>Days<td>Note<tr><td>sick<td>90<td>paid",
            ["Kind: sick; Days: 90; Note: paid"],
            id="three columns have a header if the first row looks like one",
        ),
        pytest.param(
            "<tr><td>Kind:<td>sick<tr><td>Days<td>90", ["Kind: sick", "Days: 90"], id="name and value"
        ),
        pytest.param("<tr><td>1<td>2<td>3<tr><td>4<td>5<td>6", ["1 | 2 | 3", "4 | 5 | 6"], id="numbers"),
        pytest.param(
            "<tr><th>Who<th>Kind<th>Days<tr><td rowspan=2>all<td>sick<td>90<tr><td>child<td>10",
            ["Who: all; Kind: sick; Days: 90", "Who: all; Kind: child; Days: 10"],
            id="a cell over two rows stands in both",
        ),
        pytest.param(
            "<tr><th colspan=2>Name<th>Age<tr><td>Ada<td>Lee<td>41",
            ["Name: Ada; Lee; Age: 41"],
            id="a header over two columns keeps the others in place",
        ),
        pytest.param("<tr><td colspan=999999>a", ["a"], id="a span without measure"),
        pytest.param(
            "<tr><td colspan=9999>a<td>b<td>c", ["a | b | c"], id="nothing is lost behind a wide span"
        ),
        pytest.param("<caption>Leave</caption><tr><td>a<td>b", ["Leave", "a: b"], id="caption"),
    ],
)
def test_tables(table: str, rows: list[str]) -> None:
    assert texts(read("html", f"<table>{table}</table>")) == rows


def test_a_table_that_arranges_the_page_is_read_as_page() -> None:
    page = "<table><tr><td><h1>Leave</h1><p>one<p>two<td><table><tr><td>a<td>b</table></table>"

    assert texts(read("html", page)) == ["Leave", "one", "two", "a: b"]


def test_preformatted_text_keeps_its_lines() -> None:
    assert texts(read("html", "<pre>a\n   b\n\nc</pre>")) == ["a\n   b", "c"]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<p>Grüße</p>".encode("utf-16"), id="mark"),
        pytest.param('<meta charset="windows-1251"><p>Привет'.encode("cp1251"), id="meta"),
        pytest.param(
            '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><p>„Grüße“'.encode(
                "cp1252"
            ),
            id="Latin-1 means windows-1252",
        ),
        pytest.param("<p>Grüße</p>".encode("latin-1"), id="nothing declared"),
        pytest.param('<meta charset="latin1"><p>Grüße'.encode(), id="declared wrongly"),
        pytest.param('<meta charset="rot13"><p>Grüße'.encode("latin-1"), id="declared absurdly"),
        pytest.param('<meta charset="iso-2022-jp"><p>日本'.encode("iso-2022-jp"), id="seven bits"),
    ],
)
def test_encodings(page: bytes) -> None:
    assert texts(read("html", page))[0].strip("„“") in {"Grüße", "Привет", "日本"}


def test_the_title_is_the_page_s_own_or_its_first_heading() -> None:
    assert read("html", "<title>Leave\n policy</title><p>x").title == "Leave policy"
    assert read("html", "<title>Untitled</title><h1>Leave</h1>").title == "Leave"


def test_a_page_without_text_is_empty() -> None:
    with pytest.raises(FileEmptyError):
        read("html", "<html><body><img src=x><script>1</script>")


def test_a_page_as_deep_as_the_gate_allows_is_read() -> None:
    assert texts(read("html", "<div>" * 1_000 + "deep")) == ["deep"]


@pytest.mark.parametrize(
    ("meta", "dated"),
    [
        ('<meta property="article:modified_time" content="2026-03-01T10:00:00Z">', "2026-03-01"),
        ('<meta name="DCTERMS.modified" content="2026-03">', "2026-03"),
        ('<meta http-equiv="Last-Modified" content="Tue, 03 Mar 2026 09:30:00 GMT">', "2026-03-03"),
        (
            '<meta name="date" content="2020-01-01"><meta name="dcterms.modified" content="2026-01-01">',
            "2026-01-01",
        ),
        ('<meta name="date" content="soon">', None),
        ('<meta name="date" content="2026-13-45">', None),
        ("", None),
    ],
)
def test_the_date_that_a_page_states(meta: str, dated: str | None) -> None:
    assert read("html", f"<html><head>{meta}</head><p>words").dated == dated
