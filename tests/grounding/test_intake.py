"""The gate: ordinary files of known kinds pass, read once; all else is refused with a reason and a remedy."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import threading
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from grounding.errors import FileEmptyError, FileRefusedError
from grounding.intake import KIND_OF_ENDING, Limits, admit
from tests.grounding.fixtures import docx_changed, docx_of, pdf_pages
from tests.grounding.loaders.wrapping import msg_of, zip_of

WORD = docx_of(lambda document: document.add_paragraph("Annual leave is 25 days."))
SENTENCE = b"Annual leave is 25 days."
OFFICE = {
    "docx": "wordprocessingml.document.main+xml",
    "pptx": "presentationml.presentation.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
}


def office(main: str, **parts: bytes) -> bytes:
    return zip_of(
        **{"[Content_Types].xml": f'<Override ContentType="application/x.{main}"/>'.encode()}, **parts
    )


def open_document(media_type: str, **parts: bytes) -> bytes:
    return zip_of(mimetype=media_type.encode(), **parts)


ODT = open_document("application/vnd.oasis.opendocument.text")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(stream: str) -> bytes:
    return OLE + bytes(500) + stream.encode("utf-16-le")


CONTENT: dict[str, bytes] = {
    **{kind: office(main) for kind, main in OFFICE.items()},
    "pdf": pdf_pages([SENTENCE.decode()]),
    "docx": WORD,
    "odt": ODT,
    "rtf": b"{\\rtf1 Annual leave is 25 days.}",
    "epub": open_document("application/epub+zip"),
    "html": b"<p>Annual leave is 25 days.",
    "markdown": b"# Leave\n",
    "rst": b"Leave\n=====\n",
    "text": SENTENCE,
    "csv": b"item,days\nleave,25\n",
    "eml": b"Subject: Leave\n\nAnnual leave is 25 days.",
    "msg": msg_of(subject="Leave", body="Annual leave is 25 days."),
    "json": b'{"leave": 25}',
    "xml": b"<leave>25 days</leave>",
}


def placed(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("ending", "kind"), KIND_OF_ENDING.items())
def test_a_file_of_a_known_kind_passes(tmp_path: Path, ending: str, kind: str) -> None:
    path = placed(tmp_path, f"Leave{ending.upper()}", CONTENT[kind])

    admitted = admit(path)

    assert (admitted.name, admitted.kind, admitted.data) == (path.name, kind, CONTENT[kind])
    assert admitted.sha256 == hashlib.sha256(CONTENT[kind]).hexdigest()
    assert admitted.size == len(CONTENT[kind])


def test_the_text_of_a_file_stays_out_of_its_repr(tmp_path: Path) -> None:
    assert "25 days" not in repr(admit(placed(tmp_path, "a.txt", CONTENT["text"])))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.exe", b"MZ", "kind is not known", id="unknown ending"),
        pytest.param("a.pdf", b"hello", "named .pdf, but is something else", id="text named pdf"),
        pytest.param("a.docx", compound("EncryptedPackage"), "password", id="encrypted Office file"),
        pytest.param("a.doc", compound("WordDocument"), "old Word document", id="old Word"),
        pytest.param("a.xls", compound("Workbook"), "old Excel workbook", id="old Excel"),
        pytest.param("a.ppt", compound("PowerPoint Document"), "old PowerPoint", id="old PowerPoint"),
        pytest.param("a.doc", compound("Something"), "old Office file", id="old Office of another kind"),
        pytest.param("a.zip", zip_of(x=b"y"), "a ZIP archive", id="archive of files"),
        pytest.param("a.docm", office("ms-word.document.macroEnabled.main+xml"), "with macros", id="macros"),
        pytest.param(
            "a.ods",
            open_document("application/vnd.oasis.opendocument.spreadsheet"),
            "OpenDocument spreadsheet",
            id="OpenDocument sheet",
        ),
        pytest.param(
            "a.odt",
            open_document(
                "application/vnd.oasis.opendocument.text",
                **{"META-INF/manifest.xml": b"<manifest:encryption-data/>"},
            ),
            "protected by a password",
            id="encrypted OpenDocument text",
        ),
        pytest.param(
            "a.odt",
            open_document("application/vnd.oasis.opendocument.text", x=b'<!ENTITY a "b">'),
            "document type",
            id="entities in an OpenDocument text",
        ),
        pytest.param("a.xyz", b"text", "kind is not known", id="text with an unknown ending"),
        pytest.param("a.rtf", b"text", "named .rtf, but is something else", id="text named rtf"),
        pytest.param("a.md", b"\x89PNG\r\n", "but is a picture", id="picture named md"),
        pytest.param("a.html", b"\x7fELF", "but is a program", id="program named html"),
        pytest.param("a.docx", WORD[:900], "not a whole document", id="archive cut off"),
        pytest.param("a.docx", docx_changed(WORD, x=WORD), "another archive", id="archive in the archive"),
        pytest.param(
            "a.docx",
            docx_changed(
                WORD, **{"word__document.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'}
            ),
            "document type",
            id="entities in the archive",
        ),
        pytest.param(
            "a.docx",
            docx_changed(WORD, x="<!DOCTYPE a>".encode("utf-16")),
            "document type",
            id="entities in another encoding",
        ),
        pytest.param(
            "a.docx",
            docx_changed(WORD, **{"[Content_Types].xml": b"<x/>"}),
            "no Word, PowerPoint or Excel",
            id="an archive of something else",
        ),
        pytest.param("a.html", b"<div>" * 1_001, "nested more than 1,000", id="deep html"),
        pytest.param("a.html", ("<div>" * 1_001).encode("utf-16"), "nested more", id="deep html in UTF-16"),
        pytest.param("a.html", b"<b><i></p>" * 501, "nested more", id="deep html with stray ends"),
    ],
)
def test_what_does_not_pass(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason) as refusal:
        admit(placed(tmp_path, name, data))

    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        pytest.param("a.doc", WORD, "docx", id="Word with the old ending"),
        pytest.param("a.doc", CONTENT["rtf"], "rtf", id="RTF named doc"),
        pytest.param("a.xls", b"<html><table>", "html", id="page named xls"),
        pytest.param("a.ppt", office(OFFICE["pptx"]), "pptx", id="PowerPoint with the old ending"),
        pytest.param("a.pdf", WORD, "docx", id="Word named pdf"),
        pytest.param("a.txt", CONTENT["pdf"], "pdf", id="pdf named txt"),
        pytest.param("a.xml", b"<?xml version='1.0'?><!DOCTYPE html><html/>", "html", id="page named xml"),
        pytest.param("a.md", b"<html><body>", "markdown", id="Markdown may begin with HTML"),
        pytest.param("a", SENTENCE, "text", id="text without ending"),
        pytest.param("a", b"\n<!-- x --><!DOCTYPE html><p>", "html", id="page without ending"),
        pytest.param("a", b"<?xml version='1.0'?><a/>", "xml", id="xml without ending"),
        pytest.param("a", b'{"a": 1}\n{"a": 2}', "json", id="JSON lines without ending"),
        pytest.param("a", b"{'a'", "text", id="nearly JSON without ending"),
        pytest.param("a", b"From: a@b\nTo: c@d\nSubject: e\n\nf", "eml", id="mail without ending"),
        pytest.param("a", "From: a@b\nTo: c@d\nSubject: e\n\nf".encode("utf-16"), "eml", id="mail in UTF-16"),
        pytest.param("a", CONTENT["msg"], "msg", id="Outlook mail without ending"),
        pytest.param("mail.PDF", b"\n\n%PDF-1.4", "pdf", id="pdf behind blank lines"),
    ],
)
def test_the_content_decides_what_a_file_is(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    assert admit(placed(tmp_path, name, data)).kind == kind


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<p>x<li>y<td>z<br><img>" * 2_000, id="elements that are closed by the next"),
        pytest.param(b"<div><span>x</div>" * 2_000, id="an end tag closes what is inside"),
        pytest.param(b"<!-- " + b"<div>" * 2_000 + b" -->", id="comment"),
        pytest.param(b"<script>" + b"<div>" * 2_000 + b"</script>", id="script"),
        pytest.param(b"<div>" * 1_000, id="just deep enough"),
    ],
)
def test_a_sloppy_page_is_not_a_deep_one(tmp_path: Path, page: bytes) -> None:
    assert admit(placed(tmp_path, "a.html", page)).kind == "html"


def test_an_unknown_kind_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        admit(placed(tmp_path, "a.doc", b"x"))

    assert all(ending in refusal.value.remedy for ending in KIND_OF_ENDING)


@pytest.mark.parametrize("folder", ["word/embeddings", "ppt/embeddings", "xl/embeddings"])
def test_a_chart_may_keep_its_workbook_inside_the_document(tmp_path: Path, folder: str) -> None:
    data = office(OFFICE["docx"], **{f"{folder}/sheet1.xlsx": WORD})

    assert admit(placed(tmp_path, "a.docx", data)).kind == "docx"


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "odt", "epub"])
def test_an_archive_of_each_kind_has_its_ceilings(tmp_path: Path, kind: str) -> None:
    with ZipFile(BytesIO(CONTENT[kind])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bomb, nested = zip_of(**parts, bomb=b" " * 1_000_000), zip_of(**parts, inner=zip_of(a=b"b"))

    with pytest.raises(FileRefusedError, match="zip bomb"):
        admit(placed(tmp_path, f"a.{kind}", bomb), limits=Limits(zip_ratio=10, zip_ratio_from=100_000))
    with pytest.raises(FileRefusedError, match="another archive"):
        admit(placed(tmp_path, f"b.{kind}", nested))


def test_pages_of_a_book_declare_their_document_type(tmp_path: Path) -> None:
    book = open_document("application/epub+zip", **{"a.xhtml": b"<!DOCTYPE html><p>"})

    assert admit(placed(tmp_path, "a.epub", book)).kind == "epub"


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    data = bytearray(WORD)
    at = data.rindex(b"PK\x01\x02") + 8
    struct.pack_into("<H", data, at, 1)

    with pytest.raises(FileRefusedError, match="encrypted"):
        admit(placed(tmp_path, "a.docx", bytes(data)))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param(Limits(zip_bytes=200_000), "unpacks to more", id="all parts"),
        pytest.param(Limits(zip_entry_bytes=200_000), "unpacks to more", id="one part"),
        pytest.param(Limits(zip_ratio=10, zip_ratio_from=100_000), "zip bomb", id="ratio"),
        pytest.param(Limits(zip_entries=5), "more than 5 parts", id="number of parts"),
    ],
)
def test_a_zip_bomb_is_refused(tmp_path: Path, limits: Limits, reason: str) -> None:
    bomb = docx_changed(WORD, bomb=b" " * 1_000_000)

    with pytest.raises(FileRefusedError, match=reason):
        admit(placed(tmp_path, "a.docx", bomb), limits=limits)


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(docx_changed(WORD, bomb=b" " * 1_000_000))
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 10)

    with pytest.raises(FileRefusedError, match="not a whole document"):
        admit(placed(tmp_path, "a.docx", bytes(data)))


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        pytest.param("a.txt", Limits(file_bytes=10), id="any file"),
        pytest.param("a.html", Limits(html_bytes=10), id="html"),
    ],
)
def test_a_file_over_the_limit_is_refused(tmp_path: Path, name: str, limits: Limits) -> None:
    with pytest.raises(FileRefusedError, match="larger than the limit"):
        admit(placed(tmp_path, name, b"x" * 11), limits=limits)


def test_a_file_of_zero_bytes_is_empty(tmp_path: Path) -> None:
    with pytest.raises(FileEmptyError):
        admit(placed(tmp_path, "a.txt", b""))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="no such file"):
        admit(tmp_path / "a.txt")


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")

    with pytest.raises(FileRefusedError, match="no ordinary file"):
        admit(tmp_path / "a.txt")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket may only be some 100 bytes long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.txt")

        with pytest.raises(FileRefusedError, match="no ordinary file"):
            admit(tmp_path / "a.txt")


def test_a_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()

    with pytest.raises(FileRefusedError, match="no ordinary file"):
        admit(tmp_path / "a.txt")


@pytest.mark.parametrize("with_root", [True, False], ids=["below a folder", "named itself"])
def test_a_link_to_a_file_is_refused(tmp_path: Path, with_root: bool) -> None:
    secret = placed(tmp_path, "outside/secret.txt", b"secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").symlink_to(secret)

    with pytest.raises(FileRefusedError, match="link"):
        admit(tmp_path / "in/a.txt", root=tmp_path / "in" if with_root else None)


def test_a_linked_folder_on_the_way_is_refused(tmp_path: Path) -> None:
    placed(tmp_path, "outside/secret.txt", b"secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/sub").symlink_to(tmp_path / "outside")

    with pytest.raises(FileRefusedError, match="link"):
        admit(tmp_path / "in/sub/secret.txt", root=tmp_path / "in")


@pytest.mark.parametrize("path", ["outside/secret.txt", "in/../outside/secret.txt"])
def test_nothing_outside_the_named_folder_is_read(tmp_path: Path, path: str) -> None:
    placed(tmp_path, "outside/secret.txt", b"secret")
    (tmp_path / "in").mkdir()

    with pytest.raises(FileRefusedError, match="outside the folder"):
        admit(tmp_path / path, root=tmp_path / "in")


def test_a_folder_swapped_for_a_link_never_leads_outside(tmp_path: Path) -> None:
    placed(tmp_path, "outside/a.txt", b"SECRET")
    placed(tmp_path, "in/real/a.txt", b"public")
    (tmp_path / "in/link").symlink_to(tmp_path / "outside")
    (tmp_path / "in/sub").symlink_to(tmp_path / "in/real")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            for source in ("real", "link"):
                (tmp_path / "in" / source).rename(tmp_path / "in/sub")
                (tmp_path / "in/sub").rename(tmp_path / "in" / source)

    (tmp_path / "in/sub").unlink()
    swapper = threading.Thread(target=swap)
    swapper.start()
    read = set()
    try:
        for _ in range(1_000):
            try:
                read.add(admit(tmp_path / "in/sub/a.txt", root=tmp_path / "in").data)
            except FileRefusedError:
                continue
    finally:
        done.set()
        swapper.join()

    assert read <= {b"public"}
