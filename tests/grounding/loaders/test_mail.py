"""Mails: headers, one body and the attachments, each with its place; what cannot be read is named."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from grounding.documents import LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, IntakeError
from grounding.loaders.limits import LIMITS
from tests.grounding.fixtures import docx_of, pdf_pages
from tests.grounding.loaders.reading import read, texts
from tests.grounding.loaders.wrapping import compound_of, mail_of, message_tree, msg_of, zip_of

BODY = "Annual leave is 25 days.\n\n> How many days?\n"
HEADERS = b"Subject: Leave\nFrom: Ann <ann@example.com>\nDate: Tue, 03 Mar 2026 09:30:00 +0100\n"


def places(document: LoadedDocument) -> list[tuple[str, str]]:
    return [(block.place, block.text) for block in document.blocks if block.place]


def part(kind: str, content: str, headers: str = "") -> str:
    return f"--x\nContent-Type: {kind}\n{headers}\n{content}\n"


def parts(kind: str, *inner: str) -> bytes:
    return HEADERS + f"Content-Type: {kind}; boundary=x\n\n{''.join(inner)}--x--\n".encode()


def test_headers_body_and_quoted_replies_are_text() -> None:
    document = read("eml", mail_of(BODY))

    assert (document.title, document.dated) == ("Leave", "2026-03-03")
    assert texts(document) == [
        (
            "Subject: Leave\nFrom: Ann <ann@example.com>\nTo: bob@example.com\n"
            "Date: Tue, 03 Mar 2026 09:30:00 +0100"
        ),
        "Annual leave is 25 days.",
        "> How many days?",
    ]
    assert [block.line_start for block in document.blocks] == [None, 1, 3]


def test_an_outlook_mail_has_the_same_shape() -> None:
    document = read("msg", msg_of(subject="Leave", body=BODY.replace("\n", "\r\n")))

    assert document.title == "Leave"
    assert texts(document)[1:] == ["Annual leave is 25 days.", "> How many days?"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_mail_saved_in_another_encoding(encoding: str) -> None:
    data = mail_of(BODY).decode().encode(encoding)

    assert texts(read("eml", data)) == texts(read("eml", mail_of(BODY)))


@pytest.mark.parametrize(
    ("mail", "body"),
    [
        pytest.param(
            parts("multipart/alternative", part("text/html", "<p>page"), part("text/plain", "plain")),
            ["plain"],
            id="text is preferred to HTML",
        ),
        pytest.param(
            parts("multipart/alternative", part("text/plain", " "), part("text/html", "<p>page")),
            ["page"],
            id="HTML where there is no text",
        ),
        pytest.param(
            parts("multipart/mixed", part("text/plain", "one"), part("text/plain", "two")),
            ["one", "two"],
            id="two texts",
        ),
        pytest.param(
            HEADERS
            + b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n"
            + b64encode("Köln".encode("cp1252")),
            ["Köln"],
            id="Base64",
        ),
        pytest.param(
            HEADERS + b'Content-Type: text/plain; charset = "UTF-8"Content-Transfer-Encoding: 8bit\n\n'
            b"K\xc3\xb6ln",
            ["Köln"],
            id="charset glued to the next header",
        ),
        pytest.param(
            HEADERS + b"Content-Type: text/plain; charset=nonsense\n\nK\xf6ln", ["Köln"], id="unknown"
        ),
        pytest.param(
            HEADERS + b"Content-Type: multipart/mixed; boundary=none\n\nwords", ["words"], id="no boundary"
        ),
    ],
)
def test_the_body_of_a_mail(mail: bytes, body: list[str]) -> None:
    assert texts(read("eml", mail))[1:] == body


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        pytest.param(b"=?utf-8?b?S8O2bG4=?= office", "Köln office", id="encoded words"),
        pytest.param("Köln office".encode("cp1252"), "Köln office", id="raw bytes"),
        pytest.param(b"=?nonsense?q?a=", "=?nonsense?q?a=", id="broken"),
    ],
)
def test_the_subject_is_the_title(subject: bytes, title: str) -> None:
    assert read("eml", b"From: a@b\nSubject: " + subject + b"\n\nwords").title == title


@pytest.mark.parametrize(
    ("stated", "dated"),
    [("2025-07-29T12:42:06.000Z", "2025-07-29"), ("yesterday", None), ("Tue, 99 Mar 2026 09:30:00", None)],
)
def test_a_date_that_is_none_is_left_out(stated: str, dated: str | None) -> None:
    assert read("eml", f"From: a@b\nDate: {stated}\n\nwords").dated == dated


def wrapped_eml(files: dict[str, bytes]) -> LoadedDocument:
    return read("eml", mail_of(BODY, **files))


def wrapped_msg(files: dict[str, bytes]) -> LoadedDocument:
    return read("msg", compound_of(message_tree("Leave", BODY, attachments=files)))


WRAPPERS = pytest.mark.parametrize("wrapped", [wrapped_eml, wrapped_msg], ids=["eml", "msg"])
Wrapped = Callable[[dict[str, bytes]], LoadedDocument]


@WRAPPERS
def test_attachments_are_read_and_say_where_they_stand(wrapped: Wrapped) -> None:
    document = wrapped(
        {
            "rates.pdf": pdf_pages(["First page."], ["Second page."]),
            "memo.doc": docx_of(lambda word: word.add_paragraph("A memo.")),
            "note.txt": b"A note.",
        }
    )

    assert places(document) == [
        ("attachment rates.pdf, page 1", "First page."),
        ("attachment rates.pdf, page 2", "Second page."),
        ("attachment memo.doc", "A memo."),
        ("attachment note.txt", "A note."),
    ]
    assert document.pages is None
    assert document.blocks[-1].heading == ("note.txt",)


@WRAPPERS
def test_an_attachment_that_cannot_be_read_is_named_with_its_reason(wrapped: Wrapped) -> None:
    document = wrapped(
        {
            "logo.png": b"\x89PNG\r\n",
            "song.mp3": b"ID3",
            "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "bad.pdf": b"%PDF-1.4 nothing",
            "files.zip": zip_of(a=b"b"),
            "empty.txt": b" ",
        }
    )

    assert texts(document)[1] == "Annual leave is 25 days."
    assert [warning.split(" was not read: ")[0] for warning in document.warnings] == [
        f"The attachment {name}"
        for name in ("logo.png", "song.mp3", "old.doc", "bad.pdf", "files.zip", "empty.txt")
    ]
    assert "It is a picture." in document.warnings[0]
    assert "old Word document" in document.warnings[2]


@WRAPPERS
def test_a_mail_in_a_mail_is_read_with_its_own_attachments(wrapped: Wrapped) -> None:
    document = wrapped({"inner.eml": mail_of("Inner text.", **{"a.txt": b"Innermost."})})

    assert ("attachment inner.eml", "Inner text.") in places(document)
    assert ("attachment inner.eml, attachment a.txt", "Innermost.") in places(document)


def test_a_message_embedded_in_an_outlook_message() -> None:
    inner = message_tree("Inner", "Inner text.", header=24)

    assert ("attachment Inner", "Inner text.") in places(
        read("msg", msg_of(subject="Leave", body=BODY, Inner=inner))
    )


def test_a_digest_is_a_mail_of_mails() -> None:
    inner = "From: a@b\nSubject: First\n\nFirst text."

    document = read("eml", parts("multipart/digest", part("message/rfc822", inner)))

    assert ("attachment First", "First text.") in places(document)


def test_mails_are_followed_three_deep_and_the_rest_is_named() -> None:
    mail = mail_of("depth 6")
    for depth in range(5, -1, -1):
        mail = mail_of(f"depth {depth}", **{"inner.eml": mail})

    document = read("eml", mail)

    found = [text for text in texts(document) if text.startswith("depth")]
    assert found == ["depth 0", "depth 1", "depth 2", "depth 3"]
    assert "nested 3 deep" in document.warnings[0]


def test_more_attachments_than_allowed_are_named() -> None:
    files = {f"{number}.txt": b"word" for number in range(LIMITS.attachments + 2)}

    document = wrapped_eml(files)

    assert len(places(document)) == LIMITS.attachments
    assert len(document.warnings) == 2
    assert "may bring 100 attachments" in document.warnings[0]


@pytest.mark.parametrize(
    ("mail", "error", "reason"),
    [
        pytest.param(b" \n\n ", FileEmptyError, "no text", id="blank"),
        pytest.param(
            parts(
                "multipart/mixed",
                part("image/png", b64encode(b"\x89PNG\r\n").decode(), "Content-Transfer-Encoding: base64\n"),
            ),
            FileEmptyError,
            "no text. .*picture",
            id="only a picture",
        ),
        pytest.param(
            parts("multipart/encrypted", part("application/pgp-encrypted", "Version: 1")),
            FileRefusedError,
            "protected",
            id="PGP/MIME",
        ),
        pytest.param(
            HEADERS + b"\n-----BEGIN PGP MESSAGE-----\n\nhIwDY\n",
            FileRefusedError,
            "protected",
            id="PGP in the text",
        ),
        pytest.param(
            HEADERS + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAG",
            FileRefusedError,
            "protected",
            id="S/MIME encrypted",
        ),
        pytest.param(
            HEADERS + b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nMIAG",
            FileRefusedError,
            "signed in a form that hides",
            id="S/MIME signed and hidden",
        ),
    ],
)
def test_a_mail_without_readable_text_has_a_reason(mail: bytes, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read("eml", mail)


def test_a_signed_mail_is_read_and_the_signature_told() -> None:
    mail = parts("multipart/signed", part("text/plain", "words"), part("application/pgp-signature", "iQ"))

    document = read("eml", mail)

    assert texts(document)[1:] == ["words"]
    assert document.warnings == ("It is signed; the signature was not checked.",)


def deep_multipart(depth: int) -> bytes:
    lines = [b"Subject: deep"]
    for level in range(depth):
        lines += [b"Content-Type: multipart/mixed; boundary=b%d" % level, b"", b"--b%d" % level]
    return b"\n".join([*lines, b"", b"core"])


@pytest.mark.parametrize("depth", [900, 5_000])
def test_parts_nested_too_deeply_are_refused(depth: int) -> None:
    with pytest.raises(IntakeError, match=r"nested|parts"):
        read("eml", deep_multipart(depth))


def test_a_mail_of_headers_alone_is_no_success() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Nothing"

    with pytest.raises(FileEmptyError):
        read("eml", mail.as_bytes())
