"""Whatever a document does to its reader, the program gets its text or a reason, and goes on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import stat
import struct
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from app.workers.jailed_reader import JailedReader
from grounding.documents import LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, FileUnreadableError
from grounding.intake import Admitted, Kind, Limits
from tests.grounding.fixtures import docx_of, pdf_flate_bomb, pdf_pages, pdf_protected
from tests.grounding.loaders.wrapping import mail_of, msg_of

pytestmark = pytest.mark.real

SENTENCE = "Annual leave is 25 days."


def admitted(data: bytes, kind: Kind = "text", name: str = "Handbook/leave.txt") -> Admitted:
    return Admitted(name, kind, data, hashlib.sha256(data).hexdigest(), len(data))


def texts(document: LoadedDocument) -> list[str]:
    return [block.text for block in document.blocks]


def interpreter(folder: Path, script: str) -> JailedReader:
    """A reader whose process runs `script` in place of the jail: one that a document has taken over."""
    program = folder / "taken_over"
    program.write_text(f"#!{sys.executable}\n{dedent(script)}", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return JailedReader(python=str(program), limits=Limits(wall_seconds=20))


SEND = """
    import json, os, struct, sys, time
    def send(raw):
        sys.stdout.buffer.write(struct.pack(">I", len(raw)) + raw)
        sys.stdout.buffer.flush()
    def frame(**content):
        send(json.dumps(content).encode())
    block = dict(text="x", heading=[], page=None, line_start=None, line_end=None, place="", more=False)
    done = dict(title="t", kind="text", pages=None, dated=None, warnings=[])
    sys.stdin.buffer.read()
"""


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("text", SENTENCE.encode(), id="text"),
        pytest.param("markdown", SENTENCE.encode(), id="markdown"),
        pytest.param("html", f"<p>{SENTENCE}".encode(), id="html"),
        pytest.param("docx", docx_of(lambda document: document.add_paragraph(SENTENCE)), id="docx"),
        pytest.param("pdf", pdf_pages([SENTENCE]), id="pdf"),
        pytest.param("pdf", pdf_protected(""), id="pdf protected against copying"),
        pytest.param("rtf", b"{\\rtf1 %s}" % SENTENCE.encode(), id="rtf"),
        pytest.param("rst", SENTENCE.encode(), id="rst"),
        pytest.param("json", b'["%s"]' % SENTENCE.encode(), id="json"),
        pytest.param("xml", b"<p>%s</p>" % SENTENCE.encode(), id="xml"),
        pytest.param("eml", b"\n%s" % SENTENCE.encode(), id="mail"),
        pytest.param("msg", msg_of(subject="", body=SENTENCE), id="Outlook mail"),
    ],
)
def test_a_document_of_each_kind_is_read(kind: Kind, data: bytes) -> None:
    document = JailedReader().read(admitted(data, kind))

    assert document.kind == kind
    assert texts(document) in ([SENTENCE], ["Secret plans of the company."])


def test_positions_and_headings_come_back_as_they_were() -> None:
    document = JailedReader().read(admitted(b"# Leave\n\n## Annual\n\nIt is\n25 days.\n", "markdown"))

    last = document.blocks[-1]
    assert document.title == "Leave"
    assert (last.text, last.heading) == ("It is\n25 days.", ("Leave", "Annual"))
    assert (last.page, last.line_start, last.line_end) == (None, 5, 6)


def test_a_line_of_ten_megabytes_comes_back_whole() -> None:
    line = "wörd " * 2_000_000

    document = JailedReader().read(admitted(line.encode()))

    assert texts(document) == [line.strip()]


@pytest.mark.parametrize(
    ("kind", "data", "error", "reason"),
    [
        pytest.param("text", b" \n\n", FileEmptyError, "no text", id="white space"),
        pytest.param("pdf", pdf_pages([], []), FileEmptyError, "2 pages without text", id="scan"),
        pytest.param("pdf", pdf_protected("x"), FileRefusedError, "password", id="password"),
        pytest.param("pdf", b"%PDF-1.4 nothing", FileUnreadableError, "damaged", id="broken pdf"),
        pytest.param("text", b"\x00\x01\x02\x03" * 99, FileRefusedError, "binary", id="binary"),
    ],
)
def test_what_cannot_be_read_has_a_reason(
    kind: Kind, data: bytes, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        JailedReader().read(admitted(data, kind))


def test_a_nested_flate_bomb_ends_with_a_reason() -> None:
    with pytest.raises(FileUnreadableError, match=r"pages could be read|memory|computing"):
        JailedReader().read(admitted(pdf_flate_bomb(), "pdf"))


HTML_BOMB = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("json", b"[" * 5_000_000, id="JSON of five million lists"),
        pytest.param("json", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="deep JSON"),
        pytest.param("json", b"[" + b"9" * 10_000_000 + b"]", id="number of ten million digits"),
        pytest.param("xml", b"<a>" * 1_000_000, id="deep XML"),
        pytest.param("xml", HTML_BOMB + b"]><a>&a9;</a>", id="billion laughs"),
        pytest.param("xml", b"<a " + b'b="' * 500_000, id="XML that never closes an attribute"),
        pytest.param("rtf", b"{\\rtf1" + b"{}" * 1_000_000 + b"words}", id="RTF of a million groups"),
        pytest.param("rtf", b"{\\rtf1" + b"{" * 1_000_000, id="RTF of a million open groups"),
        pytest.param(
            "rtf", b"{\\rtf1" + b'{\\field{\\*\\fldinst{HYPERLINK "' * 50_000, id="RTF of open links"
        ),
        pytest.param("rst", b"* " * 2_000 + b"words", id="deep list"),
        pytest.param("rst", b"*a " * 4_000, id="marks that never close"),
        pytest.param("eml", b"From: a@b\n" + b"Subject: =?utf-8?q?" * 50_000 + b"\n\nx", id="endless header"),
        pytest.param("eml", b"From: a@b\nContent-Type: " + b"a/b; c=d;" * 99_999, id="endless kind"),
        pytest.param("msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4_096, id="broken MSG"),
        pytest.param("msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096), id="MSG of zeros"),
    ],
)
def test_hostile_documents_end_soon_with_text_or_a_reason(kind: Kind, data: bytes) -> None:
    reader = JailedReader(limits=Limits(wall_seconds=30))
    try:
        found = "".join(texts(reader.read(admitted(data, kind))))
    except (FileUnreadableError, FileRefusedError, FileEmptyError) as error:
        found = str(error)

    assert found
    assert "longer than" not in found


@pytest.mark.parametrize("kind", ["text", "json", "markdown", "rst", "eml", "html", "xml"])
def test_a_line_of_ten_megabytes_is_no_hang(kind: Kind) -> None:
    line = b"word " * 2_000_000
    data = {"json": b'"' + line + b'"', "xml": b"<a>" + line + b"</a>"}.get(kind, line)

    document = JailedReader().read(admitted(data, kind))

    assert sum(text.count("word") for text in texts(document)) == 2_000_000


def test_places_and_the_date_come_back_as_they_were() -> None:
    mail = mail_of("Body.", **{"rates.pdf": pdf_pages([SENTENCE])})

    document = JailedReader().read(admitted(mail, "eml", "mail.eml"))

    assert document.dated == "2026-03-03"
    assert document.blocks[-1].place == "attachment rates.pdf, page 1"


def test_too_much_memory_ends_with_a_reason() -> None:
    reader = JailedReader(limits=Limits(memory_bytes=160 << 20))

    with pytest.raises(FileUnreadableError, match=r"needed more than 0\.15625 GiB of memory"):
        reader.read(admitted(b"word " * 12_000_000))


def test_too_much_computing_ends_with_a_reason() -> None:
    reader = JailedReader(limits=Limits(cpu_seconds=1))

    with pytest.raises(FileUnreadableError, match="more than 1 s of computing"):
        reader.read(admitted(b"<div>" * 200_000, "html"))


def test_a_reader_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    reader = interpreter(
        tmp_path,
        f"""
        import os, time
        if os.fork() == 0:
            open({str(tmp_path / "child")!r}, "w").write(str(os.getpid()))
        time.sleep(600)
        """,
    )

    with pytest.raises(FileUnreadableError, match="longer than 1 s"):
        JailedReader(reader.python, Limits(wall_seconds=1)).read(admitted(b"x"))

    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    with contextlib.suppress(ProcessLookupError):
        watch = os.pidfd_open(child)
        ended, _, _ = select.select([watch], [], [], 10)
        os.close(watch)
        assert ended


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param("os.kill(os.getpid(), 11)", r"crashed \(SIGSEGV\)", id="crash"),
        pytest.param("os._exit(3)", r"without a result \(exit code 3\)", id="exit"),
        pytest.param("", "without a result", id="says nothing"),
        pytest.param("frame(blocks=[block])", "without a result", id="never says done"),
        pytest.param("send(b'no json')", "without a result", id="no JSON"),
        pytest.param("sys.stdout.buffer.write(b'\\xff' * 4)", "without a result", id="frame of 4 GiB"),
        pytest.param("sys.stdout.buffer.write(b'\\0\\0\\0\\x09ab')", "without a result", id="half a frame"),
        pytest.param("frame(blocks=[{**block, 'page': -1}])", "without a result", id="page below 1"),
        pytest.param("frame(blocks=[{**block, 'page': '1'}])", "without a result", id="page as text"),
        pytest.param("frame(blocks=[{**block, 'x': 1}])", "without a result", id="unknown field"),
        pytest.param("frame(blocks=[{**block, 'heading': ['h'] * 99}])", "without a result", id="deep path"),
        pytest.param("frame(done={**done, 'warnings': ['w'] * 999})", "without a result", id="many warnings"),
        pytest.param("frame(error={'outcome': 'x', 'message': '', 'remedy': ''})", "without", id="outcome"),
        pytest.param(
            "[frame(blocks=[{**block, 'text': 'x' * 900_000}]) for _ in range(40)]", "without", id="flood"
        ),
    ],
)
def test_nothing_that_a_reader_sends_is_believed_unchecked(tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(FileUnreadableError, match=reason):
        interpreter(tmp_path, dedent(SEND) + script).read(admitted(b"x"))


def test_text_from_a_reader_is_cleaned_again(tmp_path: Path) -> None:
    script = r"""
frame(blocks=[{**block, "text": "a\x1b]52;c;x\x07b\x00"}])
frame(done={**done, "title": "\x1bLeave"})
"""

    document = interpreter(tmp_path, dedent(SEND) + script).read(admitted(b"x"))

    assert (document.title, texts(document)) == ("Leave", ["a]52;c;xb"])


def test_the_reader_inherits_no_secret_and_cannot_write_or_reach_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jail's own code, then a look around from inside."""
    monkeypatch.setenv("INHOUSE_SECRET", "hunter2")
    reader = interpreter(
        tmp_path,
        f"""
        import builtins, json, os, socket, sys
        sys.path.insert(0, {str(Path.cwd())!r})
        from app.workers import jail
        from grounding.documents import Block, LoadedDocument

        def tried(what):
            try:
                what()
            except OSError as error:
                return type(error).__name__
            return "allowed"

        def look(kind, data, *, name):
            print("noise on standard output")
            os.write(1, b"native noise")
            found = dict(
                secret="INHOUSE_SECRET" in os.environ,
                network=tried(lambda: socket.socket(socket.AF_INET)),
                write=tried(lambda: open({str(tmp_path / "written")!r}, "wb", 0).write(b"x")),
            )
            return LoadedDocument(title="", kind=kind, blocks=(Block(text=json.dumps(found)),))

        jail.load = look
        raise SystemExit(jail.main())
        """,
    )

    [found] = texts(reader.read(admitted(b"x")))

    assert found == '{"secret": false, "network": "NetworkBlockedError", "write": "OSError"}'


def test_a_file_that_cannot_be_read_does_not_disturb_the_next() -> None:
    reader = JailedReader()
    with pytest.raises(FileUnreadableError):
        reader.read(admitted(b"%PDF-" + struct.pack(">I", 7) * 99, "pdf"))

    assert texts(reader.read(admitted(SENTENCE.encode()))) == [SENTENCE]
