"""Pictures of pages: read where Tesseract is installed, and told where it is not.

Tesseract is a program of its own; here a small one with the same calling convention stands on the path.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from app.workers.jailed_reader import JailedReader
from grounding.errors import FileEmptyError
from grounding.intake import Admitted
from grounding.loaders.ocr import read_pages
from tests.grounding.fixtures import pdf_pages, pdf_with
from tests.grounding.loaders.reading import read, texts

pytestmark = pytest.mark.real

SCAN = pdf_with(*[b"0 0 200 300 re f"] * 3)
"""Three pages that show a black area and no letter."""

MIXED = pdf_with(b"BT /F1 11 Tf 60 740 Td (First page.) Tj ET", b"0 0 200 300 re f")

READS = """
    if "--list-langs" in sys.argv:
        print("List of available languages in /usr/share (3):\\neng\\nosd\\ndeu")
    else:
        assert sys.argv[1:3] == ["stdin", "stdout"] and sys.argv[3:5] == ["-l", "eng+deu"]
        header, pixels = sys.stdin.buffer.readline().split(), sys.stdin.buffer.read()
        assert header[0] == b"P5" and len(pixels) == int(header[1]) * int(header[2])
        black = 100 * pixels.count(0) // len(pixels)
        print(f"Read {header[1].decode()} by {header[2].decode()}, {black}% black.\\f")
"""


def installed(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{dedent(script)}", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")


@pytest.fixture
def absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("absent")
@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        (12, "12 pages without text, install tesseract-ocr to read them."),
        (1, "1 page without text, install tesseract-ocr to read it."),
    ],
)
def test_without_tesseract_a_scan_says_what_to_install(pages: int, reason: str) -> None:
    with pytest.raises(FileEmptyError, match=reason) as empty:
        read("pdf", pdf_pages(*[[]] * pages))

    assert "tesseract-ocr" in empty.value.remedy


@pytest.mark.usefixtures("absent")
def test_without_tesseract_the_pages_without_text_are_named() -> None:
    document = read("pdf", MIXED)

    assert texts(document) == ["First page."]
    assert document.warnings == (
        "No text on page 2 of 2: pictures or scans; install tesseract-ocr to read them.",
    )


def test_a_scan_is_read_in_the_jail_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, READS, monkeypatch)

    document = JailedReader().read(
        Admitted("Scans/old contract.pdf", "pdf", SCAN, hashlib.sha256(SCAN).hexdigest(), len(SCAN))
    )

    assert [(block.page, block.text) for block in document.blocks] == [
        (number, "Read 2125 by 2750, 12% black.") for number in (1, 2, 3)
    ]
    assert document.title == "old contract"
    assert document.warnings == ("Pages 1, 2, 3 were read by character recognition.",)


def test_a_process_without_a_limit_reads_however_long_it_has_been_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, READS, monkeypatch)
    monkeypatch.setattr("time.process_time", lambda: 10_000.0)

    assert read_pages(SCAN, [1])


def test_a_process_near_its_limit_reads_no_more_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, READS, monkeypatch)
    monkeypatch.setattr("resource.getrlimit", lambda _: (60, 60))
    monkeypatch.setattr("time.process_time", lambda: 59.0)

    assert read_pages(SCAN, [1]) == {}


def test_text_and_scans_stand_in_the_order_of_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, READS, monkeypatch)

    document = read("pdf", MIXED)

    assert [block.page for block in document.blocks] == [1, 2]
    assert document.warnings == ("Page 2 was read by character recognition.",)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("sys.exit(1)", id="fails"),
        pytest.param("print('List of languages:')", id="has no language"),
        pytest.param("print('x\\neng') if '--list-langs' in sys.argv else print('\\f')", id="finds nothing"),
    ],
)
def test_a_scan_that_gives_no_text_is_still_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    installed(tmp_path, script, monkeypatch)

    with pytest.raises(FileEmptyError, match="3 pages without text, and character recognition found none"):
        read("pdf", SCAN)


def test_a_huge_page_is_drawn_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, READS, monkeypatch)
    huge = SCAN.replace(b"[0 0 612 792]", b"[0 0 9000 9000]")

    [text] = read_pages(huge, [1]).values()

    assert text.startswith("Read 5000 by 5000")
